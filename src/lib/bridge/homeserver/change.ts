import { changeInOlderRoom } from '../direct/change-in-older.ts';
import type { WorkspaceMessageDeleted, WorkspaceMessageEdited, WorkspaceReactionsChanged } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { editInFormerRoom, reactInFormerRoom } from '../room-upgrade/change-in-former.ts';
import { formerRoomWith } from '../room-upgrade/former-rooms.ts';
import type { Work } from './acting.ts';
import { edit } from './edit.ts';
import { unchangedBut, withReactions } from './react.ts';
import { redactAll } from './remove.ts';

/** What happens in Rocket.Chat to a message that is on Matrix. */
export type MessageChange = WorkspaceMessageEdited | WorkspaceReactionsChanged | WorkspaceMessageDeleted;

/**
 * Changes a message where it is on Matrix: no event can be changed from another room. A direct message may have had
 * other rooms before, which go on beside the present one, and a room may have been replaced since.
 *
 * @param parts as none's in particular: another room may have other members.
 */
export async function change(parts: BridgeParts, work: Work, event: MessageChange): Promise<Outcome> {
  const target = event.pairs.find(({ kind }) => kind === 'message');
  if (target === undefined || target.portalId === work.portal.id) return changeInPortal(work, event);
  return changeInOlderRoom(parts, work, { target, isDeletion: event.kind === 'message.deleted' }, (there) =>
    changeInPortal(there, event),
  );
}

async function changeInPortal(work: Work, event: MessageChange): Promise<Outcome> {
  if (event.kind === 'message.deleted') return redactAll(work, event);
  const target = event.pairs.find(({ kind }) => kind === 'message');
  const former = target === undefined ? undefined : await formerRoomWith(work, target.eventId);
  if (event.kind === 'reactions.changed') {
    const done = unchangedBut(event);
    return former === undefined ? withReactions(work, event, done) : reactInFormerRoom(work, event, done, former);
  }
  if (former === undefined) return withReactions(work, event, await edit(work, event));
  return reactInFormerRoom(work, event, await editInFormerRoom(work, event, former), former);
}
