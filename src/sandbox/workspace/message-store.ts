import type { MessageDocument } from './documents.ts';

export interface DeletedMessage {
  _id: string;
  rid: string;
  _deletedAt: Date;
}

/** Messages by id, by room in the order of `ts`, and by room in the order of `_updatedAt`; and the trash. */
export interface MessageStore {
  get(id: string): MessageDocument | undefined;
  /** @returns false, and stores nothing, when the id exists. */
  insert(message: MessageDocument): boolean;
  /** To be called after a message's `_updatedAt` was changed. */
  touched(message: MessageDocument): void;
  /** Moves a message to the trash. */
  remove(message: MessageDocument, at: Date): void;
  /** Visible or hidden, oldest `ts` first. */
  inRoom(rid: string): MessageDocument[];
  /** Changed after a time (ms, exclusive), least recently changed first, hidden ones left out. */
  changedAfter(rid: string, since: number): MessageDocument[];
  /** Trashed after a time (ms, exclusive), oldest first. */
  deletedAfter(rid: string, since: number): DeletedMessage[];
  removeRoom(rid: string, at: Date): void;
  all(): Iterable<MessageDocument>;
}

interface Change {
  at: number;
  message: MessageDocument;
}

interface RoomIndex {
  byId: Map<string, MessageDocument>;
  /** Sorted by `at`; an entry whose message has changed since is stale and skipped. */
  changes: Change[];
  trash: DeletedMessage[];
}

export function createMessageStore(): MessageStore {
  const messages = new Map<string, MessageDocument>();
  const rooms = new Map<string, RoomIndex>();
  const indexOf = (rid: string): RoomIndex => {
    let index = rooms.get(rid);
    if (index === undefined) rooms.set(rid, (index = { byId: new Map(), changes: [], trash: [] }));
    return index;
  };

  return {
    get: (id) => messages.get(id),
    insert(message) {
      if (messages.has(message._id)) return false;
      messages.set(message._id, message);
      const index = indexOf(message.rid);
      index.byId.set(message._id, message);
      record(index, message);
      return true;
    },
    touched: (message) => record(indexOf(message.rid), message),
    remove(message, at) {
      messages.delete(message._id);
      const index = indexOf(message.rid);
      index.byId.delete(message._id);
      index.trash.push({ _id: message._id, rid: message.rid, _deletedAt: at });
    },
    inRoom: (rid) => [...(rooms.get(rid)?.byId.values() ?? [])].toSorted((a, b) => a.ts.getTime() - b.ts.getTime()),
    changedAfter(rid, since) {
      const index = rooms.get(rid);
      if (index === undefined) return [];
      const found = new Set<MessageDocument>();
      for (let i = firstAfter(index.changes, since); i < index.changes.length; i++) {
        const { at, message } = index.changes[i] as Change;
        if (isLive(index, message, at) && message._hidden !== true) found.add(message);
      }
      return [...found];
    },
    deletedAfter: (rid, since) => (rooms.get(rid)?.trash ?? []).filter((gone) => gone._deletedAt.getTime() > since),
    removeRoom(rid, at) {
      const index = rooms.get(rid);
      if (index === undefined) return;
      for (const message of index.byId.values()) {
        messages.delete(message._id);
        index.trash.push({ _id: message._id, rid, _deletedAt: at });
      }
      index.byId.clear();
      index.changes = [];
    },
    all: () => messages.values(),
  };
}

function isLive(index: RoomIndex, message: MessageDocument, at: number): boolean {
  return message._updatedAt.getTime() === at && index.byId.get(message._id) === message;
}

/** Appends to the change log; a clock that went back makes it search its place. */
function record(index: RoomIndex, message: MessageDocument): void {
  const at = message._updatedAt.getTime();
  const { changes } = index;
  let place = changes.length;
  while (place > 0 && (changes[place - 1] as Change).at > at) place -= 1;
  if (place === changes.length) changes.push({ at, message });
  else changes.splice(place, 0, { at, message });
  if (changes.length > 1000 && changes.length > index.byId.size * 3) {
    index.changes = changes.filter((change) => isLive(index, change.message, change.at));
  }
}

function firstAfter(changes: readonly Change[], since: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes[middle] as Change).at > since) high = middle;
    else low = middle + 1;
  }
  return low;
}
