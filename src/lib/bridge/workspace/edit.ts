import type { MessageId } from '../../core/ids.ts';
import { toWorkspace } from '../../format/to-workspace.ts';
import type { ExpectedEffect } from '../../store/types.ts';
import type { HomeserverMessageEdited } from '../events.ts';
import { editEntry } from '../homeserver/interpret.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, marked, snapshotOf, voiceOf } from './acting.ts';
import { type WorkspaceMessage, isDeleted, readMessage, textHash } from './message.ts';

export async function edit(work: Work, event: HomeserverMessageEdited): Promise<Outcome> {
  const { parts, portal } = work;
  const { messageId } = event.target;
  const text = marked(work, await toWorkspace(event.text));
  const hash = textHash(text);
  const ledger =
    event.edit === undefined ? [] : [editEntry(event.target, { id: event.edit.eventId, at: event.edit.at })];
  const redacted = event.redactedEdit === undefined ? [] : [event.redactedEdit];
  const settled = { ledger, redacted };
  const before = event.snapshot ?? snapshotOf(portal, messageId, '', 0);
  const present = await presentMessage(work, messageId);
  if (present === undefined) return { outcome: 'gone', ...settled };
  // A caption may be taken away, a text not.
  if (text.trim() === '' && present.files.length === 0) return { outcome: 'empty', ...settled };
  const presentHash = textHash(present.text);
  if (presentHash === hash)
    return { outcome: 'relayed', ...settled, snapshots: [{ ...before, hash, updatedAt: present.updatedAt }] };
  const open = await parts.store.attempts.open(work.row.id, 'chat.update');
  // Our update may have landed and been changed again by somebody in Rocket.Chat since: theirs is newer.
  if (open !== undefined && presentHash !== before.hash) return { outcome: 'superseded', ...settled };
  const effect: ExpectedEffect = { side: 'workspace', target: messageId, kind: 'text', value: hash };
  if (open === undefined) {
    await parts.store.effects.expect(effect);
    await parts.store.attempts.begin(work.row.id, 'chat.update', messageId);
  }
  const voice = await voiceOf(work, event.sender);
  parts.passed('apply:before-act');
  const answer = readMessage(await voice.api.updateMessage(portal.workspaceRoomId, messageId, text));
  parts.passed('apply:acted');
  return {
    outcome: 'relayed',
    ...settled,
    snapshots: [
      {
        ...before,
        hash: answer === undefined ? hash : textHash(answer.text),
        updatedAt: answer?.updatedAt ?? present.updatedAt,
      },
    ],
    forgetEffects: [effect],
  };
}

async function presentMessage(work: Work, id: MessageId): Promise<WorkspaceMessage | undefined> {
  const raw = await work.parts.workspace.getMessage(id);
  const message = raw === undefined ? undefined : readMessage(raw);
  return message === undefined || isDeleted(message) ? undefined : message;
}
