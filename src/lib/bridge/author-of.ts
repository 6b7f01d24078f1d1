import type { WorkspaceAuthor, WorkspaceEvent } from './events.ts';

/** Whose ghost acts for what happened in Rocket.Chat, as far as the event tells. */
export function authorOf(event: WorkspaceEvent): WorkspaceAuthor {
  if (event.kind === 'message.posted' || event.kind === 'announced' || event.kind === 'membership.changed')
    return event.author;
  if (event.kind === 'message.edited') return event.editor;
  const reacting = event.kind === 'reactions.changed' ? event.reactions.added[0]?.author : undefined;
  if (reacting !== undefined) return reacting;
  // Pins, roles and what the room is like are the bot's doing.
  const isBots = event.kind === 'pins.changed' || event.kind === 'roles.changed' || event.kind === 'room.changed';
  const author = isBots ? ('' as never) : (event.pairs[0]?.workspaceUserId ?? ('' as never));
  return { id: author, username: '', name: '' };
}
