import type { IncomingMessage } from 'node:http';
import type { WorkspaceRoomId } from '../core/ids.ts';
import { sameAs } from '../core/same-secret.ts';
import type { Secret } from '../core/secret.ts';
import { isObject } from './rest-answer.ts';

/** Where the bridge's listener takes what the workspace tells of direct messages. */
export const DIRECT_HINT_PATH = '/_rcfed/workspace/direct';

/** The text of a message has 5,000 characters unless an admin allows more; a longer one is found by looking. */
const LIMIT_BYTES = 64 * 1024;

interface HintAnswer {
  readonly status: number;
  /** Never with `text` or `attachments`, which Rocket.Chat would post into the room. */
  readonly body: Readonly<Record<string, unknown>>;
}

const refused = (status: number, error: string): HintAnswer => ({ status, body: { error } });

/**
 * Answers an outgoing webhook of the workspace, which carries its token in the body. Nothing is taken from it but
 * the room's id, and that only as the hint to look there now: what was written is read from the workspace itself.
 */
export function directHints(
  token: Secret,
  onHint: (room: WorkspaceRoomId) => void,
): (request: IncomingMessage) => Promise<HintAnswer> {
  const isRight = sameAs(token);
  return async (request) => {
    if (request.method !== 'POST') return refused(405, 'This path wants POST');
    const text = await boundedText(request);
    if (text === undefined) return refused(413, 'More than 64 KiB');
    const body = parsed(text);
    if (!isObject(body)) return refused(400, 'The body is no JSON object');
    const { token: given, channel_id: room } = body;
    if (typeof given !== 'string' || !isRight(given)) return refused(403, 'The token is wrong');
    if (typeof room !== 'string' || room === '') return refused(400, 'There is no channel_id');
    onHint(room as WorkspaceRoomId);
    return { status: 200, body: {} };
  };
}

async function boundedText(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > LIMIT_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed on leaving: the answer needs the connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LIMIT_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
