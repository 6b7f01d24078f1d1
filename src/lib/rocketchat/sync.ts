import { type MessageId, type WorkspaceRoomId, isId } from '../core/ids.ts';
import { listIn, objectIn, timeOf } from './records.ts';
import type { Rest } from './rest.ts';
import { isObject, type JsonObject } from './rest-answer.ts';
import type { SyncedMessages } from './types.ts';

const PAGE = 100;
const REQUEST = 'GET /api/v1/chat.syncMessages';

/** The server compares with "later than": one millisecond earlier makes it "since". */
export function isoSince(since: number): string {
  return new Date(Math.max(0, since - 1)).toISOString();
}

/** Everything since a time by `lastUpdate`, in one answer; every version has it. */
export async function missedAtOnce(rest: Rest, roomId: WorkspaceRoomId, since: number): Promise<SyncedMessages> {
  const { body } = await rest.get('chat.syncMessages', { query: { roomId, lastUpdate: isoSince(since) } });
  const result = objectIn(body, 'result', REQUEST);
  return { updated: listIn(result, 'updated', REQUEST), deleted: deletionsIn(listIn(result, 'deleted', REQUEST)) };
}

/**
 * Everything since a time by cursors, so that a long absence comes in answers of bounded size.
 *
 * The server's cursor is the time of a page's last document, and the next page begins *later* than
 * it: of several documents of one millisecond that straddle a page's end it would skip the rest. So
 * each page is asked for from one millisecond before, what came already is dropped, and a page that is
 * all one millisecond is asked for again, larger; a server that caps `count` is asked without cursors.
 */
export async function missedByCursor(rest: Rest, roomId: WorkspaceRoomId, since: number): Promise<SyncedMessages> {
  const updated = await pages(rest, roomId, since, 'UPDATED');
  const deleted = updated && (await pages(rest, roomId, since, 'DELETED'));
  if (updated && deleted) return { updated, deleted: deletionsIn(deleted) };
  return await missedAtOnce(rest, roomId, since);
}

/** `undefined` when pages cannot be told apart: more documents in one millisecond than a page may hold. */
async function pages(
  rest: Rest,
  roomId: WorkspaceRoomId,
  since: number,
  type: 'UPDATED' | 'DELETED',
): Promise<JsonObject[] | undefined> {
  const [key, field] = type === 'UPDATED' ? ['updated', '_updatedAt'] : ['deleted', '_deletedAt'];
  const found = new Map<string, JsonObject>();
  let from = Math.max(1, since - 1);
  for (let count = PAGE; ;) {
    const { body } = await rest.get('chat.syncMessages', { query: { roomId, type, next: from, count } });
    const result = objectIn(body, 'result', REQUEST);
    const page = listIn(result, key, REQUEST);
    let last = from;
    for (const document of page) {
      const at = timeOf(document[field]);
      found.set(`${String(document['_id'])} ${at}`, document);
      last = Math.max(last, at);
    }
    const cursor = isObject(result['cursor']) ? result['cursor']['next'] : undefined;
    if (cursor === null || (cursor === undefined && page.length < count)) return [...found.values()];
    if (last - 1 > from) {
      from = last - 1;
      count = PAGE;
    } else if (page.length < count) {
      return undefined;
    } else {
      count *= 2;
    }
  }
}

/** `{_id, _deletedAt}` of removed messages. */
function deletionsIn(documents: readonly JsonObject[]): SyncedMessages['deleted'] {
  return documents
    .filter((document) => isId(document['_id']))
    .map((document) => ({ id: document['_id'] as MessageId, at: timeOf(document['_deletedAt']) }));
}
