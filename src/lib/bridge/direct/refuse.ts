import type { MatrixRoomId, MatrixUserId, WorkspaceRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { serverOf } from '../../matrix/server-name.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import { messageIdFor, transactionId } from '../effect-ids.ts';
import { MARKER } from '../homeserver/event.ts';
import type { BridgeParts } from '../parts.ts';
import type { Invite } from './invite.ts';

/** Why an invitation begins no direct message: for `federation trace`, and for those in the room. */
export interface Refusal {
  readonly outcome: string;
  readonly text: string;
}

export const ENCRYPTED: Refusal = {
  outcome: 'encrypted',
  text: 'Messages in this room are encrypted, and Rocket.Chat could not read them. Start a new conversation with encryption switched off, and invite me there.',
};

export const NO_ACCOUNTS: Refusal = {
  outcome: 'no direct messages in alias mode',
  text: 'This bridge gives people from Matrix no accounts of their own in Rocket.Chat, and without one nobody can have a direct message there.',
};

export const noSeat = (userId: MatrixUserId): Refusal => ({
  outcome: 'no seat left',
  text: `The workspace has no seat left for an account of ${userId} in Rocket.Chat, and without one nobody can have a direct message there.`,
});

export const tooMany = (limit: number): Refusal => ({
  outcome: 'too many people',
  text: `A direct message in Rocket.Chat has at most ${limit} people, and this room has more. An administrator of the bridge can link it with a channel.`,
});

export const withBlocked = (who: MatrixUserId): Refusal => ({
  outcome: 'blocked',
  text: `The administrator of the bridge does not admit people of ${serverOf(who)}, and ${who} is in this room. Start a new conversation without them.`,
});

export const failed = (reason: string): Refusal => ({
  outcome: `refused: ${reason}`,
  text: `Rocket.Chat did not open a direct message (${reason}).`,
});

/** The ghost says why, and leaves: one that stayed would look like somebody who reads along. */
export async function refuse(parts: BridgeParts, ghost: MatrixApi, invite: Invite, why: Refusal): Promise<string> {
  parts.log('warn', 'notice.direct-refused', { room: invite.roomId, inviter: invite.inviter, reason: why.outcome });
  await sayAs(parts, ghost, invite.roomId, invite.eventId, why.text);
  await ghost.leave(invite.roomId);
  return why.outcome;
}

/** Invited by somebody of a blocked server. Said to nobody there: what a server is kept out for is its own to guess. */
export async function decline(ghost: MatrixApi, { roomId }: Invite): Promise<string> {
  await ghost.leave(roomId).catch((error: unknown) => {
    if (!(error instanceof RemoteError) || error.failure !== 'refused') throw error;
  });
  return 'blocked';
}

/** The same in Rocket.Chat, by a puppet who is in the direct message. */
export async function sayAsPuppet(
  parts: BridgeParts,
  api: WorkspaceApi,
  roomId: WorkspaceRoomId,
  cause: string,
  text: string,
): Promise<void> {
  const id = messageIdFor(parts.store.effectKey, 0, cause, 0, 0);
  if ((await api.getMessage(id)) === undefined) await api.sendMessage({ id, roomId, text });
}

/** Says a line in a room that is in no portal; a second one of the same cause is the first. */
export async function sayAs(
  parts: BridgeParts,
  ghost: MatrixApi,
  roomId: MatrixRoomId,
  cause: string,
  text: string,
): Promise<void> {
  const { bridgeId, workspaceId } = parts.identity;
  const effect = { portal: 0, source: cause, kind: 'notice', subject: roomId, actor: ghost.userId } as const;
  await ghost.sendEvent(roomId, 'm.room.message', transactionId(parts.store.effectKey, effect), {
    msgtype: 'm.notice',
    body: text,
    [MARKER]: { bridge: bridgeId, workspace: workspaceId },
  });
}
