import type { EventId } from '../../core/ids.ts';
import type { LedgerEntry } from '../../store/types.ts';
import type { WorkspaceMessageDeleted } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, txnOf } from './acting.ts';

/** Redacts the message and its edits, each by the ghost that sent it, or by the bot where that was a Matrix user. */
export async function redactAll(work: Work, event: WorkspaceMessageDeleted): Promise<Outcome> {
  const { parts, portal } = work;
  const ledger: LedgerEntry[] = [];
  const redacted: EventId[] = [];
  for (const pair of event.pairs) {
    if (pair.kind === 'redaction' || pair.redacted) continue;
    const isGhosts = pair.origin === 'workspace' && !work.how.asBot;
    const actor = isGhosts ? await work.ghosts.again(portal, pair.matrixUserId) : parts.homeserver;
    const txn = txnOf(work, 'redact', event.messageId, pair.eventId, actor.userId);
    parts.passed('apply:before-act');
    const redaction = await actor.redact(work.roomId, pair.eventId, txn);
    parts.passed('apply:acted');
    ledger.push({ ...pair, kind: 'redaction', eventId: redaction, origin: 'workspace', portalId: portal.id });
    redacted.push(pair.eventId);
  }
  return {
    outcome: 'relayed',
    ledger,
    redacted,
    snapshots: [{ ...event.snapshot, deleted: true }],
    tombstones: [{ side: 'workspace', target: event.messageId }],
  };
}
