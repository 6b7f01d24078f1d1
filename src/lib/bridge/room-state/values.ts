import type { Portal } from '../../store/portal-types.ts';
import type { AgreedChange } from '../../store/settlement-types.ts';
import type { BridgeParts } from '../parts.ts';

/**
 * What a room has on both sides, as text that can be compared and kept.
 * - `name`, `topic`: cleaned
 * - `avatar`: of a picture the etag in Rocket.Chat, the mxc on Matrix; empty for none
 * - `access`: `public`, or `private` for everything that not everybody may join
 * - `speakers`: `everybody`, or `moderators`: read-only and broadcast rooms
 * - `announcement`, `archived` (`archived`, `open`): Matrix has none, and is told in words
 */
export const ROOM_FIELDS = ['name', 'topic', 'avatar', 'access', 'speakers', 'announcement', 'archived'] as const;
export type RoomField = (typeof ROOM_FIELDS)[number];
export type RoomValues = Readonly<Record<RoomField, string>>;

/**
 * The two values of one field. They need not be the same: a name may have to be spelled otherwise in Rocket.Chat, and
 * what one side refused stays different. Whichever differs from what was agreed was changed by somebody since.
 */
export interface RoomPair {
  readonly workspace: string;
  readonly homeserver: string;
}

/** A value that no room has: the field counts as changed on that side, though nobody changed it. */
export const NEVER = '\u0000';

const PREFIX = 'room.';

/** What both sides last had, by field; a field that is not there was never compared. */
export async function agreedOnRoom(
  { store }: Pick<BridgeParts, 'store'>,
  portal: Portal,
): Promise<ReadonlyMap<RoomField, RoomPair>> {
  const kept = await store.agreed.of(portal.id);
  const agreed = new Map<RoomField, RoomPair>();
  for (const field of ROOM_FIELDS) {
    const value = kept.get(PREFIX + field);
    if (value !== undefined) agreed.set(field, JSON.parse(value) as RoomPair);
  }
  return agreed;
}

export function agreement(portal: Portal, pairs: Iterable<readonly [RoomField, RoomPair]>): AgreedChange {
  const fields = [...pairs].map(([field, { workspace, homeserver }]) => {
    return [PREFIX + field, JSON.stringify({ workspace, homeserver })] as const;
  });
  return { portalId: portal.id, fields: new Map(fields) };
}
