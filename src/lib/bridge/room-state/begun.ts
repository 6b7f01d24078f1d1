import type { InboxRow } from '../../store/inbox-types.ts';
import type { BridgeParts } from '../parts.ts';
import { ROOM_FIELDS, type RoomField } from './values.ts';

const STEP = 'room fields';

/** Fields that an earlier try of that row was about to write: they may have come to be, and never have been settled. */
export async function begunFields(
  { store }: Pick<BridgeParts, 'store'>,
  row: InboxRow,
): Promise<ReadonlySet<RoomField>> {
  const earlier = await store.attempts.open(row.id, STEP);
  const names = earlier?.detail === undefined ? [] : (JSON.parse(earlier.detail) as readonly string[]);
  return new Set(ROOM_FIELDS.filter((field) => names.includes(field)));
}

/** Kept before anything is done. */
export async function beginFields(
  parts: Pick<BridgeParts, 'store'>,
  row: InboxRow,
  fields: readonly RoomField[],
): Promise<void> {
  const all = new Set([...(await begunFields(parts, row)), ...fields]);
  await parts.store.attempts.begin(row.id, STEP, JSON.stringify([...all]));
}
