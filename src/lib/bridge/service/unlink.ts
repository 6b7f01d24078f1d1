import type { Bridge } from '../running-bridge.ts';
import { createOlderRooms } from '../direct/older-rooms.ts';
import { leaveOlderRooms } from '../direct/supersede.ts';
import { type Closing, closePortal } from '../ends/close-portal.ts';
import { closingInWords } from '../ends/closing-plan.ts';
import type { BridgeParts } from '../parts.ts';
import { portalNamed } from './portal-named.ts';
import { viewOf } from './rooms.ts';
import type { EndRequest, LinkView } from './views.ts';

/**
 * Ends a portal: nothing more is relayed, what still waits is settled as unlinked, the alias and the
 * claim on the Matrix room are given up. Both rooms and their history stay.
 */
export async function unlinkRooms(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  { room, dryRun }: EndRequest,
): Promise<LinkView> {
  const portal = await portalNamed(parts, room);
  const closing: Closing = { outcome: 'unlinked', matrixRoom: 'leave' };
  const older = bridge?.opening.older ?? (await createOlderRooms(parts.store));
  if (dryRun === true) {
    const plan = await closingInWords(parts, portal, closing);
    const rooms = older.all(portal.workspaceRoomId).map(({ matrixRoomId }) => `- our side of ${matrixRoomId}`);
    return { room: viewOf(portal, 0, []), changed: false, warnings: [], plan: [...plan, ...rooms] };
  }
  const { portal: closed, warnings } = await closePortal(parts, bridge, portal, closing);
  await leaveOlderRooms(parts, older, portal);
  return { room: viewOf(closed, 0, []), changed: true, warnings };
}
