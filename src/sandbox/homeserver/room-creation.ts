import { randomBytes, randomInt } from 'node:crypto';
import { assertMayUseAlias } from './directory.ts';
import { type JsonObject, isObject, objectOr, stringOr } from './json.ts';
import { badJson, MatrixError } from './matrix-error.ts';
import { changeMembership } from './membership.ts';
import type { Requester } from './requester.ts';
import type { Homeserver, Room } from './state.ts';
import { appendEvent } from './timeline.ts';

export const roomVersions = ['6', '7', '8', '9', '10', '11', '12'];

const presets: Readonly<Record<string, { joinRule: string; guests: boolean; levels: JsonObject }>> = {
  private_chat: { joinRule: 'invite', guests: true, levels: { invite: 0 } },
  trusted_private_chat: { joinRule: 'invite', guests: true, levels: { invite: 0 } },
  public_chat: { joinRule: 'public', guests: false, levels: { 'm.call.invite': 50 } },
};

interface Wish {
  readonly body: JsonObject;
  readonly version: number;
  readonly presetName: string;
  readonly alias: string | undefined;
  readonly invited: readonly string[];
}

function readWish(hs: Homeserver, requester: Requester, body: JsonObject): Wish {
  const version = body['room_version'] ?? hs.defaultRoomVersion;
  if (typeof version !== 'string') throw badJson('room_version must be a string');
  if (!roomVersions.includes(version))
    throw new MatrixError(400, 'M_UNSUPPORTED_ROOM_VERSION', 'Your homeserver does not support this room version');
  const presetName = stringOr(body['preset']) ?? (body['visibility'] === 'public' ? 'public_chat' : 'private_chat');
  if (presets[presetName] === undefined) throw badJson(`'${presetName}' is not a valid preset`);
  const name = stringOr(body['room_alias_name']);
  if (name !== undefined && /[\s:]/.test(name))
    throw new MatrixError(400, 'M_UNKNOWN', 'Invalid characters in room alias');
  const alias = name === undefined ? undefined : `#${name}:${hs.serverName}`;
  if (alias !== undefined && hs.disk.aliases.has(alias))
    throw new MatrixError(400, 'M_ROOM_IN_USE', 'Room alias already taken');
  if (alias !== undefined) assertMayUseAlias(hs, requester, alias);
  const invited = Array.isArray(body['invite']) ? (body['invite'] as unknown[]).map(String) : [];
  for (const userId of invited) {
    if (!/^@[^:]*:.+$/.test(userId)) throw new MatrixError(400, 'M_UNKNOWN', `Invalid user_id: ${userId}`);
  }
  const override = body['power_level_content_override'];
  if (
    Number(version) < 12 &&
    isObject(override) &&
    'users' in override &&
    !(requester.userId in objectOr(override['users']))
  ) {
    throw new MatrixError(
      400,
      'M_UNKNOWN',
      `Not a valid power_level_content_override: 'users' did not contain ${requester.userId}`,
    );
  }
  return { body, version: Number(version), presetName, alias, invited };
}

/** The room's events come in Synapse's order: create, join, power levels, alias, rules, initial state, name, topic, invites. */
export function createRoom(hs: Homeserver, requester: Requester, body: JsonObject): Room {
  const wish = readWish(hs, requester, body);
  const creation: JsonObject = { ...objectOr(body['creation_content']), room_version: String(wish.version) };
  if (wish.version < 11) creation['creator'] = requester.userId;
  const additional = Array.isArray(creation['additional_creators'])
    ? (creation['additional_creators'] as unknown[]).map(String)
    : [];
  if (wish.version >= 12 && wish.presetName === 'trusted_private_chat' && wish.invited.length > 0) {
    creation['additional_creators'] = [...new Set([...additional, ...wish.invited])];
  }
  const others =
    wish.version >= 12 && Array.isArray(creation['additional_creators'])
      ? (creation['additional_creators'] as unknown[]).map(String)
      : [];
  const room: Room = {
    // From version 12 on a room id is the hash of the create event and has no domain.
    roomId: wish.version >= 12 ? `!${randomBytes(32).toString('base64url')}` : `!${randomLetters(18)}:${hs.serverName}`,
    version: wish.version,
    creators: [requester.userId, ...others],
    isPublic: body['visibility'] === 'public',
    depth: 0,
    state: new Map(),
    timeline: [],
    memberships: new Map(),
    relations: new Map(),
    receipts: new Map(),
  };
  hs.disk.rooms.set(room.roomId, room);
  if (wish.alias !== undefined) hs.disk.aliases.set(wish.alias, { roomId: room.roomId, creator: requester.userId });
  try {
    sendFirstEvents(hs, room, requester, wish, creation);
  } catch (error) {
    if (wish.alias !== undefined) hs.disk.aliases.delete(wish.alias);
    throw error;
  }
  return room;
}

function sendFirstEvents(hs: Homeserver, room: Room, requester: Requester, wish: Wish, creation: JsonObject): void {
  const set = (type: string, content: JsonObject, stateKey = ''): void =>
    void appendEvent(hs, room, {
      type,
      stateKey,
      content,
      sender: requester.userId,
      accessToken: requester.accessToken,
      deviceId: requester.deviceId,
    });
  set('m.room.create', creation);
  changeMembership(hs, room, requester, requester.userId, 'join');
  const { body, alias } = wish;
  const preset = presets[wish.presetName];
  if (preset === undefined) throw new Error('The preset was checked before');
  const initial = initialState(body);
  const given = (type: string): JsonObject | undefined =>
    initial.find((entry) => entry.type === type && entry.stateKey === '')?.content;
  set('m.room.power_levels', given('m.room.power_levels') ?? powerLevels(wish, requester.userId, preset.levels));
  if (alias !== undefined && given('m.room.canonical_alias') === undefined) set('m.room.canonical_alias', { alias });
  if (given('m.room.join_rules') === undefined) set('m.room.join_rules', { join_rule: preset.joinRule });
  if (given('m.room.history_visibility') === undefined)
    set('m.room.history_visibility', { history_visibility: 'shared' });
  if (preset.guests && given('m.room.guest_access') === undefined)
    set('m.room.guest_access', { guest_access: 'can_join' });
  for (const { type, stateKey, content } of initial) {
    if (type !== 'm.room.power_levels') set(type, content, stateKey);
  }
  if (typeof body['name'] === 'string') set('m.room.name', { name: body['name'] });
  if (typeof body['topic'] === 'string')
    set('m.room.topic', { topic: body['topic'], 'm.topic': { 'm.text': [{ body: body['topic'] }] } });
  for (const userId of wish.invited) {
    changeMembership(hs, room, requester, userId, 'invite', body['is_direct'] === true ? { is_direct: true } : {});
  }
}

function initialState(body: JsonObject): { type: string; stateKey: string; content: JsonObject }[] {
  const list = Array.isArray(body['initial_state']) ? (body['initial_state'] as unknown[]) : [];
  return list.map((entry) => {
    if (!isObject(entry) || typeof entry['type'] !== 'string' || !isObject(entry['content']))
      throw badJson('Bad entry in initial_state');
    return { type: entry['type'], stateKey: stringOr(entry['state_key']) ?? '', content: entry['content'] };
  });
}

function powerLevels(wish: Wish, creator: string, ofPreset: JsonObject): JsonObject {
  const creatorsAreAbove = wish.version >= 12;
  const operators = wish.presetName === 'trusted_private_chat' ? [creator, ...wish.invited] : [creator];
  return {
    users: creatorsAreAbove ? {} : Object.fromEntries(operators.map((userId) => [userId, 100])),
    users_default: 0,
    events: {
      'm.room.name': 50,
      'm.room.power_levels': 100,
      'm.room.history_visibility': 100,
      'm.room.canonical_alias': 50,
      'm.room.avatar': 50,
      'm.room.tombstone': creatorsAreAbove ? 150 : 100,
      'm.room.server_acl': 100,
      'm.room.encryption': 100,
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: 50,
    historical: 100,
    ...ofPreset,
    ...objectOr(wish.body['power_level_content_override']),
  };
}

/** As long as Synapse's, since the room id counts in an event's size. */
function randomLetters(count: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  return Array.from({ length: count }, () => letters[randomInt(letters.length)]).join('');
}
