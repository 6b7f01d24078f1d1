import { setTyping } from './ephemeral.ts';
import { peerOf, serverOf, serversIn } from './federation/network.ts';
import type { JsonObject } from './json.ts';
import { badJson, forbidden, MatrixError, notFound } from './matrix-error.ts';
import { queryAlias } from './queries.ts';
import type { Requester } from './requester.ts';
import { membershipOf, stateEvent } from './room-state.ts';
import { roomOf } from './sending.ts';
import type { Account, Homeserver, Room, StoredEvent } from './state.ts';
import { appendEvent } from './timeline.ts';

/**
 * Changes a membership, or answers the event that is already there when nothing would change: joining
 * where one is joined, inviting the invited, leaving what one left.
 */
export function changeMembership(
  hs: Homeserver,
  room: Room,
  requester: Requester,
  target: string,
  membership: string,
  extra: JsonObject = {},
  act?: 'unban',
): StoredEvent {
  if (!/^@[^:]*:.+$/.test(target)) throw badJson(`Invalid user id ${target}`);
  const current = stateEvent(room, 'm.room.member', target);
  if (current?.content['membership'] === 'ban' && membership !== 'ban' && act !== 'unban') {
    throw new MatrixError(403, 'M_BAD_STATE', `Cannot ${membership} user who was banned`);
  }
  const content: JsonObject = { ...profileOf(hs, target, membership), ...extra, membership };
  if (current?.content['membership'] === membership && current.sender === requester.userId) return current;
  if (membership !== 'join') setTyping(hs, room.roomId, target, 0);
  return appendEvent(hs, room, {
    type: 'm.room.member',
    sender: requester.userId,
    stateKey: target,
    content,
    deviceId: requester.deviceId,
    accessToken: requester.accessToken,
  });
}

/** Joins and invites carry the target's profile. */
function profileOf(hs: Homeserver, userId: string, membership: string): JsonObject {
  if (membership !== 'join' && membership !== 'invite' && membership !== 'knock') return {};
  const account = accountOf(hs, userId);
  return {
    ...(account?.displayName === undefined ? {} : { displayname: account.displayName }),
    ...(account?.avatarUrl === undefined ? {} : { avatar_url: account.avatarUrl }),
  };
}

/** Of any server that can be asked. */
const accountOf = (hs: Homeserver, userId: string): Account | undefined =>
  hs.disk.accounts.get(userId) ?? peerOf(hs, serverOf(userId))?.disk.accounts.get(userId);

/** Kick and unban both end in `leave`, and each refuses what is the other's. */
export function kickOrUnban(
  hs: Homeserver,
  room: Room,
  requester: Requester,
  target: string,
  act: 'kick' | 'unban',
  extra: JsonObject,
): void {
  const now = membershipOf(room, target);
  if (act === 'unban' && now !== 'ban')
    throw new MatrixError(403, 'M_BAD_STATE', `Cannot unban user who was not banned (membership=${now ?? 'none'})`);
  if (act === 'kick' && now === 'ban') throw new MatrixError(403, 'M_BAD_STATE', 'Cannot kick user who was banned');
  if (act === 'kick' && now !== 'join' && now !== 'invite' && now !== 'knock')
    throw forbidden('The target user is not in the room');
  changeMembership(hs, room, requester, target, 'leave', extra, act === 'unban' ? act : undefined);
}

/** The room behind an id or an alias; an alias nobody has is asked for at the application services. */
export async function findRoom(hs: Homeserver, idOrAlias: string, requester: Requester): Promise<Room> {
  if (!idOrAlias.startsWith('#')) {
    const room = hs.disk.rooms.get(idOrAlias);
    if (room === undefined)
      throw notFound("Can't join remote room because no servers that are in the room have been provided.");
    return room;
  }
  return roomOf(hs, (await resolveAlias(hs, idOrAlias)).roomId, requester);
}

/** Whereto an alias leads, and which servers one may join through: this one first, if it is in the room. */
export interface Resolved {
  readonly roomId: string;
  readonly servers: readonly string[];
}

/** @throws MatrixError 404, or 502 when the alias is another server's and that does not answer */
export async function resolveAlias(hs: Homeserver, alias: string): Promise<Resolved> {
  if (hs.federation !== undefined && serverOf(alias) !== hs.serverName) {
    const peer = peerOf(hs, serverOf(alias));
    if (peer === undefined) throw new MatrixError(502, 'M_UNKNOWN', 'Failed to fetch alias');
    await hs.clock.sleep(hs.federation.delayMs, hs.memory.life.signal);
    return resolveAlias(peer, alias);
  }
  if (!hs.disk.aliases.has(alias) && serverOf(alias) === hs.serverName) await queryAlias(hs, alias);
  const roomId = hs.disk.aliases.get(alias)?.roomId;
  if (roomId === undefined) throw notFound(`Room alias ${alias} not found`);
  const room = hs.disk.rooms.get(roomId);
  return { roomId, servers: [...new Set([hs.serverName, ...(room === undefined ? [] : serversIn(room))])] };
}

/** Puts a changed profile into every room the user is joined to, as Synapse does. */
export function spreadProfile(hs: Homeserver, requester: Requester): void {
  for (const room of hs.disk.rooms.values()) {
    if (membershipOf(room, requester.userId) !== 'join') continue;
    appendEvent(hs, room, {
      type: 'm.room.member',
      sender: requester.userId,
      stateKey: requester.userId,
      content: { ...profileOf(hs, requester.userId, 'join'), membership: 'join' },
    });
  }
}
