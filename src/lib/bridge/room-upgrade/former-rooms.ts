import type { MatrixRoomId } from '../../core/ids.ts';
import type { LedgerEntry, Portal } from '../../store/types.ts';
import type { Work } from '../homeserver/acting.ts';
import type { BridgeParts } from '../parts.ts';

const FIELD = 'former-rooms';

/** Rooms that a portal had on Matrix before the one it has, oldest first. */
async function formerRooms({ store }: Pick<BridgeParts, 'store'>, portal: Portal): Promise<readonly MatrixRoomId[]> {
  return JSON.parse((await store.agreed.of(portal.id)).get(FIELD) ?? '[]') as MatrixRoomId[];
}

export async function rememberFormer(
  parts: Pick<BridgeParts, 'store'>,
  portal: Portal,
  old: MatrixRoomId,
): Promise<void> {
  const rooms = new Set([...(await formerRooms(parts, portal)), old]);
  await parts.store.agreed.put({ portalId: portal.id, fields: new Map([[FIELD, JSON.stringify([...rooms])]]) });
}

/** Whether that room is, or was, the portal's: what was written before it was replaced is still carried over. */
export async function isRoomOf(
  parts: Pick<BridgeParts, 'store'>,
  portal: Portal,
  roomId: MatrixRoomId,
): Promise<boolean> {
  return roomId === portal.matrixRoomId || (await formerRooms(parts, portal)).includes(roomId);
}

/** The room in which those events are: what was written before a room was replaced is taken away where it was written. */
export async function roomWith(
  { parts, portal, roomId }: Pick<Work, 'parts' | 'portal' | 'roomId'>,
  pairs: readonly Pick<LedgerEntry, 'eventId'>[],
): Promise<MatrixRoomId> {
  const [first] = pairs;
  if (first === undefined) return roomId;
  for (const old of (await formerRooms(parts, portal)).toReversed()) {
    if ((await parts.homeserver.event(old, first.eventId)) !== undefined) return old;
  }
  return roomId;
}
