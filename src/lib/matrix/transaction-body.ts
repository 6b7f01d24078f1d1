import type { IncomingMessage } from 'node:http';

/** One transaction of 100 state events was seen to have 18 MB; refusing one stalls every room. */
const TRANSACTION_LIMIT = 128 * 1024 * 1024;

export type TransactionBody =
  | {
      readonly kind: 'events';
      readonly events: readonly unknown[];
      readonly ephemeral: readonly unknown[];
      readonly complaint?: string;
    }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'not-an-object' };

/**
 * Reads a transaction, without looking into its events. What is odd about an otherwise readable
 * transaction is a complaint for the log and no error: the homeserver would repeat it for ever, and
 * send nothing else meanwhile. Ephemeral events that are not as they should be are left out silently.
 */
export async function readTransaction(request: IncomingMessage): Promise<TransactionBody> {
  if (Number(request.headers['content-length'] ?? 0) > TRANSACTION_LIMIT) return { kind: 'too-large' };
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed on leaving: the answer needs the connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > TRANSACTION_LIMIT) return { kind: 'too-large' };
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return { kind: 'not-json' };
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { kind: 'not-an-object' };
  const ephemeral = ephemeralOf(body);
  const events: unknown = 'events' in body ? body.events : undefined;
  if (Array.isArray(events)) return { kind: 'events', events, ephemeral };
  return {
    kind: 'events',
    events: [],
    ephemeral,
    complaint: `events is ${events === undefined ? 'missing' : `a ${typeof events}`}`,
  };
}

/**
 * Stable since spec v1.13; Synapse before 1.156 knows only the name of the proposal, and since then sends
 * the same list under both.
 */
function ephemeralOf(body: object): readonly unknown[] {
  const fields = body as Readonly<Record<string, unknown>>;
  const lists = [fields['ephemeral'], fields['de.sorunome.msc2409.ephemeral']];
  return lists.find((list): list is unknown[] => Array.isArray(list) && list.length > 0) ?? [];
}
