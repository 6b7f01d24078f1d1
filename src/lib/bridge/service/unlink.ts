import type { Bridge } from '../running-bridge.ts';
import { createOlderRooms } from '../direct/older-rooms.ts';
import { leaveOlderRooms } from '../direct/supersede.ts';
import { closePortal } from '../ends/close-portal.ts';
import type { BridgeParts } from '../parts.ts';
import { portalNamed } from './portal-named.ts';
import { viewOf } from './rooms.ts';
import type { LinkView } from './views.ts';

/**
 * Ends a portal: nothing more is relayed, what still waits is settled as unlinked, the alias and the
 * claim on the Matrix room are given up. Both rooms and their history stay.
 */
export async function unlinkRooms(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  { room }: { readonly room: string },
): Promise<LinkView> {
  const portal = await portalNamed(parts, room);
  const { portal: closed, warnings } = await closePortal(parts, bridge, portal, {
    outcome: 'unlinked',
    matrixRoom: 'leave',
  });
  await leaveOlderRooms(parts, bridge?.opening.older ?? (await createOlderRooms(parts.store)), portal);
  return { room: viewOf(closed, 0, []), changed: true, warnings };
}
