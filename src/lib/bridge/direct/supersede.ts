import type { MatrixRoomId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { homeserverIn } from './hands.ts';
import type { OlderRooms } from './older-rooms.ts';
import type { OpeningParts } from './opening.ts';
import { sayAs } from './refuse.ts';

/**
 * Matrix allows several rooms of the same people, Rocket.Chat one: the newest is the one that answers come into. In
 * the older one that is said; what is written there is still carried over.
 */
export async function supersede(
  { parts, portalChanged, older }: OpeningParts,
  old: Portal,
  by: MatrixRoomId,
): Promise<void> {
  await older.add(old);
  const closed = await parts.store.portals.update(old.id, { state: 'closed' });
  await portalChanged(closed);
  parts.log('info', 'direct.superseded', { portal: old.name, room: old.matrixRoomId, by });
  if (old.matrixRoomId === undefined) return;
  const text = `This conversation goes on in a newer room: https://matrix.to/#/${encodeURIComponent(by)}?via=${encodeURIComponent(parts.identity.serverName)} What you write here is still read in Rocket.Chat; answers come there.`;
  await quietly(parts, old, () => sayAs(parts, homeserverIn(parts, old), old.matrixRoomId as MatrixRoomId, by, text));
}

/** The direct message ended: nothing is carried from its older rooms any more, so our side leaves them too. */
export async function leaveOlderRooms(parts: BridgeParts, older: OlderRooms, ended: Portal): Promise<void> {
  for (const { matrixRoomId, portalId } of older.all(ended.workspaceRoomId)) {
    await older.forget(matrixRoomId);
    await leaveRoom(parts, (await parts.store.portals.byId(portalId)) ?? ended, matrixRoomId);
  }
}

/** Our side leaves a room that is no portal any more. */
export async function leaveRoom(parts: BridgeParts, old: Portal, roomId: MatrixRoomId): Promise<void> {
  // Whoever can read the members last leaves last.
  const hand = homeserverIn(parts, old);
  let members: readonly string[] = [];
  await quietly(parts, old, async () => {
    members = await hand.joinedMembers(roomId);
  });
  for (const member of members) {
    const person = await parts.store.people.byMatrixUser(member as never);
    if (person?.kind === 'ghost')
      await quietly(parts, old, () => parts.homeserver.as(person.matrixUserId).leave(roomId));
  }
}

/** The older room is nobody's concern any more: what can't be done there is logged. */
async function quietly(parts: BridgeParts, { name }: Portal, task: () => Promise<unknown>): Promise<void> {
  try {
    await task();
  } catch (error) {
    parts.log('warn', 'direct.superseded-failed', { portal: name, reason: (error as Error).message });
  }
}
