import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import type { BridgeParts } from '../parts.ts';

export const POWER_LEVELS = 'm.room.power_levels';
/** What a room's creator has where no levels were ever set. */
const CREATOR_WITHOUT_LEVELS = 100;
/** https://spec.matrix.org/v1.17/client-server-api/#mroompower_levels: what an act needs where nothing is said of it. */
const UNSET = { invite: 0, kick: 50, ban: 50, redact: 50 } as const;

/** Who may do what in a Matrix room, as its state said when it was read. */
export interface RoomPower {
  /** Content of `m.room.power_levels`, as people or clients wrote it; empty: not set. */
  readonly levels: Readonly<Record<string, unknown>>;
  /**
   * Those who stand above every level and are never listed in one, from room version 12 on; none before.
   * https://spec.matrix.org/v1.17/rooms/v12/
   */
  readonly creators: ReadonlySet<MatrixUserId>;
  /** Somebody's level; a creator's is Infinity. */
  of(userId: MatrixUserId): number;
  /** The level that an act on others needs. */
  toDo(act: keyof typeof UNSET): number;
  /** The level that sending a state event of that type needs. */
  toSet(type: string): number;
  /** The level that messages need whose type has none of its own. */
  toWrite(): number;
  /** The level from which on `@room` notifies everybody. */
  toNotifyRoom(): number;
}

/** Reads what power people have in a room now. Rejects as requests do: the bot must be a member, or have been one. */
export async function readPower(
  { homeserver }: Pick<BridgeParts, 'homeserver'>,
  roomId: MatrixRoomId,
): Promise<RoomPower> {
  const levels = await homeserver.state(roomId, POWER_LEVELS, '');
  // Ids of rooms from version 12 on name no server.
  const creatorsAreAbove = !roomId.includes(':');
  if (levels !== undefined && !creatorsAreAbove) return powerFrom(levels, new Set());
  const create = await homeserver.stateEvent(roomId, 'm.room.create', '');
  const more: unknown = create?.content['additional_creators'];
  const creators = [create?.sender, ...(Array.isArray(more) ? (more as unknown[]) : [])].filter(
    (one): one is MatrixUserId => typeof one === 'string',
  );
  // Where no levels are set, everybody may set state.
  const unset = { state_default: 0 };
  if (creatorsAreAbove) return powerFrom(levels ?? unset, new Set(creators));
  const users = Object.fromEntries(creators.slice(0, 1).map((userId) => [userId, CREATOR_WITHOUT_LEVELS]));
  return powerFrom({ ...unset, users }, new Set());
}

/** The same of levels that are known. */
export function powerFrom(levels: RoomPower['levels'], creators: RoomPower['creators']): RoomPower {
  return {
    levels,
    creators,
    of: (userId) =>
      creators.has(userId)
        ? Number.POSITIVE_INFINITY
        : (levelIn(levels['users'], userId) ?? levelIn(levels, 'users_default') ?? 0),
    toDo: (act) => levelIn(levels, act) ?? UNSET[act],
    toSet: (type) => levelIn(levels['events'], type) ?? levelIn(levels, 'state_default') ?? 50,
    toWrite: () => levelIn(levels, 'events_default') ?? 0,
    toNotifyRoom: () => levelIn(levels['notifications'], 'room') ?? 50,
  };
}

/** Until room version 9 levels may be written as text. */
function levelIn(levels: unknown, key: string): number | undefined {
  if (!isRecord(levels) || !Object.hasOwn(levels, key)) return undefined;
  const value = levels[key];
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : undefined;
}
