import type { MessageId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import type { RealtimeNews } from '../../rocketchat/realtime-news.ts';
import type { LedgerEntry, Snapshot } from '../../store/ledger-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';

type PruneNews = Extract<RealtimeNews, { kind: 'pruned' }>;

/** A prune that realtime told of: a catch-up shows what it removed, but not that it was a prune. */
export type Prune = Pick<PruneNews, 'from' | 'to' | 'usernames' | 'ids'> & {
  /** The workspace's clock when it was over, ms. */
  readonly over: number;
};

/** A message that is gone from the workspace, with what is known of it. */
export interface Removed {
  readonly id: MessageId;
  /** `_deletedAt`, ms. */
  readonly at: number;
  readonly snapshot: Snapshot;
  readonly pair: LedgerEntry;
  /** undefined: not known, so that it may be anybody's. */
  readonly username: string | undefined;
}

/** A catch-up follows each prune at once; these are for the one after a crash. */
const KEPT = 20;
/** The workspace's clock is read from a header in whole seconds. */
const SECOND_MS = 1000;

const cursorOf = (portal: Portal): string => `prunes:${portal.id}`;

export async function prunesOf({ store }: Pick<BridgeParts, 'store'>, portal: Portal): Promise<readonly Prune[]> {
  const value: unknown = JSON.parse((await store.cursor(cursorOf(portal))) ?? '[]');
  return Array.isArray(value) ? value.filter((one): one is Prune => isRecord(one)) : [];
}

/** Not for two at the same time for one portal. */
export async function rememberPrune(
  parts: Pick<BridgeParts, 'store'>,
  portal: Portal,
  { from, to, usernames, ids }: PruneNews,
  serverTime: number,
): Promise<void> {
  const prune: Prune = { from, to, usernames, ...(ids === undefined ? {} : { ids }), over: serverTime + SECOND_MS };
  const all = [...(await prunesOf(parts, portal)), prune].slice(-KEPT);
  await parts.store.setCursor(cursorOf(portal), JSON.stringify(all));
}

/**
 * Whether that prune took the message. What people delete themselves realtime tells one by one, and a catch-up
 * brings it after a break: by the time of the next prune it is recorded as theirs.
 */
export function wasTaken({ id, at, snapshot, pair, username }: Removed, prune: Prune): boolean {
  if (at > prune.over) return false;
  if (prune.ids !== undefined) return prune.ids.includes(id);
  const isTheirs = prune.usernames.length === 0 || username === undefined || prune.usernames.includes(username);
  // A message of Matrix was written in Rocket.Chat some time between its own time and when that was settled.
  const earliest = Math.min(pair.ts, snapshot.updatedAt);
  const latest = pair.origin === 'workspace' ? pair.ts : Math.max(pair.ts, snapshot.updatedAt);
  return isTheirs && earliest <= prune.to && latest >= prune.from;
}
