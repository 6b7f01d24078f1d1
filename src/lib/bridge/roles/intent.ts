import type { MatrixUserId } from '../../core/ids.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { BridgeParts } from '../parts.ts';

const STEP = 'roles';

/** Whose role that row was about to change on the other side when it was last tried: it may have come to that. */
export async function intendedFor(
  { store }: Pick<BridgeParts, 'store'>,
  row: Pick<InboxRow, 'id'>,
): Promise<ReadonlySet<MatrixUserId>> {
  const earlier = await store.attempts.open(row.id, STEP);
  return new Set(earlier?.detail === undefined ? [] : (JSON.parse(earlier.detail) as MatrixUserId[]));
}

/** Kept before anything is done: what was done and not settled is to be known, or it could not be undone. */
export async function intend(
  { store }: Pick<BridgeParts, 'store'>,
  row: InboxRow,
  people: readonly MatrixUserId[],
): Promise<void> {
  const all = new Set([...(await intendedFor({ store }, row)), ...people]);
  await store.attempts.begin(row.id, STEP, JSON.stringify([...all]));
}
