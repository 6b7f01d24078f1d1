import { request } from 'node:http';
import type { AdminAddress } from './address.ts';
import { shownAddress } from './address.ts';
import { reachableSocket } from './socket-path.ts';

export interface TransportOptions {
  readonly address: AdminAddress;
  readonly platform: NodeJS.Platform;
  /** For addresses that are no socket: knows proxies and certificates. */
  readonly fetch: typeof globalThis.fetch;
}

/** Sends one request and answers the text that came back, whatever it is. */
export type Transport = (
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
) => Promise<string>;

/** A list of all rooms of a large workspace is some hundred kilobytes. */
const ANSWER_LIMIT = 64 * 1024 * 1024;

export function transportTo(options: TransportOptions): Transport {
  return options.address.kind === 'socket' ? overSocket(options.address.path, options.platform) : overTcp(options);
}

function overSocket(path: string, platform: NodeJS.Platform): Transport {
  return async (target, headers, body, signal) => {
    const socket = reachableSocket(path, platform);
    try {
      return await new Promise<string>((resolve, reject) => {
        const sent = request(
          { socketPath: socket.path, path: target, method: 'POST', headers, signal, agent: false },
          (response) => {
            joined(response).then(resolve, reject);
          },
        );
        sent.once('error', reject).end(body);
      });
    } finally {
      socket.release();
    }
  };
}

function overTcp({ address, fetch }: TransportOptions): Transport {
  const base = address.kind === 'url' ? address.url : `http://${shownAddress(address)}`;
  return async (target, headers, body, signal) => {
    // A redirect would hand the token to whoever it leads to.
    const response = await fetch(`${base}${target}`, { method: 'POST', headers, body, signal, redirect: 'manual' });
    return response.body === null ? '' : await joined(response.body);
  };
}

async function joined(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > ANSWER_LIMIT) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
