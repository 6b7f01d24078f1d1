import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import type { BridgeParts } from '../parts.ts';

/** So long a change of power levels may go unnoticed. */
const FRESH_MS = 60_000;
const ROOMS = 1_000;

/** Whether somebody's `@room` notifies a Matrix room. */
export type MayNotifyRoom = (roomId: MatrixRoomId, userId: MatrixUserId) => Promise<boolean>;

/**
 * Reads `m.room.power_levels`, at most once a minute for each room: `notifications.room`, 50 where unset, is
 * what homeservers ask of the sender (https://spec.matrix.org/v1.17/client-server-api/#mroompower_levels).
 * Levels that can't be read allow nobody: the message goes on without notifying all. Never rejects.
 */
export function createMayNotifyRoom(parts: Pick<BridgeParts, 'homeserver' | 'clock'>): MayNotifyRoom {
  const known = new Map<MatrixRoomId, { readonly at: number; readonly levels: Record<string, unknown> }>();
  const levelsOf = async (roomId: MatrixRoomId): Promise<Record<string, unknown>> => {
    const cached = known.get(roomId);
    if (cached !== undefined && parts.clock.now() - cached.at < FRESH_MS) return cached.levels;
    const levels = (await parts.homeserver.state(roomId, 'm.room.power_levels', '')) ?? {};
    if (known.size >= ROOMS) known.clear();
    known.set(roomId, { at: parts.clock.now(), levels });
    return levels;
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
