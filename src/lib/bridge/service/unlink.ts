import type { Portal } from '../../store/types.ts';
import type { MatrixRoomAlias } from '../../core/ids.ts';
import type { Bridge } from '../bridge.ts';
import { homeserverIn } from '../direct/hands.ts';
import { createOlderRooms } from '../direct/older-rooms.ts';
import { leaveOlderRooms } from '../direct/supersede.ts';
import { BRIDGE_STATE } from './link.ts';
import { LANE_OWNER } from '../lanes.ts';
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
  const closed = await parts.store.portals.update(portal.id, { state: 'closed' });
  await bridge?.portalChanged(closed);
  await settleWaiting(parts, portal);
  await leaveOlderRooms(parts, bridge?.opening.older ?? (await createOlderRooms(parts.store)), portal);
  return { room: viewOf(closed, 0, []), changed: true, warnings: await leaveRoom(parts, portal) };
}

async function settleWaiting(parts: BridgeParts, portal: Portal): Promise<void> {
  const lease = await parts.store.leases.acquire(`lane:${portal.lane}`, LANE_OWNER, 60_000);
  if (lease === undefined) return;
  for (const side of ['workspace', 'homeserver'] as const) {
    for (;;) {
      const row = await parts.store.inbox.head(portal.lane, side);
      if (row === undefined) break;
      await parts.store.inbox.settle({ inboxId: row.id, lease, outcome: 'unlinked' });
    }
  }
  await parts.store.leases.release(lease);
}

/** The room goes on without us: what can't be undone there is a warning. */
async function leaveRoom(parts: BridgeParts, portal: Portal): Promise<readonly string[]> {
  const { matrixRoomId, alias } = portal;
  if (matrixRoomId === undefined) return [];
  const warnings: string[] = [];
  const hand = homeserverIn(parts, portal);
  const tried = async (what: string, task: () => Promise<unknown>): Promise<void> => {
    await task().catch((error: unknown) => warnings.push(`${what}: ${(error as Error).message}`));
  };
  await tried('The claim on the Matrix room stays', () =>
    hand.sendState(matrixRoomId, BRIDGE_STATE, parts.identity.workspaceId, {}),
  );
  if (alias !== undefined) await tried('The alias stays', () => parts.homeserver.deleteAlias(alias as MatrixRoomAlias));
  for (const member of await hand.joinedMembers(matrixRoomId).catch(() => [])) {
    const person = await parts.store.people.byMatrixUser(member);
    if (person?.kind !== 'ghost') continue;
    await tried(`${member} stays`, () => parts.homeserver.as(member).leave(matrixRoomId));
    await parts.store.people.setMember(portal.id, person.id, false);
  }
  if (portal.direct === undefined) await tried('The bot stays', () => parts.homeserver.leave(matrixRoomId));
  return warnings;
}
