import { forbidden, notFound } from '../matrix-error.ts';
import { changeMembership } from '../membership.ts';
import type { Requester } from '../requester.ts';
import { membershipOf, stateEvent } from '../room-state.ts';
import type { Homeserver, Room } from '../state.ts';
import { isElsewhere, peerOf, serverOf, serversIn } from './network.ts';
import { receiveOwn, receiveRoom } from './receive.ts';
import { isServerAllowed } from './server-acl.ts';

/**
 * Joins a room that others have, through the first of the servers that is in it; whoever was invited may ask
 * the server that invited them. Somebody of ours may have come in meanwhile: then it's a join like any other.
 */
export async function joinThrough(
  hs: Homeserver,
  requester: Requester,
  roomId: string,
  via: readonly string[],
  extra: Record<string, unknown>,
): Promise<Room> {
  const { userId } = requester;
  for (const name of new Set([...via, ...inviterOf(hs.disk.rooms.get(roomId), userId)])) {
    await hs.clock.sleep(hs.federation?.delayMs ?? 0, hs.memory.life.signal);
    const here = hs.disk.rooms.get(roomId);
    if (here !== undefined && !isElsewhere(hs, here)) {
      if (membershipOf(here, userId) !== 'join') changeMembership(hs, here, requester, userId, 'join', extra);
      return here;
    }
    const resident = peerOf(hs, name);
    const there = resident?.disk.rooms.get(roomId);
    if (resident === undefined || there === undefined || !serversIn(there).has(name)) continue;
    if (!isServerAllowed(there, hs.serverName)) throw forbidden('Server is banned from room');
    return receiveRoom(hs, there, changeMembership(resident, there, onBehalfOf(userId), userId, 'join', extra));
  }
  throw notFound("Can't join remote room because no servers that are in the room have been provided.");
}

/** Rejects an invitation to a room that only others have: the inviting server writes it down, if it can be reached. */
export function rejectThrough(hs: Homeserver, room: Room, userId: string, extra: Record<string, unknown>): boolean {
  if (!isElsewhere(hs, room)) return false;
  const [name = ''] = inviterOf(room, userId);
  const resident = peerOf(hs, name);
  const there = resident?.disk.rooms.get(room.roomId);
  if (resident === undefined || there === undefined || membershipOf(there, userId) !== 'invite') return false;
  receiveOwn(hs, room, changeMembership(resident, there, onBehalfOf(userId), userId, 'leave', extra));
  return true;
}

function inviterOf(room: Room | undefined, userId: string): readonly string[] {
  if (room === undefined || membershipOf(room, userId) !== 'invite') return [];
  const sender = stateEvent(room, 'm.room.member', userId)?.sender;
  return sender === undefined ? [] : [serverOf(sender)];
}

const onBehalfOf = (userId: string): Requester => ({
  userId,
  deviceId: undefined,
  accessToken: '',
  service: undefined,
});
