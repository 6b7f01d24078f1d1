import type { SyncedMessages } from '../../rocketchat/types.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { type Prune, prunesOf, type Removed, wasTaken } from './prunes.ts';
import { retentionAge } from './retention-policy.ts';
import { deletionRow } from './source.ts';

type Deleted = SyncedMessages['deleted'][number];

/**
 * Messages that a catch-up found to be gone, as inbox rows. One that was pruned, by a policy or by an admin,
 * looks like any other there; it is one if realtime told of such a prune, or if it was as old as the policy wants.
 * What an admin pruned while nobody listened can't be told from what people deleted, and counts as that.
 */
export async function deletionRows(
  parts: BridgeParts,
  portal: Portal,
  deleted: SyncedMessages['deleted'],
): Promise<readonly NewInboxRow[]> {
  const rows = deleted.map(({ id, at }) => deletionRow(portal.lane, id, at));
  const recorded = await parts.store.inbox.known(
    'workspace',
    rows.map(({ key }) => key),
  );
  const isPruned = pruneCheck(parts, portal);
  const typed: NewInboxRow[] = [];
  for (const [at, row] of rows.entries()) {
    const one = deleted[at];
    if (one === undefined || recorded.has(row.key)) continue;
    typed.push((await isPruned(one)) ? { ...row, type: 'pruned' } : row);
  }
  return typed;
}

/** Reads what it needs once, and only if a message is gone that was relayed. */
function pruneCheck(parts: BridgeParts, portal: Portal): (deleted: Deleted) => Promise<boolean> {
  let read: Promise<{ readonly prunes: readonly Prune[]; readonly age: number | undefined }> | undefined;
  return async (deleted) => {
    const removed = await knownOf(parts, deleted);
    if (removed === undefined) return false;
    read ??= Promise.all([prunesOf(parts, portal), retentionAge(parts, portal)]).then(([prunes, age]) => ({
      prunes,
      age,
    }));
    const { prunes, age } = await read;
    if (prunes.some((prune) => wasTaken(removed, prune))) return true;
    return age !== undefined && deleted.at - removed.pair.ts >= age;
  };
}

async function knownOf({ store }: BridgeParts, { id, at }: Deleted): Promise<Removed | undefined> {
  const snapshot = await store.ledger.snapshot(id);
  const pair = (await store.ledger.byMessage(id)).find(({ kind }) => kind === 'message');
  if (snapshot === undefined || snapshot.deleted || pair === undefined) return undefined;
  const person = await store.people.byWorkspaceUser(pair.workspaceUserId);
  return { id, at, snapshot, pair, username: person?.username };
}
