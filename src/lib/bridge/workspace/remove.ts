import type { HomeserverMessageDeleted } from '../events.ts';
import { tellOnce } from '../notices/once.ts';
import { sayOnMatrix } from '../notices/say.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, voiceOf } from './acting.ts';
import { deleteParts } from './delete-parts.ts';
import { partsOf } from './text-parts.ts';

export async function remove(work: Work, event: HomeserverMessageDeleted): Promise<Outcome> {
  // A moderator's redaction is carried out by the bot: the author's puppet did not do it.
  const isAuthor = event.sender === event.target.matrixUserId && event.target.origin === 'homeserver';
  if (!isAuthor && work.portal.direct !== undefined) return notRemoved(work, event);
  const voice = isAuthor ? await voiceOf(work, event.sender) : await work.puppets.bot(event.sender);
  const [, ...later] = await partsOf(work.parts.store, event.target.eventId);
  const done = await deleteParts(work, [event.target, ...later], voice);
  const changes = event.pairs.filter((pair) => pair.kind !== 'redaction').map((pair) => pair.eventId);
  return {
    ...done,
    redacted: [...new Set([...changes, ...(done.redacted ?? [])])],
    tombstones: [{ side: 'homeserver', target: event.target.eventId }],
  };
}

/** A direct message has no moderators in Rocket.Chat, and our bot is not in it: only its author may delete a message. */
async function notRemoved({ parts, portal }: Work, event: HomeserverMessageDeleted): Promise<Outcome> {
  const cause = 'only-authors-delete';
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.not-deleted', { portal: portal.name, cause, sender: event.sender });
    await sayOnMatrix(
      parts,
      portal,
      cause,
      'In a direct message of Rocket.Chat only its author can delete a message: what was removed here is still there.',
    );
  });
  return {
    outcome: 'only its author may delete it',
    redacted: event.pairs.filter((pair) => pair.kind !== 'redaction').map((pair) => pair.eventId),
    tombstones: [{ side: 'homeserver', target: event.target.eventId }],
  };
}
