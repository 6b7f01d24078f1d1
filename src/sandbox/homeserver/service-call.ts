import { request as httpRequest } from 'node:http';
import type { ApplicationService } from './application-services.ts';
import type { Homeserver } from './state.ts';

/** Synapse gives an application service a minute. */
const deadlineMs = 60_000;

export type CallResult =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * Calls an application service with its hs_token in the header. An answer whose end can't be known (neither
 * Content-Length nor chunked: the HTTP/1.0 way of closing) counts as failed, as it does for Synapse.
 */
export function callService(
  hs: Homeserver,
  service: ApplicationService,
  method: string,
  path: string,
  body?: unknown,
): Promise<CallResult> {
  return new Promise((resolve) => {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const fail = (error: Error): void =>
      resolve(error.name === 'TimeoutError' ? { kind: 'timeout' } : { kind: 'failed', why: error.message });
    const deadline = AbortSignal.timeout(deadlineMs);
    const call = httpRequest(
      `${service.url}${path}`,
      {
        method,
        agent: hs.memory.agent,
        signal: AbortSignal.any([hs.memory.life.signal, deadline]),
        headers: {
          Authorization: `Bearer ${service.hsToken}`,
          ...(payload === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Content-Length': String(payload.length) }),
        },
      },
      (response) => {
        const { headers, statusCode = 0 } = response;
        const endIsKnown = headers['content-length'] !== undefined || headers['transfer-encoding'] === 'chunked';
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          if (!endIsKnown) return fail(new Error('PartialDownloadError: the length of the answer is unknown'));
          resolve({ kind: 'answer', status: statusCode, body: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    call.on('error', (error) => fail(deadline.aborted ? (deadline.reason as Error) : error));
    call.end(payload);
  });
}

/** True for a 2xx answer with a JSON body, which is what counts as delivered. */
export function isSuccess(result: CallResult): boolean {
  if (result.kind !== 'answer' || result.status < 200 || result.status >= 300) return false;
  try {
    JSON.parse(result.body);
    return true;
  } catch {
    return false;
  }
}
