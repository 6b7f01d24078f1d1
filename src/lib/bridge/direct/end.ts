import { peopleIn } from '../membership/people-in.ts';
import { sayInWorkspace } from '../notices/say.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { isAllSaid } from './all-said.ts';
import type { Departure } from './invite.ts';
import { askForAnotherRoom, hasLostRoom } from './lost-room.ts';
import { type Opened, type OpeningParts, settled } from './opening.ts';
import { leaveOlderRooms, leaveRoom } from './supersede.ts';

/**
 * Ends a direct message that nobody on Matrix is in any more, or that our side was put out of: what is written next
 * in Rocket.Chat begins another, instead of being said to an empty room, and so does what was written there already
 * and nobody on Matrix has seen. What was written on Matrix before goes first.
 */
export async function endIfLeft(opening: OpeningParts, departure: Departure): Promise<Opened> {
  const { parts } = opening;
  const { portals } = parts.store;
  const portal = await portals.byMatrixRoom(departure.roomId);
  if (portal === undefined) return endOlder(opening, departure);
  if (portal.direct === undefined) return settled('ignored');
  // Turned down before all of it was open.
  if (portal.state !== 'active') return { kind: 'later' };
  const wasPutOut = departure.who === portal.direct.ghost;
  if (!wasPutOut && (await isAnybodyLeft(parts, portal))) return settled('others are still there');
  // An ending that was cut short may have taken us out already.
  const isLocked = wasPutOut || (await hasLostRoom(parts, portal));
  if (!(await isAllSaid(opening, portal, { on: ['homeserver'], isLocked }))) return { kind: 'later' };
  return opening.serial.run(portal.workspaceRoomId, async () => {
    if ((await portals.byId(portal.id))?.state !== 'active') return settled('ignored');
    await end(opening, portal, departure, wasPutOut);
    return settled('direct message ended');
  });
}

/** The store has it as closed at the very end: what is cut short before is done once more. */
async function end(opening: OpeningParts, portal: Portal, departure: Departure, wasPutOut: boolean): Promise<void> {
  const { parts, portalChanged } = opening;
  const text = wasPutOut
    ? `${departure.by} ended this conversation on Matrix. The next message begins a new one.`
    : `${departure.who} left this conversation on Matrix. The next message invites them again.`;
  parts.log('warn', 'notice.direct-left', { portal: portal.name, who: departure.who, by: departure.by });
  await sayInWorkspace(parts, portal, `left:${departure.eventId}`, text);
  // Before anybody else finds what was written since.
  const asking = await askForAnotherRoom(parts, portal, `left ${departure.eventId} ${parts.clock.now()}`);
  await portalChanged({ ...portal, state: 'closed' });
  await leaveRoom(parts, portal, departure.roomId);
  await leaveOlderRooms(parts, opening.older, portal);
  parts.passed('close:left');
  await parts.store.portals.update(portal.id, { state: 'closed' });
  if (asking !== undefined) opening.wake(asking);
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
  const members = await peopleIn(hand, portal.matrixRoomId);
  for (const id of members) {
    if ((await parts.store.people.byMatrixUser(id))?.kind === 'puppet') return true;
  }
  return false;
}
