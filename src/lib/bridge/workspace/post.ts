import { toWorkspace } from '../../format/to-workspace.ts';
import type { WorkspaceNames } from '../../format/workspace-names.ts';
import type { HomeserverMessagePosted } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, marked, voiceOf } from './acting.ts';
import { withoutAllIfRefused } from './names.ts';
import type { Voice } from './puppets.ts';
import { type Place, placeOf, withQuote } from './quotes.ts';
import { type SentPart, deletedSnapshot, sendPart } from './send-part.ts';
import { splitFor } from './text-parts.ts';

export async function post(work: Work, event: HomeserverMessagePosted): Promise<Outcome> {
  const voice = await voiceOf(work, event.sender);
  const names = await work.lookUp(work.portal, event.text, event.sender);
  const place = await placeOf(work, event.relation);
  return withoutAllIfRefused(names, async (allowed) => {
    const text = await textOf(work, event, allowed);
    return text.trim() === '' ? { outcome: 'empty' } : postText(work, event, voice, place, text);
  });
}

async function postText(
  work: Work,
  event: HomeserverMessagePosted,
  voice: Voice,
  place: Place,
  whole: string,
): Promise<Outcome> {
  const { eventId, sender, at } = event;
  const { threadId } = place;
  const sent: SentPart[] = [];
  for (const [part, text] of (await splitFor(work, withQuote(place, whole))).entries()) {
    const one = await sendPart(work, voice, {
      eventId,
      cause: eventId,
      part,
      sender,
      at,
      text,
      threadId,
      ...(part === 0 && event.point !== undefined ? { point: event.point } : {}),
    });
    sent.push(one);
    if (one.isDeleted) return takeBack(work, event, sent);
  }
  return { outcome: 'relayed', ledger: sent.map(({ entry }) => entry), snapshots: sent.map((one) => one.snapshot) };
}

async function textOf(work: Work, event: HomeserverMessagePosted, names: WorkspaceNames): Promise<string> {
  const text = await toWorkspace(event.text, names);
  return marked(work, event.editOfUnknown ? `(edited) ${text}` : text);
}

/** Somebody deleted the message in Rocket.Chat, or a part of it, before all was settled: it goes on both sides. */
async function takeBack(work: Work, event: HomeserverMessagePosted, sent: readonly SentPart[]): Promise<Outcome> {
  const { parts, portal } = work;
  const last = sent.at(-1)?.entry;
  if (portal.matrixRoomId !== undefined && last !== undefined) {
    await parts.homeserver.redact(portal.matrixRoomId, event.eventId, `rcfed.gone.${last.messageId}`);
  }
  for (const { entry, isDeleted } of sent) {
    if (!isDeleted) await parts.workspace.deleteMessage(portal.workspaceRoomId, entry.messageId);
  }
  return {
    outcome: 'gone',
    ledger: sent.map(({ entry }) => ({ ...entry, redacted: true })),
    snapshots: sent.map(({ entry }) => deletedSnapshot(work, entry.messageId)),
    tombstones: sent.map(({ entry }) => ({ side: 'workspace', target: entry.messageId })),
  };
}
