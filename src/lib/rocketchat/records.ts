import { isTime } from '../core/clock.ts';
import type { WorkspaceRoomId, WorkspaceUserId } from '../core/ids.ts';
import type { CustomEmoji } from './feature-types.ts';
import { isObject, type JsonObject, unexpectedAnswer } from './rest-answer.ts';
import type { RoomRetention, WorkspaceRoom, WorkspaceUser } from './types.ts';

/** The object under `key`. @throws RemoteError when the answer lacks it. */
export function objectIn(body: JsonObject, key: string, request: string): JsonObject {
  const value = body[key];
  if (!isObject(value)) throw unexpectedAnswer(request, `no "${key}" in the answer`);
  return value;
}

/** The objects of the list under `key`. @throws RemoteError when the answer lacks it. */
export function listIn(body: JsonObject, key: string, request: string): readonly JsonObject[] {
  const value = body[key];
  if (!Array.isArray(value)) throw unexpectedAnswer(request, `no list "${key}" in the answer`);
  return value.filter(isObject);
}

/** The text under `key`. @throws RemoteError when the answer lacks it. */
export function textIn(body: JsonObject, key: string, request: string): string {
  const value = body[key];
  if (typeof value !== 'string' || value === '') throw unexpectedAnswer(request, `no "${key}" in the answer`);
  return value;
}

/** A time as REST (ISO text) or realtime (`{"$date": ms}`) writes it, in milliseconds; 0 for none. */
export function timeOf(value: unknown): number {
  const date = isObject(value) ? value['$date'] : value;
  const ms = typeof date === 'string' ? Date.parse(date) : date;
  return isTime(ms) ? ms : 0;
}

export function roomFrom(document: JsonObject, request: string): WorkspaceRoom {
  const name = optional(document['name']) ?? '';
  return {
    id: textIn(document, '_id', request) as WorkspaceRoomId,
    type: optional(document['t']) ?? '',
    name,
    displayName: optional(document['fname']) ?? name,
    topic: optional(document['topic']) ?? '',
    archived: document['archived'] === true,
    encrypted: document['encrypted'] === true,
    federated: document['federated'] === true,
    lastMessageAt: timeOf(document['lm']),
    ...(isObject(document['retention']) ? { retention: retentionFrom(document['retention']) } : {}),
  };
}

function retentionFrom({ enabled, overrideGlobal, maxAge, filesOnly }: JsonObject): RoomRetention {
  return {
    enabled: typeof enabled === 'boolean' ? enabled : undefined,
    overridesGlobal: overrideGlobal === true,
    maxAgeDays: typeof maxAge === 'number' ? maxAge : undefined,
    filesOnly: filesOnly === true,
  };
}

/** `active` is absent where the caller may not see it; such accounts count as active. */
export function userFrom(document: JsonObject, request: string): WorkspaceUser {
  const username = optional(document['username']) ?? '';
  const { roles, emails } = document;
  const first: unknown = Array.isArray(emails) ? emails[0] : undefined;
  return {
    id: textIn(document, '_id', request) as WorkspaceUserId,
    username,
    name: optional(document['name']) ?? username,
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    active: document['active'] !== false,
    email: isObject(first) ? optional(first['address']) : undefined,
    avatarEtag: optional(document['avatarETag']),
  };
}

/** `undefined` for what lacks a name or an extension. */
export function emojiFrom({ name, aliases, extension, etag }: JsonObject): CustomEmoji | undefined {
  if (typeof name !== 'string' || typeof extension !== 'string') return undefined;
  return {
    name,
    extension,
    aliases: Array.isArray(aliases) ? aliases.filter((alias) => typeof alias === 'string') : [],
    ...(typeof etag === 'string' ? { etag } : {}),
  };
}

function optional(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
