import type { MessageId } from '../../core/ids.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { BridgeParts } from '../parts.ts';

/** What a row was about to pin and unpin on the other side when it was last tried; it may have come to that. */
export interface Intent {
  readonly pinned: readonly MessageId[];
  readonly unpinned: readonly MessageId[];
}

const STEP = 'pins';

export async function intentOf({ store }: Pick<BridgeParts, 'store'>, row: InboxRow): Promise<Intent> {
  const earlier = await store.attempts.open(row.id, STEP);
  return earlier?.detail === undefined ? { pinned: [], unpinned: [] } : (JSON.parse(earlier.detail) as Intent);
}

/** Kept before anything is done: what was done and not settled is to be known, or it could not be undone. */
export async function intend({ store }: Pick<BridgeParts, 'store'>, row: InboxRow, now: Intent): Promise<void> {
  const before = await intentOf({ store }, row);
  const pinned = [...new Set([...before.pinned, ...now.pinned])];
  const unpinned = [...new Set([...before.unpinned, ...now.unpinned])];
  await store.attempts.begin(row.id, STEP, JSON.stringify({ pinned, unpinned }));
}

/**
 * What has to change on the other side: what is pinned on this side is compared with what both were settled with,
 * and with what an earlier try of this row may have made of the other one.
 */
export function changeOf(present: ReadonlySet<MessageId>, settled: ReadonlySet<MessageId>, earlier: Intent): Intent {
  const pinned = [...present].filter((id) => !settled.has(id) || earlier.unpinned.includes(id));
  const unpinned = new Set([...settled, ...earlier.pinned].filter((id) => !present.has(id)));
  return { pinned, unpinned: [...unpinned] };
}
