import type { HomeserverMessageDeleted } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, voiceOf } from './acting.ts';
import { deleteParts } from './delete-parts.ts';
import { partsOf } from './text-parts.ts';

export async function remove(work: Work, event: HomeserverMessageDeleted): Promise<Outcome> {
  // A moderator's redaction is carried out by the bot: the author's puppet did not do it.
  const isAuthor = event.sender === event.target.matrixUserId && event.target.origin === 'homeserver';
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
