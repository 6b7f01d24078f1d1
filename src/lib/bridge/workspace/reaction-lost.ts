import type { HomeserverReactionAdded } from '../events.ts';
import { tellOnce } from '../notices/once.ts';
import { sayOnMatrix } from '../notices/say.ts';
import type { Work } from './acting.ts';

const TEXTS = {
  'reaction-without-emoji':
    'That reaction can not be shown in Rocket.Chat: it has neither that emoji nor one like it. Others may be missing there too.',
  'reaction-needs-account':
    'Reactions from Matrix can not be shown in Rocket.Chat here: only people with an account of their own there can react.',
} as const;

/** Tells in the room on Matrix, once for each cause, that a reaction can't be seen on the other side. */
export async function tellReactionLost(
  { parts, portal }: Work,
  event: HomeserverReactionAdded,
  cause: keyof typeof TEXTS,
): Promise<void> {
  if (event.isOfABridge) return;
  await tellOnce(parts, portal, cause, async () => {
    const about = { eventId: event.target.eventId, sender: event.sender };
    await sayOnMatrix(parts, portal, cause, TEXTS[cause], about);
    parts.log('warn', 'notice.reaction', { portal: portal.name, cause, ref: event.eventId, reason: TEXTS[cause] });
  });
}
