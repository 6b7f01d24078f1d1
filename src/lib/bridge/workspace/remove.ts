import type { ExpectedEffect } from '../../store/types.ts';
import type { HomeserverMessageDeleted } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, snapshotOf, voiceOf } from './acting.ts';

export async function remove(work: Work, event: HomeserverMessageDeleted): Promise<Outcome> {
  const { parts, portal } = work;
  const { messageId } = event.target;
  const effect: ExpectedEffect = { side: 'workspace', target: messageId, kind: 'deleted', value: '' };
  if ((await parts.store.attempts.open(work.row.id, 'chat.delete')) === undefined) {
    await parts.store.effects.expect(effect);
    await parts.store.attempts.begin(work.row.id, 'chat.delete', messageId);
  }
  // A moderator's redaction is carried out by the bot: the author's puppet did not do it.
  const isAuthor = event.sender === event.target.matrixUserId && event.target.origin === 'homeserver';
  const voice = isAuthor ? await voiceOf(work, event.sender) : await work.puppets.bot(event.sender);
  parts.passed('apply:before-act');
  await voice.api.deleteMessage(portal.workspaceRoomId, messageId);
  parts.passed('apply:acted');
  return {
    outcome: 'relayed',
    redacted: event.pairs.filter((pair) => pair.kind !== 'redaction').map((pair) => pair.eventId),
    snapshots: [{ ...(event.snapshot ?? snapshotOf(portal, messageId, '', 0)), deleted: true }],
    tombstones: [{ side: 'homeserver', target: event.target.eventId }],
    forgetEffects: [effect],
  };
}
