import { RemoteError } from '../../core/remote-error.ts';
import { roomLane } from '../../store/lane-names.ts';
import type { Lane } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { leaveMatrixRoom } from '../ends/leave-matrix-room.ts';
import { sayInWorkspace } from '../notices/say.ts';
import type { BridgeParts } from '../parts.ts';
import { linkedAtCursor } from '../portal-index.ts';
import { caughtUpTo } from '../workspace/catch-up.ts';
import { homeserverIn } from './hands.ts';
import { DIRECT_ROW } from './invite.ts';
import type { DirectRequest } from './direct-request.ts';
import { type OpeningParts, OVERLAP_MS } from './opening.ts';

/**
 * Whether our side is in a direct message's Matrix room no longer: an administrator of the homeserver removed it, or
 * somebody put us out, and nobody told us. False, too, where the homeserver does not say.
 */
export async function hasLostRoom(parts: BridgeParts, portal: Portal): Promise<boolean> {
  const { direct, matrixRoomId } = portal;
  if (direct === undefined || matrixRoomId === undefined) return false;
  try {
    return !(await homeserverIn(parts, portal).joinedRooms()).includes(matrixRoomId);
  } catch (error) {
    if (error instanceof RemoteError) return false;
    throw error;
  }
}

/**
 * Asks for another Matrix room for what was written in a direct message that has none any more, as if somebody had
 * written first. Answers the lane in which that waits its turn.
 *
 * @param cause what asks: each asks once.
 */
export async function askForAnotherRoom(
  { store }: Pick<BridgeParts, 'store'>,
  portal: Portal,
  cause: string,
): Promise<Lane | undefined> {
  if (portal.direct === undefined) return undefined;
  const { workspaceRoomId: ref } = portal;
  const since = Number((await store.cursor(linkedAtCursor(portal))) ?? portal.createdAt);
  const request: DirectRequest = { since, reader: portal.direct.puppet, from: portal.id };
  const lane = roomLane(ref);
  const key = `${DIRECT_ROW}|${ref}|lost|${cause}`;
  const common = { side: 'workspace', type: DIRECT_ROW, order: 0 } as const;
  await store.inbox.record({ rows: [{ ...common, lane, key, ref, body: JSON.stringify(request) }] });
  return lane;
}

/**
 * Closes the portal of a room that is lost. The store has it as closed at the very end: what is cut short before is
 * done once more.
 */
export async function closeLost({ parts, portalChanged }: OpeningParts, lost: Portal): Promise<void> {
  const { inbox, portals } = parts.store;
  parts.log('warn', 'notice.direct-room-lost', { portal: lost.name, room: lost.matrixRoomId });
  const heads = [await inbox.head(lost.lane, 'workspace'), await inbox.head(lost.lane, 'homeserver')];
  const isWaitedFor = heads.some((row) => row !== undefined);
  const next = isWaitedFor ? 'It goes on in a new one' : 'The next message begins a new one';
  const text = `The room of this conversation on Matrix is gone, or was closed to this side. ${next}.`;
  await sayInWorkspace(parts, lost, `room-lost:${lost.id}`, text);
  await leaveMatrixRoom(parts, lost, async (what, task) => {
    await task().catch((error: unknown) => {
      parts.log('debug', 'direct.lost-left', { portal: lost.name, what, reason: (error as Error).message });
    });
  });
  await portalChanged(await portals.update(lost.id, { state: 'closed' }));
}

/**
 * From when on (ms, the workspace's clock) there may be messages in Rocket.Chat that a closed portal did not carry:
 * such as were never read, or wait in its lane.
 */
export async function uncarriedSince({ store }: BridgeParts, { id, lane }: Portal): Promise<number> {
  const readUpTo = Number((await store.cursor(caughtUpTo({ id }))) ?? 0);
  const waiting = await store.inbox.head(lane, 'workspace');
  return Math.min(readUpTo - OVERLAP_MS, waiting?.order ?? Number.POSITIVE_INFINITY);
}
