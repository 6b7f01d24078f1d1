import type { CheckContext } from '../context.ts';
import { type Address, type WebAnswer, NameError, ProbeError } from '../probe/probe.ts';
import { addressesOf } from './addresses.ts';

interface Question {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** Goes to no other host than that of the URL, since redirects are not followed. */
  readonly bearer?: string;
  readonly body?: string;
  /** As of a WebRequest. */
  readonly patienceMs?: number;
  readonly limit?: number;
}

/** The answer of somebody's own server at a URL, `http://synapse:8008` for one; a text: why there is none. */
export async function askUrl(context: CheckContext, base: string, question: Question): Promise<WebAnswer | string> {
  if (!URL.canParse(base)) return `${base} is no address`;
  const { protocol, hostname, port, pathname } = new URL(base);
  const plain = protocol === 'http:';
  const host = hostname.replace(/^\[|\]$/g, '');
  try {
    const addresses = await addressesOf(context, host);
    return await firstOpen(addresses, host, (address) =>
      context.probe.ask({
        address,
        host,
        port: port === '' ? (plain ? 80 : 443) : Number(port),
        plain,
        verified: true,
        method: question.method ?? 'GET',
        path: `${pathname.replace(/\/$/, '')}${question.path}`,
        headers: {
          ...(question.bearer === undefined ? {} : { Authorization: `Bearer ${question.bearer}` }),
          ...(question.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(question.body === undefined ? {} : { body: question.body }),
        ...(question.patienceMs === undefined ? {} : { patienceMs: question.patienceMs }),
        ...(question.limit === undefined ? {} : { limit: question.limit }),
      }),
    );
  } catch (error) {
    if (error instanceof ProbeError || error instanceof NameError) return error.message;
    throw error;
  }
}

/** As other programs do: the next address where nothing listens at one. */
async function firstOpen(
  addresses: readonly Address[],
  host: string,
  ask: (address: string) => Promise<WebAnswer>,
): Promise<WebAnswer> {
  let last = new ProbeError('tcp', `this machine has no way to ${host}`);
  for (const { address } of addresses) {
    try {
      return await ask(address);
    } catch (error) {
      if (!(error instanceof ProbeError) || error.step !== 'tcp') throw error;
      last = error;
    }
  }
  throw last;
}
