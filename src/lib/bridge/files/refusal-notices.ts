import { RemoteError } from '../../core/remote-error.ts';
import type { EventId, MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { toWorkspace } from '../../format/to-workspace.ts';
import type { Portal } from '../../store/types.ts';
import { messageIdFor, transactionId } from '../effect-ids.ts';
import { MARKER } from '../homeserver/event.ts';
import type { BridgeParts } from '../parts.ts';

/** What could not be said is no reason to keep a message back: a server's no is logged, all else thrown. */
async function unlessRefused(parts: BridgeParts, ref: string, telling: Promise<unknown>): Promise<void> {
  try {
    await telling;
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || error.status === 429) throw error;
    parts.log('warn', 'notice.failed', { ref, reason: error.message });
  }
}

/** Tells the room in Rocket.Chat of a file that did not cross; again is the same. `cause` tells files apart. */
export async function noticeInWorkspace(
  parts: BridgeParts,
  portal: Portal,
  cause: string,
  text: string,
): Promise<void> {
  const id = messageIdFor(parts.store.effectKey, portal.id, `refused:${cause}`, 0, 0);
  if ((await parts.workspace.getMessage(id)) !== undefined) return;
  const message = { id, roomId: portal.workspaceRoomId, text: await toWorkspace({ msgtype: 'm.text', body: text }) };
  await unlessRefused(parts, cause, parts.workspace.sendMessage(message));
}

interface RefusedEvent {
  readonly roomId: MatrixRoomId;
  readonly eventId: EventId;
  readonly sender: MatrixUserId;
}

/** Tells the sender, in a reply, of a file that did not cross; again is the same. */
export async function noticeOnMatrix(
  parts: BridgeParts,
  portal: Portal,
  { roomId, eventId, sender }: RefusedEvent,
  text: string,
): Promise<void> {
  const txn = transactionId(parts.store.effectKey, {
    portal: portal.id,
    source: eventId,
    kind: 'notice',
    subject: 'refused',
    actor: parts.homeserver.userId,
  });
  const content = {
    msgtype: 'm.notice',
    body: text,
    'm.mentions': { user_ids: [sender] },
    'm.relates_to': { 'm.in_reply_to': { event_id: eventId } },
    [MARKER]: { bridge: parts.identity.bridgeId, workspace: parts.identity.workspaceId },
  };
  await unlessRefused(parts, eventId, parts.homeserver.sendEvent(roomId, 'm.room.message', txn, content));
}
