import type { IncomingMessage } from 'node:http';
import { RcfedError } from '../core/errors.ts';

/** The largest request names a room and twenty servers. */
const LIMIT_BYTES = 64 * 1024;

/** The JSON in a request's body; an empty one is `{}`. Throws RCFED_USAGE. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LIMIT_BYTES)
      throw new RcfedError('RCFED_USAGE', `The request to the bridge has more than ${LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new RcfedError('RCFED_USAGE', 'The request to the bridge is not JSON', { cause: error });
  }
}
