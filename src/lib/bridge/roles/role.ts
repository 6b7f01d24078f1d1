import type { MatrixUserId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import { POWER_LEVELS, type RoomPower } from '../homeserver/power.ts';

/**
 * What somebody is in a room, in the words that both sides have. Rocket.Chat's `leader` is none of them: Matrix has
 * no such thing, and it goes along with any.
 */
export type Role = 'owner' | 'moderator' | 'muted' | 'plain';

const OWNER = 100;
const MODERATOR = 50;
/** Whose level is that of everybody who is not listed. */
const UNLISTED = '' as MatrixUserId;

/** Who may not write is muted, whatever else they are: on Matrix it is one number that says both. */
export function roleInWorkspace(roles: readonly string[], isMuted: boolean): Role {
  if (isMuted) return 'muted';
  if (roles.includes('owner')) return 'owner';
  return roles.includes('moderator') ? 'moderator' : 'plain';
}

/** Only who has a level of their own is anything: a room in which everybody may do everything has no owners. */
export function roleOnMatrix(power: RoomPower, userId: MatrixUserId): Role {
  if (power.creators.has(userId)) return 'owner';
  if (!isListed(power, userId)) return 'plain';
  const level = power.of(userId);
  if (level >= OWNER) return 'owner';
  if (level >= MODERATOR) return 'moderator';
  // In a room that is read-only for all, nobody is muted for it.
  return level < power.toWrite() && level < power.of(UNLISTED) ? 'muted' : 'plain';
}

/** The level that makes somebody that; undefined: none of their own. */
export function levelOf(role: Role, power: RoomPower): number | undefined {
  switch (role) {
    case 'owner':
      return OWNER;
    case 'moderator':
      return MODERATOR;
    case 'muted':
      return Math.min(power.of(UNLISTED), power.toWrite()) - 1;
    case 'plain':
      return undefined;
  }
}

/**
 * Whether the homeserver lets `actor` give somebody that level (undefined: take theirs away).
 * https://spec.matrix.org/v1.17/rooms/v11/#authorization-rules
 */
export function mayGive(
  power: RoomPower,
  actor: MatrixUserId,
  userId: MatrixUserId,
  level: number | undefined,
): boolean {
  const own = power.of(actor);
  if (own < power.toSet(POWER_LEVELS) || power.creators.has(userId)) return false;
  if (userId !== actor && isListed(power, userId) && power.of(userId) >= own) return false;
  return level === undefined || level <= own;
}

/** Everybody who has a level of their own, or stands above all. */
export const peopleOf = ({ levels, creators }: RoomPower): readonly MatrixUserId[] => [
  ...creators,
  ...(isRecord(levels['users']) ? (Object.keys(levels['users']) as MatrixUserId[]) : []),
];

const isListed = ({ levels: { users } }: RoomPower, userId: MatrixUserId): boolean =>
  isRecord(users) && Object.hasOwn(users, userId);
