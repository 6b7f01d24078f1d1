import type { ApplicationService } from './application-services.ts';
import { aliasesOf, membershipOf, membersOf } from './room-state.ts';
import type { Homeserver, StoredEvent } from './state.ts';

/**
 * Whether an application service is to get the event: its user sent it or is the member it's about, the
 * room has an alias in its namespace, or one of its users is joined *now*, at the time of the question. So
 * messages between a ghost's invite and its join never reach it, while the invite itself does.
 */
export function isInterested(hs: Homeserver, service: ApplicationService, event: StoredEvent): boolean {
  if (service.ownsUser(event.sender)) return true;
  if (event.type === 'm.room.member' && event.stateKey !== undefined && service.ownsUser(event.stateKey)) return true;
  return isRoomOfInterest(hs, service, event.roomId);
}

export function isRoomOfInterest(hs: Homeserver, service: ApplicationService, roomId: string): boolean {
  const room = hs.disk.rooms.get(roomId);
  if (room === undefined) return false;
  return (
    aliasesOf(hs, roomId).some((alias) => service.ownsAlias(alias)) ||
    membersOf(room, 'join').some((userId) => service.ownsUser(userId))
  );
}

/** Ours, or in a room of interest: whose presence an application service is told. */
export function isUserOfInterest(hs: Homeserver, service: ApplicationService, userId: string): boolean {
  if (service.ownsUser(userId)) return true;
  return [...hs.disk.rooms.values()].some(
    (room) => membershipOf(room, userId) === 'join' && isRoomOfInterest(hs, service, room.roomId),
  );
}
