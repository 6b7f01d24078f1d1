import { LANE_OWNER } from '../lanes.ts';
import type { BridgeParts } from '../parts.ts';
import type { Portal } from '../../store/portal-types.ts';

const LEASE_MS = 60_000;

/** What was recorded of a portal and waits for its turn gets that outcome instead. Nothing, if somebody has the lane. */
export async function settleWaiting({ store }: BridgeParts, portal: Portal, outcome: string): Promise<void> {
  const lease = await store.leases.acquire(`lane:${portal.lane}`, LANE_OWNER, LEASE_MS);
  if (lease === undefined) return;
  for (const side of ['workspace', 'homeserver'] as const) {
    for (;;) {
      const row = await store.inbox.head(portal.lane, side);
      if (row === undefined) break;
      await store.inbox.settle({ inboxId: row.id, lease, outcome });
    }
  }
  await store.leases.release(lease);
}
