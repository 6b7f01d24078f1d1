import { toWorkspace } from '../../format/to-workspace.ts';
import type { WorkspaceNames } from '../../format/workspace-names.ts';
import type { LedgerEntry } from '../../store/types.ts';
import { messageIdFor } from '../effect-ids.ts';
import type { HomeserverMessagePosted } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, marked, sendOnce, snapshotOf, voiceOf } from './acting.ts';
import { textHash } from './message.ts';
import { withoutAllIfRefused } from './names.ts';
import type { Voice } from './puppets.ts';

/** How many ids are tried when each turns out to be somebody else's message. */
const SALTS = 4;

export async function post(work: Work, event: HomeserverMessagePosted): Promise<Outcome> {
  const { portal } = work;
  const voice = await voiceOf(work, event.sender);
  const names = await work.lookUp(portal, event.text, event.sender);
  return withoutAllIfRefused(names, async (allowed) => {
    const text = await textOf(work, event, allowed);
    return text.trim() === '' ? { outcome: 'empty' } : postText(work, event, voice, text);
  });
}

async function postText(work: Work, event: HomeserverMessagePosted, voice: Voice, text: string): Promise<Outcome> {
  const { parts, portal } = work;
  for (let salt = 0; salt < SALTS; salt += 1) {
    const id = messageIdFor(parts.store.effectKey, portal.id, event.eventId, 0, salt);
    const entry: LedgerEntry = {
      portalId: portal.id,
      messageId: id,
      part: 0,
      kind: 'message',
      eventId: event.eventId,
      origin: 'homeserver',
      matrixUserId: event.sender,
      workspaceUserId: voice.userId,
      ts: event.at,
      redacted: false,
    };
    // It was sent, and deleted in Rocket.Chat, before we could settle it: sending again would bring it back.
    if (await parts.store.ledger.isGone('workspace', id)) return redactDeleted(work, entry);
    const message = await sendOnce(work, voice, id, text);
    if (message === 'taken') continue;
    if (message === 'deleted') return redactDeleted(work, entry);
    return {
      outcome: 'relayed',
      ledger: [entry],
      // What was sent, not what is there now: a change made meanwhile is told by the next version.
      snapshots: [snapshotOf(portal, id, textHash(message.text), message.updatedAt)],
    };
  }
  throw new Error(`no free message id for ${event.eventId}`);
}

async function textOf(work: Work, event: HomeserverMessagePosted, names: WorkspaceNames): Promise<string> {
  const text = await toWorkspace(event.text, names);
  return marked(work, event.editOfUnknown ? `(edited) ${text}` : text);
}

async function redactDeleted(work: Work, entry: LedgerEntry): Promise<Outcome> {
  const { parts, portal } = work;
  if (portal.matrixRoomId !== undefined) {
    await parts.homeserver.redact(portal.matrixRoomId, entry.eventId, `rcfed.gone.${entry.messageId}`);
  }
  return {
    outcome: 'gone',
    ledger: [{ ...entry, redacted: true }],
    snapshots: [{ ...snapshotOf(portal, entry.messageId, '', 0), deleted: true }],
    tombstones: [{ side: 'workspace', target: entry.messageId }],
  };
}
