import type { CheckContext } from '../context.ts';
import { type WebAnswer, NameError, ProbeError } from '../probe/probe.ts';
import { addressesOf } from './addresses.ts';

interface Question {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** Goes to no other host than that of the URL, since redirects are not followed. */
  readonly bearer?: string;
  readonly body?: string;
  /** As of a WebRequest. */
  readonly patienceMs?: number;
}

/** The answer of somebody's own server at a URL, `http://synapse:8008` for one; a text: why there is none. */
export async function askUrl(context: CheckContext, base: string, question: Question): Promise<WebAnswer | string> {
  if (!URL.canParse(base)) return `${base} is no address`;
  const { protocol, hostname, port, pathname } = new URL(base);
  const plain = protocol === 'http:';
  const host = hostname.replace(/^\[|\]$/g, '');
  try {
    const [address] = await addressesOf(context, host);
    if (address === undefined) return `${host} has no address`;
    return await context.probe.ask({
      address: address.address,
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
    });
  } catch (error) {
    if (error instanceof ProbeError || error instanceof NameError) return error.message;
    throw error;
  }
}
