import type { MessageDocument } from './documents.ts';
import type { DeletedMessage } from './message-store.ts';
import { MeteorError } from './meteor.ts';
import type { Workspace } from './workspace.ts';

export interface SyncQuery {
  readonly roomId: string;
  readonly lastUpdate?: string | undefined;
  readonly fromTs?: string | undefined;
  readonly type?: string | undefined;
  readonly next?: string | undefined;
  readonly previous?: string | undefined;
  readonly count?: number | undefined;
}

export interface SyncResult {
  updated: readonly MessageDocument[];
  deleted: readonly { _id: string; _deletedAt: string }[];
  cursor?: { next: string | null; previous: string | null };
}

/** `chat.syncMessages` of a room the caller may see: everything since `lastUpdate`, or pages by cursor. */
export function syncMessages(workspace: Workspace, query: SyncQuery): SyncResult {
  refuseContradictions(workspace, query);
  if (query.lastUpdate !== undefined) return everythingSince(workspace, query, Date.parse(query.lastUpdate));
  // Without a cursor the real server looks the history up and then finds no `updated` in it.
  if (query.next === undefined && query.previous === undefined) return { updated: [], deleted: [] };
  return page(workspace, query);
}

function refuseContradictions(workspace: Workspace, query: SyncQuery): void {
  const { lastUpdate, type, next, previous } = query;
  if (lastUpdate === undefined && (!workspace.dialect.cursorSync || type === undefined)) {
    throw workspace.dialect.cursorSync
      ? new MeteorError('error-param-required', 'The "type" or "lastUpdate" parameters must be provided')
      : new MeteorError('error-lastUpdate-param-not-provided', 'The required "lastUpdate" query param is missing.');
  }
  if (lastUpdate !== undefined && Number.isNaN(Date.parse(lastUpdate))) {
    throw new MeteorError('error-lastUpdate-param-invalid', 'The "lastUpdate" query parameter must be a valid date');
  }
  const paging = next !== undefined || previous !== undefined;
  if (paging && type === undefined)
    throw new MeteorError(
      'error-type-param-required',
      'The "type" parameter is required when using the "next" or "previous" parameters',
    );
  if (next !== undefined && previous !== undefined)
    throw new MeteorError('error-cursor-conflict', 'You cannot provide both "next" and "previous" parameters');
  if (paging && lastUpdate !== undefined) {
    throw new MeteorError(
      'error-cursor-and-lastUpdate-conflict',
      'The attributes "next", "previous" and "lastUpdate" cannot be used together',
    );
  }
}

function everythingSince(workspace: Workspace, query: SyncQuery, since: number): SyncResult {
  const from = query.fromTs === undefined ? undefined : Date.parse(query.fromTs);
  const updated = workspace.messages
    .changedAfter(query.roomId, since)
    .filter((message) => from === undefined || message.ts.getTime() >= from)
    .toSorted((a, b) => b.ts.getTime() - a.ts.getTime());
  return { updated, deleted: workspace.messages.deletedAfter(query.roomId, since).map(printed) };
}

/**
 * A page is cut by `_updatedAt` alone: of documents that share a millisecond, those beyond the cut are
 * skipped by the next page. The real server has the same hole.
 */
function page(workspace: Workspace, query: SyncQuery): SyncResult {
  const forwards = query.next !== undefined;
  const edge = Number.parseInt(query.next ?? query.previous ?? '', 10);
  if (Number.isNaN(edge)) throw new Error('Invalid Date');
  const count = query.count ?? 20;
  const deleting = query.type === 'DELETED';
  const all: (MessageDocument | DeletedMessage)[] = deleting
    ? workspace.messages.deletedAfter(query.roomId, forwards ? edge : 0)
    : workspace.messages.changedAfter(query.roomId, forwards ? edge : 0);
  const time = (one: MessageDocument | DeletedMessage): number =>
    ('_deletedAt' in one ? one._deletedAt : one._updatedAt).getTime();
  const ordered = forwards ? all : all.filter((one) => time(one) < edge).toReversed();
  const found = ordered.slice(0, count);
  const more = ordered.length > count;
  const first = found[0] === undefined ? null : String(time(found[0]));
  const last = found.at(-1);
  const end = more && last !== undefined ? String(time(last)) : null;
  return {
    updated: deleting ? [] : (found as MessageDocument[]),
    deleted: deleting ? (found as DeletedMessage[]).map(printed) : [],
    cursor: forwards ? { next: end, previous: first } : { next: first, previous: end },
  };
}

function printed(gone: DeletedMessage): { _id: string; _deletedAt: string } {
  return { _id: gone._id, _deletedAt: gone._deletedAt.toISOString() };
}
