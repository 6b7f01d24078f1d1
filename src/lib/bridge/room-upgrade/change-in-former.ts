import type { MatrixRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { WorkspaceMessageEdited, WorkspaceReactionsChanged } from '../events.ts';
import type { Work } from '../homeserver/acting.ts';
import { edit } from '../homeserver/edit.ts';
import { withReactions } from '../homeserver/react.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace } from '../notices/say.ts';
import type { Outcome } from '../outcome.ts';

const CAUSE = 'reaction-in-former-room';
const LOST =
  'The room on Matrix was replaced by a newer one: reactions from here to messages from before can not be shown there.';

/**
 * A message from before its room was replaced is changed there, where who replaced it left our people the right to.
 * Usually nobody may write there any more: then the new text is said in the room that goes on.
 */
export async function editInFormerRoom(
  work: Work,
  event: WorkspaceMessageEdited,
  roomId: MatrixRoomId,
): Promise<Outcome> {
  const changed = work.how.asBot ? undefined : await unlessForbidden(edit({ ...work, roomId }, event));
  return changed ?? edit(work, event, roomId);
}

/** The same for reactions, of which those that may not be shown stay in Rocket.Chat. That is said once. */
export async function reactInFormerRoom(
  work: Work,
  event: WorkspaceMessageEdited | WorkspaceReactionsChanged,
  done: Outcome,
  roomId: MatrixRoomId,
): Promise<Outcome> {
  const { parts, portal, row, how } = work;
  const there = { ...work, roomId };
  const reacted = how.asBot ? undefined : await unlessForbidden(withReactions(there, event, done));
  if (reacted !== undefined) return reacted;
  const { added } = event.reactions;
  // What was taken back the bot may still take away.
  const asBot = { ...there, how: { ...how, asBot: true } };
  const left = await withReactions(asBot, { ...event, reactions: { ...event.reactions, added: [] } }, done);
  if (added.length === 0) return left;
  await tellOnce(parts, portal, CAUSE, async () => {
    await sayInWorkspace(parts, portal, CAUSE, LOST);
    parts.log('warn', 'notice.reaction', { portal: portal.name, cause: CAUSE, ref: row.ref, reason: LOST });
  });
  return left.ledger === undefined ? { ...left, outcome: 'of a room that was replaced' } : left;
}

/** undefined: nobody of ours may do that there. */
async function unlessForbidden(acting: Promise<Outcome>): Promise<Outcome | undefined> {
  try {
    return await acting;
  } catch (error) {
    if (error instanceof RemoteError && error.side === 'homeserver' && error.status === 403) return undefined;
    throw error;
  }
}
