import type { EventId, MatrixRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
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

/** The room before the present one in which that event is; undefined: it is in none of them. */
export async function formerRoomWith(
  { parts, portal }: Pick<Work, 'parts' | 'portal'>,
  eventId: EventId,
): Promise<MatrixRoomId | undefined> {
  const former = await formerRooms(parts, portal);
  if (former.length === 0 || portal.matrixRoomId === undefined) return undefined;
  if (await holds(parts, portal.matrixRoomId, eventId)) return undefined;
  for (const old of former.toReversed()) if (await holds(parts, old, eventId)) return old;
  return undefined;
}

/** What the bot may not see is there. */
async function holds(
  { homeserver }: Pick<BridgeParts, 'homeserver'>,
  room: MatrixRoomId,
  id: EventId,
): Promise<boolean> {
  try {
    return (await homeserver.event(room, id)) !== undefined;
  } catch (error) {
    if (error instanceof RemoteError && error.status === 403) return true;
    throw error;
  }
}
