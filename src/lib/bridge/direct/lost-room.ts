import { RemoteError } from '../../core/remote-error.ts';
import { portalLane, roomLane } from '../../store/lane-names.ts';
import type { InboxRow, Lane } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { leaveMatrixRoom } from '../ends/leave-matrix-room.ts';
import { sayInWorkspace } from '../notices/say.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { linkedAtCursor } from '../portal-index.ts';
import { caughtUpTo } from '../workspace/catch-up.ts';
import { homeserverIn } from './hands.ts';
import { DIRECT_ROW } from './invite.ts';
import { type DirectRequest, requestOf } from './direct-request.ts';
import { type OpeningParts, setOnce } from './opening.ts';

/** For `federation trace`. */
export const ROOM_GONE = 'Matrix room gone';

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
 * Asks for another Matrix room for what waits in such a direct message, as if somebody had written first. Answers the
 * lane in which that waits its turn.
 *
 * @param waiting the row that can't go on: each asks once.
 */
export async function askForAnotherRoom(
  { store }: Pick<BridgeParts, 'store'>,
  portal: Portal,
  waiting: Pick<InboxRow, 'id'>,
): Promise<Lane | undefined> {
  if (portal.direct === undefined) return undefined;
  const { workspaceRoomId: ref } = portal;
  const since = Number((await store.cursor(linkedAtCursor(portal))) ?? portal.createdAt);
  const request: DirectRequest = { since, reader: portal.direct.puppet, from: portal.id };
  const lane = roomLane(ref);
  const key = `${DIRECT_ROW}|${ref}|lost|${waiting.id}`;
  const common = { side: 'workspace', type: DIRECT_ROW, order: 0 } as const;
  await store.inbox.record({ rows: [{ ...common, lane, key, ref, body: JSON.stringify(request) }] });
  return lane;
}

/**
 * Closes the portal of a room that is lost; done already by a try that was cut short, it is closed still. Answers
 * whether anything waits for another room; if not, the next message will ask for one.
 */
export async function closeLost({ parts, portalChanged }: OpeningParts, lost: Portal): Promise<boolean> {
  const { inbox, portals } = parts.store;
  const heads = [await inbox.head(lost.lane, 'workspace'), await inbox.head(lost.lane, 'homeserver')];
  const isWaitedFor = heads.some((row) => row !== undefined);
  // Closed otherwise meanwhile, and what waited went along.
  if (lost.state === 'closed' && !isWaitedFor) return false;
  if (lost.state !== 'closed') {
    parts.log('warn', 'notice.direct-room-lost', { portal: lost.name, room: lost.matrixRoomId });
    await portalChanged(await portals.update(lost.id, { state: 'closed' }));
  }
  const next = isWaitedFor ? 'It goes on in a new one' : 'The next message begins a new one';
  const text = `The room of this conversation on Matrix is gone, or was closed to this side. ${next}.`;
  await sayInWorkspace(parts, lost, `room-lost:${lost.id}`, text);
  await leaveMatrixRoom(parts, lost, async (what, task) => {
    await task().catch((error: unknown) => {
      parts.log('debug', 'direct.lost-left', { portal: lost.name, what, reason: (error as Error).message });
    });
  });
  return isWaitedFor;
}

/** Rocket.Chat is read from where that was done for the lost room. */
export async function readOn({ store }: BridgeParts, lost: Portal, portal: Portal): Promise<void> {
  const upTo = await store.cursor(caughtUpTo(lost));
  if (upTo !== undefined) await setOnce({ store }, caughtUpTo(portal), upTo);
}

/** A row that asked for a Matrix room has its turn in the portal of that room: what waits for a lost one follows it. */
export async function interpretOpened({ store }: BridgeParts, portal: Portal, row: InboxRow): Promise<Nothing> {
  const { from } = requestOf(row);
  if (from !== undefined && from !== portal.id) await store.inbox.mergeLanes([portalLane(from)], portal.lane);
  return nothing('direct message opened');
}
