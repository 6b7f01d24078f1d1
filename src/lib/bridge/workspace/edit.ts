import type { MessageId } from '../../core/ids.ts';
import { toWorkspace } from '../../format/to-workspace.ts';
import type { LedgerEntry, Snapshot } from '../../store/ledger-types.ts';
import type { HomeserverMessageEdited } from '../events.ts';
import { editEntry } from '../homeserver/interpret.ts';
import { relationOfRelayed } from '../homeserver/relations.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, marked, snapshotOf, voiceOf } from './acting.ts';
import { deleteParts } from './delete-parts.ts';
import { type WorkspaceMessage, hashOf, isDeleted, readMessage } from './message.ts';
import { withoutAllIfRefused } from './names.ts';
import { type Place, placeOf, withQuote } from './quotes.ts';
import { sendPart } from './send-part.ts';
import { partsOf, splitFor } from './text-parts.ts';

export async function edit(work: Work, event: HomeserverMessageEdited): Promise<Outcome> {
  const names = await work.lookUp(work.portal, event.text, event.sender);
  const place = await placeOf(work, await relationOfRelayed(work.parts, work.portal, event.target.eventId));
  return withoutAllIfRefused(names, async (allowed) =>
    updateAll(work, event, place, marked(work, await toWorkspace(event.text, allowed))),
  );
}

/** Each part gets its new text; parts that are too many go, those that are missing are posted. */
async function updateAll(work: Work, event: HomeserverMessageEdited, place: Place, text: string): Promise<Outcome> {
  const { target } = event;
  const redactedEdits = event.redactedEdit === undefined ? [] : [event.redactedEdit];
  const edits = event.edit === undefined ? [] : [editEntry(target, { id: event.edit.eventId, at: event.edit.at })];
  const texts = await splitFor(work, withQuote(place, text));
  const [, ...later] = await partsOf(work.parts.store, target.eventId);
  const done = await update(work, event, target, texts[0] ?? '');
  if (done.outcome !== 'relayed') return { ...done, ledger: edits, redacted: redactedEdits };
  const all: Outcome[] = [done];
  for (const [index, piece] of texts.slice(1).entries()) {
    const part = later[index];
    all.push(
      part === undefined ? await append(work, event, place, index + 1, piece) : await update(work, event, part, piece),
    );
  }
  all.push(await deleteParts(work, later.slice(texts.length - 1), await voiceOf(work, event.sender)));
  return {
    outcome: 'relayed',
    ledger: [...edits, ...all.flatMap(({ ledger }) => ledger ?? [])],
    redacted: [...redactedEdits, ...all.flatMap(({ redacted }) => redacted ?? [])],
    snapshots: all.flatMap(({ snapshots }) => snapshots ?? []),
    forgetEffects: all.flatMap(({ forgetEffects }) => forgetEffects ?? []),
  };
}

async function append(
  work: Work,
  event: HomeserverMessageEdited,
  { threadId }: Place,
  part: number,
  text: string,
): Promise<Outcome> {
  const { eventId } = event.target;
  const cause = event.edit?.eventId ?? event.redactedEdit ?? eventId;
  const voice = await voiceOf(work, event.sender);
  const wanted = { eventId, cause, part, sender: event.target.matrixUserId, at: event.target.ts, text, threadId };
  const { entry, snapshot } = await sendPart(work, voice, wanted);
  return { outcome: 'relayed', ledger: [entry], snapshots: [snapshot] };
}

async function update(
  work: Work,
  event: HomeserverMessageEdited,
  { messageId, part }: LedgerEntry,
  text: string,
): Promise<Outcome> {
  const { parts, portal } = work;
  const before = await snapshotBefore(work, messageId);
  const present = await presentMessage(work, messageId);
  if (present === undefined) return { outcome: 'gone' };
  // A caption may be taken away, a text not.
  if (text.trim() === '' && present.files.length === 0) return { outcome: 'empty' };
  // What an app added to it stays.
  const hash = hashOf({ ...present, text });
  const presentHash = hashOf(present);
  const effect = { side: 'workspace', target: messageId, kind: 'text', value: hash } as const;
  // An earlier try may have landed; once that is settled nothing waits for its echo, which a later change could pass for.
  if (presentHash === hash)
    return {
      outcome: 'relayed',
      snapshots: [{ ...before, hash, updatedAt: present.updatedAt }],
      forgetEffects: [effect],
    };
  const step = part === 0 ? 'chat.update' : `chat.update ${part}`;
  const open = await parts.store.attempts.open(work.row.id, step);
  // Our update may have landed and been changed again by somebody in Rocket.Chat since: theirs is newer.
  if (open !== undefined && presentHash !== before.hash) return { outcome: 'superseded' };
  if (open === undefined) {
    await parts.store.effects.expect(effect);
    await parts.store.attempts.begin(work.row.id, step, messageId);
  }
  const voice = await voiceOf(work, event.sender);
  parts.passed('apply:before-act');
  const answer = readMessage(await voice.api.updateMessage(portal.workspaceRoomId, messageId, text));
  parts.passed('apply:acted');
  const now = { hash: answer === undefined ? hash : hashOf(answer), updatedAt: answer?.updatedAt };
  return {
    outcome: 'relayed',
    snapshots: [{ ...before, hash: now.hash, updatedAt: now.updatedAt ?? present.updatedAt }],
    forgetEffects: [effect],
  };
}

async function snapshotBefore({ parts, portal }: Work, messageId: MessageId): Promise<Snapshot> {
  return (await parts.store.ledger.snapshot(messageId)) ?? snapshotOf(portal, messageId, '', 0);
}

async function presentMessage(work: Work, id: MessageId): Promise<WorkspaceMessage | undefined> {
  const raw = await work.parts.workspace.getMessage(id);
  const message = raw === undefined ? undefined : readMessage(raw);
  return message === undefined || isDeleted(message) ? undefined : message;
}
