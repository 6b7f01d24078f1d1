import { type MessageId, type WorkspaceRoomId, type WorkspaceUserId, isId } from '../core/ids.ts';
import type { RealtimeInterest, RealtimeNews } from './realtime-news.ts';
import { emojiFrom, timeOf } from './records.ts';
import { isObject, type JsonObject } from './rest-answer.ts';
import type { RealtimeEvent } from './types.ts';

/** One stream's one key, as it is subscribed to. */
export interface RealtimeTopic {
  readonly stream: string;
  readonly key: string;
}

const LOGGED: Readonly<Partial<Record<RealtimeInterest, readonly string[]>>> = {
  users: ['updateAvatar', 'Users:NameChanged', 'Users:Deleted'],
  presence: ['user-status'],
  emoji: ['updateEmojiCustom', 'deleteEmojiCustom'],
  roles: ['roles-change'],
};
const OWN: Readonly<Partial<Record<RealtimeInterest, readonly string[]>>> = {
  rooms: ['rooms-changed'],
  'own-rooms': ['subscriptions-changed'],
};
const IN_ROOM: Readonly<Partial<Record<RealtimeInterest, string>>> = {
  prunes: 'deleteMessageBulk',
  typing: 'user-activity',
};
const STATUSES = ['offline', 'online', 'away', 'busy'] as const;

/** What is subscribed to once on a connection of that account. */
export function commonTopics(wants: readonly RealtimeInterest[], userId: WorkspaceUserId): readonly RealtimeTopic[] {
  return wants.flatMap((interest) => [
    ...(OWN[interest] ?? []).map((event) => ({ stream: 'stream-notify-user', key: `${userId}/${event}` })),
    ...(LOGGED[interest] ?? []).map((key) => ({ stream: 'stream-notify-logged', key })),
  ]);
}

/** Names of a room's events besides its deletions. */
export function roomEvents(wants: readonly RealtimeInterest[]): readonly string[] {
  return wants.flatMap((interest) => IN_ROOM[interest] ?? []);
}

/** What of the streams must not be lost; `undefined` for anything else on them. */
export function eventFrom(stream: string, name: string, args: readonly unknown[]): RealtimeEvent | undefined {
  const detail = args[0];
  if (!isObject(detail)) return undefined;
  if (stream === 'stream-room-messages')
    return name === '__my_messages__' ? { kind: 'message', message: detail } : undefined;
  const { roomId, event } = roomKey(name);
  if (stream !== 'stream-notify-room' || event !== 'deleteMessage' || !isId(detail['_id'])) return undefined;
  return { kind: 'deleted', roomId, id: detail['_id'] as MessageId };
}

/** What of the streams is news; `undefined` for anything else, and for what looks unlike what it should. */
export function newsFrom(stream: string, name: string, args: readonly unknown[]): RealtimeNews | undefined {
  const detail = args[0];
  if (stream === 'stream-notify-room') return roomNews(name, args);
  if (stream === 'stream-notify-user')
    return name.endsWith('/subscriptions-changed') ? leftRoom(detail) : roomChanged(name, args);
  if (stream !== 'stream-notify-logged') return undefined;
  if (name === 'user-status') return presence(detail);
  if (!isObject(detail)) return undefined;
  if (name === 'updateAvatar') return avatar(detail);
  if (name === 'roles-change') return roomRole(detail);
  if (name === 'updateEmojiCustom' || name === 'deleteEmojiCustom') return emoji(name, detail['emojiData']);
  return person(name, detail);
}

const leftRoom = (change: unknown): RealtimeNews | undefined =>
  change === 'removed' ? { kind: 'own-rooms', change: 'removed' } : undefined;

function roomKey(key: string): { roomId: WorkspaceRoomId; event: string } {
  const slash = key.indexOf('/');
  return { roomId: key.slice(0, slash) as WorkspaceRoomId, event: key.slice(slash + 1) };
}

function roomNews(key: string, [first, activities, extra]: readonly unknown[]): RealtimeNews | undefined {
  const { roomId, event } = roomKey(key);
  if (event === 'deleteMessageBulk' && isObject(first)) return pruned(roomId, first);
  if (event !== 'user-activity' || typeof first !== 'string' || !Array.isArray(activities)) return undefined;
  const threadId = isObject(extra) && typeof extra['tmid'] === 'string' ? extra['tmid'] : undefined;
  return {
    kind: 'typing',
    roomId,
    username: first,
    typing: activities.includes('user-typing'),
    ...(threadId === undefined ? {} : { threadId: threadId as MessageId }),
  };
}

function roomChanged(key: string, [change, document]: readonly unknown[]): RealtimeNews | undefined {
  if (!key.endsWith('/rooms-changed') || !isObject(document)) return undefined;
  const { _id: roomId } = document;
  if (typeof roomId !== 'string' || (change !== 'inserted' && change !== 'updated' && change !== 'removed'))
    return undefined;
  return { kind: 'room', change, roomId: roomId as WorkspaceRoomId, document };
}

function pruned(roomId: WorkspaceRoomId, detail: JsonObject): RealtimeNews | undefined {
  const { ts, users, ids, excludePinned, ignoreDiscussion } = detail;
  if (!isObject(ts)) return undefined;
  return {
    kind: 'pruned',
    roomId,
    from: timeOf(ts['$gte'] ?? ts['$gt']),
    to: timeOf(ts['$lte'] ?? ts['$lt']),
    inclusive: '$gte' in ts,
    usernames: textsIn(users),
    keepsPinned: excludePinned === true,
    keepsDiscussions: ignoreDiscussion === true,
    ...(Array.isArray(ids) ? { ids: textsIn(ids) as MessageId[] } : {}),
  };
}

function textsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}

function presence(detail: unknown): RealtimeNews | undefined {
  if (!Array.isArray(detail)) return undefined;
  const [userId, username, code, message] = detail as unknown[];
  const status = typeof code === 'number' ? STATUSES[code] : undefined;
  if (typeof userId !== 'string' || typeof username !== 'string' || status === undefined) return undefined;
  return {
    kind: 'presence',
    userId: userId as WorkspaceUserId,
    username,
    status,
    message: typeof message === 'string' ? message : '',
  };
}

function avatar({ username, rid, etag }: JsonObject): RealtimeNews | undefined {
  const version = typeof etag === 'string' && etag !== '' ? { etag } : {};
  if (typeof username === 'string') return { kind: 'user', change: 'avatar', username, ...version };
  return typeof rid === 'string' ? { kind: 'room-avatar', roomId: rid as WorkspaceRoomId, ...version } : undefined;
}

/** Roles of the whole workspace come without a scope. */
function roomRole({ scope }: JsonObject): RealtimeNews | undefined {
  return typeof scope === 'string' ? { kind: 'room-role', roomId: scope as WorkspaceRoomId } : undefined;
}

function person(event: string, detail: JsonObject): RealtimeNews | undefined {
  const { _id, userId, username, name, messageErasureType } = detail;
  if (event === 'Users:Deleted' && typeof userId === 'string') {
    const messages = messageErasureType === 'Delete' ? 'deleted' : 'kept';
    return { kind: 'user', change: 'deleted', userId: userId as WorkspaceUserId, messages };
  }
  if (event !== 'Users:NameChanged' || typeof _id !== 'string' || typeof username !== 'string') return undefined;
  return {
    kind: 'user',
    change: 'name',
    userId: _id as WorkspaceUserId,
    username,
    name: typeof name === 'string' && name !== '' ? name : username,
  };
}

function emoji(event: string, data: unknown): RealtimeNews | undefined {
  const one = isObject(data) ? emojiFrom(data) : undefined;
  return one && { kind: 'emoji', change: event === 'updateEmojiCustom' ? 'updated' : 'deleted', emoji: one };
}
