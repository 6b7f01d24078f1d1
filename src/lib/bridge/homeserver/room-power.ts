import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { keptFresh } from '../kept-fresh.ts';
import type { BridgeParts } from '../parts.ts';
import { type RoomPower, readPower } from './power.ts';

const ROOMS = 1_000;

/** Whether somebody's `@room` notifies a Matrix room. */
export type MayNotifyRoom = (roomId: MatrixRoomId, userId: MatrixUserId) => Promise<boolean>;

/**
 * Reads who has which power now and then: homeservers ask the sender for the level of `notifications.room`
 * (https://spec.matrix.org/v1.17/client-server-api/#mroompower_levels). Levels that were never read
 * allow nobody: the message goes on without notifying all. Never rejects.
 */
export function createMayNotifyRoom({ homeserver, clock }: Pick<BridgeParts, 'homeserver' | 'clock'>): MayNotifyRoom {
  const rooms = new Map<MatrixRoomId, () => Promise<RoomPower>>();
  const powerIn = (roomId: MatrixRoomId): Promise<RoomPower> => {
    const known = rooms.get(roomId);
    if (known !== undefined) return known();
    const power = keptFresh({ read: () => readPower({ homeserver }, roomId), clock });
    if (rooms.size >= ROOMS) rooms.clear();
    rooms.set(roomId, power);
    return power();
  };
  return async (roomId, userId) => {
    try {
      const power = await powerIn(roomId);
      return power.of(userId) >= power.toNotifyRoom();
    } catch {
      return false;
    }
  };
}

/** Whether somebody may redact what others wrote, by the levels of this moment. Rejects as requests do. */
export async function mayRedact(
  parts: Pick<BridgeParts, 'homeserver'>,
  roomId: MatrixRoomId,
  userId: MatrixUserId,
): Promise<boolean> {
  const power = await readPower(parts, roomId);
  return power.of(userId) >= power.toDo('redact');
}
