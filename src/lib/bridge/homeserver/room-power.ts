import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { keptFresh } from '../kept-fresh.ts';
import type { BridgeParts } from '../parts.ts';

const ROOMS = 1_000;

/** Whether somebody's `@room` notifies a Matrix room. */
export type MayNotifyRoom = (roomId: MatrixRoomId, userId: MatrixUserId) => Promise<boolean>;

/**
 * Reads `m.room.power_levels` now and then: `notifications.room`, 50 where unset, is what homeservers ask of
 * the sender (https://spec.matrix.org/v1.17/client-server-api/#mroompower_levels). Levels that were never read
 * allow nobody: the message goes on without notifying all. Never rejects.
 */
export function createMayNotifyRoom({ homeserver, clock }: Pick<BridgeParts, 'homeserver' | 'clock'>): MayNotifyRoom {
  const rooms = new Map<MatrixRoomId, () => Promise<Record<string, unknown>>>();
  const levelsOf = (roomId: MatrixRoomId): Promise<Record<string, unknown>> => {
    const known = rooms.get(roomId);
    if (known !== undefined) return known();
    const read = async () => (await homeserver.state(roomId, 'm.room.power_levels', '')) ?? {};
    const levels = keptFresh({ read, clock });
    if (rooms.size >= ROOMS) rooms.clear();
    rooms.set(roomId, levels);
    return levels();
  };
  return async (roomId, userId) => {
    try {
      const levels = await levelsOf(roomId);
      const own = numberIn(levels['users'], userId) ?? numberIn(levels, 'users_default') ?? 0;
      return own >= (numberIn(levels['notifications'], 'room') ?? 50);
    } catch {
      return false;
    }
  };
}

function numberIn(record: unknown, key: string): number | undefined {
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, key)) return undefined;
  const value = (record as Record<string, unknown>)[key];
  return typeof value === 'number' ? value : undefined;
}
