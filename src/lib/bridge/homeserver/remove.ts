import type { EventId } from '../../core/ids.ts';
import type { LedgerEntry, Snapshot } from '../../store/ledger-types.ts';
import type { WorkspaceMessageDeleted } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { formerRoomWith } from '../room-upgrade/former-rooms.ts';
import { partsOf } from '../workspace/text-parts.ts';
import { type Work, txnOf } from './acting.ts';

/**
 * Redacts the message and its edits, each by the ghost that sent it, or by the bot where that was a Matrix user.
 * A long message of a Matrix user is several in Rocket.Chat: one of them deleted takes the others along.
 */
export async function redactAll(work: Work, event: WorkspaceMessageDeleted): Promise<Outcome> {
  const { parts, portal } = work;
  const ledger: LedgerEntry[] = [];
  const redacted: EventId[] = [];
  const siblings = await siblingsOf(work, event);
  for (const pair of [...event.pairs, ...siblings.flatMap(({ edits }) => edits)]) {
    if (pair.kind === 'redaction' || pair.redacted) continue;
    const isGhosts = pair.origin === 'workspace' && !work.how.asBot;
    const actor = isGhosts ? await work.ghosts.again(portal, pair.matrixUserId) : parts.homeserver;
    // What was said of a change since may be in another room than the message.
    const roomId = (await formerRoomWith(work, pair.eventId)) ?? work.roomId;
    const txn = txnOf(work, 'redact', event.messageId, pair.eventId, actor.userId);
    parts.passed('apply:before-act');
    const redaction = await actor.redact(roomId, pair.eventId, txn);
    parts.passed('apply:acted');
    ledger.push({ ...pair, kind: 'redaction', eventId: redaction, origin: 'workspace', portalId: portal.id });
    redacted.push(pair.eventId);
  }
  for (const { part } of siblings) {
    await parts.workspace.deleteMessage(portal.workspaceRoomId, part.messageId);
    redacted.push(part.eventId);
  }
  const snapshots = [event.snapshot, ...siblings.flatMap(({ snapshot }) => snapshot ?? [])];
  return {
    outcome: 'relayed',
    ledger,
    redacted,
    snapshots: snapshots.map((snapshot) => ({ ...snapshot, deleted: true })),
    tombstones: snapshots.map(({ messageId }) => ({ side: 'workspace', target: messageId })),
  };
}

interface Sibling {
  readonly part: LedgerEntry;
  /** What happened to it on Matrix since. */
  readonly edits: readonly LedgerEntry[];
  readonly snapshot: Snapshot | undefined;
}

async function siblingsOf({ parts }: Work, event: WorkspaceMessageDeleted): Promise<Sibling[]> {
  const own = event.pairs.find((pair) => pair.kind === 'message');
  if (own?.origin !== 'homeserver') return [];
  const siblings: Sibling[] = [];
  for (const part of await partsOf(parts.store, own.eventId)) {
    if (part.messageId === event.messageId) continue;
    const pairs = await parts.store.ledger.byMessage(part.messageId);
    const snapshot = await parts.store.ledger.snapshot(part.messageId);
    siblings.push({ part, edits: pairs.filter((pair) => pair.kind === 'edit'), snapshot });
  }
  return siblings;
}
