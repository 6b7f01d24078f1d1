import type { WorkspaceRoomId } from '../../core/ids.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { growingFrom } from './grow.ts';
import { MEMBERSHIP_ROW, readInvite } from './invite.ts';
import type { OpeningParts } from './opening.ts';
import { leaveRoom } from './supersede.ts';

/**
 * Closes the portal that was begun for a row and comes to nothing, since the row is refused or given up: what asks
 * next would wait for it for ever. What is open is left alone.
 */
export async function closeHalf(opening: OpeningParts, row: InboxRow): Promise<void> {
  const { parts, portalChanged } = opening;
  const half = await begunFor(opening, row);
  if (half?.state !== 'linking' || half.direct === undefined) return;
  await portalChanged(await parts.store.portals.update(half.id, { state: 'closed' }));
  // Made for it alone; an invitation's room is somebody else's.
  if (row.type !== MEMBERSHIP_ROW && half.matrixRoomId !== undefined) await leaveRoom(parts, half, half.matrixRoomId);
}

/** Rows that ask in Rocket.Chat wait for one that another one began, so that what they find is their own. */
async function begunFor({ parts }: OpeningParts, row: InboxRow): Promise<Portal | undefined> {
  const { portals } = parts.store;
  if (row.type !== MEMBERSHIP_ROW) return portals.byWorkspaceRoom(row.ref as WorkspaceRoomId);
  const invite = readInvite(JSON.parse(row.body ?? '{}'));
  if (invite === undefined) return undefined;
  const half = await portals.byMatrixRoom(invite.roomId);
  const isOwn = half?.direct?.ghost === invite.invited || (await growingFrom(parts, invite)) !== undefined;
  return isOwn ? half : undefined;
}
