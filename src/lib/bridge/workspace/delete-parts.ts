import type { ExpectedEffect, LedgerEntry, Snapshot } from '../../store/ledger-types.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, snapshotOf } from './acting.ts';
import type { Voice } from './puppets.ts';

/** Deletes messages that are parts of one Matrix message; one that is gone already is done. */
export async function deleteParts(work: Work, entries: readonly LedgerEntry[], voice: Voice): Promise<Outcome> {
  const { parts, portal } = work;
  const effects: ExpectedEffect[] = [];
  const snapshots: Snapshot[] = [];
  for (const { messageId, part } of entries) {
    const effect = { side: 'workspace', target: messageId, kind: 'deleted', value: '' } as const;
    const step = part === 0 ? 'chat.delete' : `chat.delete ${part}`;
    if ((await parts.store.attempts.open(work.row.id, step)) === undefined) {
      await parts.store.effects.expect(effect);
      await parts.store.attempts.begin(work.row.id, step, messageId);
    }
    effects.push(effect);
    parts.passed('apply:before-act');
    await voice.api.deleteMessage(portal.workspaceRoomId, messageId);
    parts.passed('apply:acted');
    const snapshot = await parts.store.ledger.snapshot(messageId);
    snapshots.push({ ...(snapshot ?? snapshotOf(portal, messageId, '', 0)), deleted: true });
  }
  return {
    outcome: 'relayed',
    redacted: entries.map(({ eventId }) => eventId),
    snapshots,
    forgetEffects: effects,
  };
}
