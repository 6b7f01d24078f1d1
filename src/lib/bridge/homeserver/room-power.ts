import type { EventId, MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import type { BridgeParts } from '../parts.ts';
import { readEvent } from './event.ts';

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
      return powerIn(levels, userId) >= (numberIn(levels['notifications'], 'room') ?? 50);
    } catch {
      return false;
    }
  };
}

/**
 * Whether somebody may redact what others wrote, by the levels of this moment: `redact`, 50 where unset. Rejects
 * as requests do.
 */
export async function mayRedact(
  { homeserver }: Pick<BridgeParts, 'homeserver'>,
  roomId: MatrixRoomId,
  userId: MatrixUserId,
): Promise<boolean> {
  const levels = (await homeserver.state(roomId, 'm.room.power_levels', '')) ?? {};
  if (powerIn(levels, userId) >= (numberIn(levels, 'redact') ?? 50)) return true;
  // From version 12 on a room is named by its first event, and who sent that has all power without being listed:
  // https://spec.matrix.org/v1.17/rooms/v12/
  if (roomId.includes(':')) return false;
  const raw = await homeserver.event(roomId, `$${roomId.slice(1)}` as EventId);
  const create = raw === undefined ? undefined : readEvent(raw);
  const more = create?.content['additional_creators'];
  return create?.sender === userId || (Array.isArray(more) && more.includes(userId));
}

const powerIn = (levels: Record<string, unknown>, userId: MatrixUserId): number =>
  numberIn(levels['users'], userId) ?? numberIn(levels, 'users_default') ?? 0;

function numberIn(record: unknown, key: string): number | undefined {
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, key)) return undefined;
  const value = (record as Record<string, unknown>)[key];
  return typeof value === 'number' ? value : undefined;
}
