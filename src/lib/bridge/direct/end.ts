import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { isOutOfReach } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import { sayInWorkspace } from '../notices/say.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { isAllSaid } from './all-said.ts';
import type { Departure } from './invite.ts';
import { type Opened, type OpeningParts, settled } from './opening.ts';
import { leaveOlderRooms, leaveRoom } from './supersede.ts';

/**
 * Ends a direct message that nobody on Matrix is in any more, or that our side was put out of: what is written next
 * in Rocket.Chat begins another, instead of being said to an empty room. What was written before goes first.
 */
export async function endIfLeft(opening: OpeningParts, departure: Departure): Promise<Opened> {
  const { parts, portalChanged } = opening;
  const portal = await parts.store.portals.byMatrixRoom(departure.roomId);
  if (portal === undefined) return endOlder(opening, departure);
  if (portal?.direct === undefined || portal.state !== 'active') return settled('ignored');
  const wasPutOut = departure.who === portal.direct.ghost;
  if (!wasPutOut && (await isAnybodyLeft(parts, portal))) return settled('others are still there');
  if (!(await isAllSaid(opening, portal, wasPutOut))) return { kind: 'later' };
  const text = wasPutOut
    ? `${departure.by} ended this conversation on Matrix. The next message begins a new one.`
    : `${departure.who} left this conversation on Matrix. The next message invites them again.`;
  parts.log('warn', 'notice.direct-left', { portal: portal.name, who: departure.who, by: departure.by });
  await sayInWorkspace(parts, portal, `left:${departure.eventId}`, text);
  await portalChanged(await parts.store.portals.update(portal.id, { state: 'closed' }));
  await leaveRoom(parts, portal, departure.roomId);
  await leaveOlderRooms(parts, opening.older, portal);
  return settled('direct message ended');
}

/** An older room that nobody on Matrix is in any more is left by our side too. */
async function endOlder({ parts, older }: OpeningParts, { roomId, who }: Departure): Promise<Opened> {
  const room = older.of(roomId);
  const portal = room === undefined ? undefined : await parts.store.portals.byId(room.portalId);
  if (portal?.direct === undefined) return settled('ignored');
  if (who !== portal.direct.ghost && (await isAnybodyLeft(parts, portal))) return settled('others are still there');
  await older.forget(roomId);
  await leaveRoom(parts, portal, roomId);
  return settled('older room left');
}

/** Somebody who is not ours is in the room, or may still come. */
async function isAnybodyLeft(parts: BridgeParts, portal: Portal): Promise<boolean> {
  if (portal.direct === undefined || portal.matrixRoomId === undefined) return false;
  const hand = parts.homeserver.as(portal.direct.ghost);
  const members = await membersIn(hand, portal.matrixRoomId);
  for (const id of members) {
    if ((await parts.store.people.byMatrixUser(id))?.kind === 'puppet') return true;
  }
  return false;
}

/** Nobody whom we could reach, where we are in the room no longer ourselves. */
async function membersIn(hand: MatrixApi, roomId: MatrixRoomId): Promise<readonly MatrixUserId[]> {
  try {
    return [...(await hand.membersAndInvited(roomId)).keys()];
  } catch (error) {
    if (isOutOfReach(error)) return [];
    throw error;
  }
}
