import { objectOr } from './json.ts';
import { badJson, forbidden, MatrixError } from './matrix-error.ts';
import { powerOf, powerToSend } from './power-levels.ts';
import type { Requester } from './requester.ts';
import { createRoom, roomVersions } from './room-creation.ts';
import { aliasesOf, membershipOf, stateContent, stateEvent } from './room-state.ts';
import { sendState } from './sending.ts';
import type { Homeserver, Room } from './state.ts';

/** What Synapse takes along; bans, which it takes too, nobody asks the sandbox for. */
const TAKEN_ALONG = [
  'm.room.join_rules',
  'm.room.name',
  'm.room.topic',
  'm.room.history_visibility',
  'm.room.guest_access',
  'm.room.avatar',
  'm.room.encryption',
  'm.room.server_acl',
];

/**
 * `POST /rooms/{id}/upgrade`: the room anew in another version, with nobody in it but who asked; the old one gets a
 * tombstone, nobody but its moderators may write there any more, and its aliases lead to the new one.
 */
export function upgradeRoom(hs: Homeserver, requester: Requester, old: Room, version: unknown): Room {
  if (typeof version !== 'string') throw badJson("Missing params: ['new_version']");
  if (!roomVersions.includes(version))
    throw new MatrixError(400, 'M_UNSUPPORTED_ROOM_VERSION', 'Your homeserver does not support this room version');
  const { userId } = requester;
  if (membershipOf(old, userId) !== 'join' || powerOf(old, userId) < powerToSend(old, 'm.room.tombstone', true))
    throw forbidden("You don't have permission to upgrade this room");
  const isPublic = stateContent(old, 'm.room.join_rules')['join_rule'] === 'public';
  const room = createRoom(hs, requester, {
    room_version: version,
    preset: isPublic ? 'public_chat' : 'private_chat',
    creation_content: { predecessor: { room_id: old.roomId } },
    initial_state: [
      { type: 'm.room.power_levels', content: levelsFor(old, userId, Number(version)) },
      ...TAKEN_ALONG.flatMap((type) => {
        const event = stateEvent(old, type);
        return event === undefined ? [] : [{ type, content: event.content }];
      }),
    ],
  });
  room.isPublic = old.isPublic;
  const say = (type: string, content: Record<string, unknown>): void =>
    void sendState(hs, requester, old.roomId, type, '', content, {});
  say('m.room.tombstone', { body: 'This room has been replaced', replacement_room: room.roomId });
  for (const alias of aliasesOf(hs, old.roomId)) hs.disk.aliases.set(alias, { roomId: room.roomId, creator: userId });
  const levels = stateContent(old, 'm.room.power_levels');
  const restricted = Math.max(Number(levels['users_default'] ?? 0) + 1, 50);
  say('m.room.power_levels', { ...levels, events_default: restricted, invite: restricted });
  return room;
}

/** From version 12 on creators are not listed, and who upgrades is the creator. */
function levelsFor(old: Room, creator: string, version: number): Record<string, unknown> {
  const levels = stateContent(old, 'm.room.power_levels');
  const users = { ...objectOr(levels['users']) };
  if (version >= 12) delete users[creator];
  else users[creator] = 100;
  return { ...levels, users };
}
