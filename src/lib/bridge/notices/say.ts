import type { EventId, MatrixUserId } from '../../core/ids.ts';
import { RemoteError, type Side } from '../../core/remote-error.ts';
import { toWorkspace } from '../../format/to-workspace.ts';
import type { Portal } from '../../store/portal-types.ts';
import { messageIdFor, transactionId } from '../effect-ids.ts';
import { partsIn } from '../direct/hands.ts';
import { MARKER } from '../homeserver/event.ts';
import type { BridgeParts } from '../parts.ts';

interface Said {
  readonly portal: Portal;
  readonly side: Side;
  readonly cause: string;
  readonly text: string;
}

/** What could not be said is no reason to keep a message back: a server's no is logged, all else thrown. */
async function unlessRefused(
  parts: BridgeParts,
  { portal, side, cause, text }: Said,
  telling: Promise<unknown>,
): Promise<void> {
  try {
    await telling;
    parts.log('info', 'notice.said', { portal: portal.name, side, text });
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || error.status === 429) throw error;
    parts.log('warn', 'notice.failed', { cause, reason: error.message });
  }
}

/**
 * The bot, in a direct message a member's puppet, says a line in the room in Rocket.Chat; a second one of the same cause is the first.
 *
 * @param text one plain line without markup: what people chose in it is escaped here.
 * @param to username of who is mentioned at its beginning
 */
export async function sayInWorkspace(
  all: BridgeParts,
  portal: Portal,
  cause: string,
  text: string,
  to?: string,
): Promise<void> {
  const parts = await partsIn(all, portal);
  const id = messageIdFor(parts.store.effectKey, portal.id, `refused:${cause}`, 0, 0);
  if ((await parts.workspace.getMessage(id)) !== undefined) return;
  const line = await toWorkspace({ msgtype: 'm.text', body: text });
  const message = { id, roomId: portal.workspaceRoomId, text: to === undefined ? line : `@${to} ${line}` };
  await unlessRefused(parts, { portal, side: 'workspace', cause, text }, parts.workspace.sendMessage(message));
}

/** Somebody's event that a notice answers; they are mentioned in it. */
export interface Concerned {
  readonly eventId: EventId;
  readonly sender: MatrixUserId;
}

/**
 * The bot, in a direct message a member's ghost, says a line in the room on Matrix; within a day a second one of the same cause is the first.
 *
 * @param text one plain line.
 */
export async function sayOnMatrix(
  all: BridgeParts,
  portal: Portal,
  cause: string,
  text: string,
  about?: Concerned,
): Promise<void> {
  if (portal.matrixRoomId === undefined) return;
  const parts = await partsIn(all, portal);
  const txn = transactionId(parts.store.effectKey, {
    portal: portal.id,
    source: about?.eventId ?? '',
    kind: 'notice',
    subject: cause,
    actor: parts.homeserver.userId,
  });
  const content = {
    msgtype: 'm.notice',
    body: text,
    ...(about === undefined
      ? {}
      : {
          'm.mentions': { user_ids: [about.sender] },
          'm.relates_to': { 'm.in_reply_to': { event_id: about.eventId } },
        }),
    [MARKER]: { bridge: parts.identity.bridgeId, workspace: parts.identity.workspaceId },
  };
  const said = { portal, side: 'homeserver', cause, text } as const;
  await unlessRefused(parts, said, parts.homeserver.sendEvent(portal.matrixRoomId, 'm.room.message', txn, content));
}
