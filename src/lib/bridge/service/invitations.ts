import { RcfedError } from '../../core/errors.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { homeserverIn } from '../direct/hands.ts';
import { mayBeGhost } from '../direct/invite.ts';
import {
  type ReceivedInvitation,
  forgetInvitation,
  invitationInto,
  receivedInvitations,
} from '../invitations/received.ts';
import type { BridgeParts } from '../parts.ts';
import type { Portal } from '../../store/portal-types.ts';
import type {
  AcceptRequest,
  InvitationsView,
  ReceivedInvitationView,
  RejectView,
  SentInvitationView,
} from './invitations-view.ts';
import { type JoinListener, joinRoom } from './join.ts';
import { joinInWords } from './join-plan.ts';
import type { JoinView } from './join-view.ts';
import { roomIdOf, roomReference } from './matrix-room.ts';
import type { EndRequest } from './views.ts';
import { serverOf } from '../../matrix/server-name.ts';

/** Invitations that wait for an answer: of the bot, and of people elsewhere into federated rooms. */
export async function listInvitations(parts: BridgeParts): Promise<InvitationsView> {
  const sent: SentInvitationView[] = [];
  const warnings: string[] = [];
  for (const portal of await parts.store.portals.list()) {
    if (portal.state !== 'active') continue;
    try {
      sent.push(...(await sentIn(parts, portal)));
    } catch (error) {
      if (!(error instanceof RemoteError) || error.failure !== 'refused') throw error;
      warnings.push(`Who is invited into ${portal.name} can't be read: ${error.answer ?? error.inShort}`);
    }
  }
  return { received: (await receivedInvitations(parts)).map(viewOf), sent, warnings };
}

async function sentIn(parts: BridgeParts, portal: Portal): Promise<readonly SentInvitationView[]> {
  if (portal.matrixRoomId === undefined) return [];
  const open: SentInvitationView[] = [];
  for (const { userId, by, at } of await homeserverIn(parts, portal).invited(portal.matrixRoomId)) {
    const isOurs =
      (parts.identity.prefix !== '' && mayBeGhost(parts.identity, userId)) ||
      (await parts.store.people.byMatrixUser(userId))?.kind === 'ghost';
    if (!isOurs) open.push({ room: portal.name, user: userId, inviter: by, since: timeText(at) });
  }
  return open;
}

const timeText = (at: number): string | null => (at === 0 ? null : new Date(at).toISOString());

const viewOf = (invitation: ReceivedInvitation): ReceivedInvitationView => ({
  roomId: invitation.roomId,
  name: invitation.name ?? null,
  inviter: invitation.inviter,
  since: timeText(invitation.at),
  open: invitation.isPublic,
  encrypted: invitation.isEncrypted,
});

/**
 * Joins a room that the bot was invited into, and makes a room of Rocket.Chat of it.
 * @throws RcfedError RCFED_INVITE_UNKNOWN, and as {@link joinRoom}
 */
export async function acceptInvitation(
  parts: BridgeParts,
  bridge: JoinListener | undefined,
  request: AcceptRequest,
): Promise<JoinView> {
  const roomId = await roomIdOf(parts, roomReference(parts, request.room));
  const invitation = await invitationInto(parts, roomId);
  const portal = await parts.store.portals.byMatrixRoom(roomId);
  if (invitation === undefined && portal === undefined)
    throw new RcfedError('RCFED_INVITE_UNKNOWN', `The bot is not invited into ${request.room}`);
  const asked = { room: roomId, via: viaOf(invitation), name: request.name };
  if (request.dryRun === true && portal?.state !== 'active')
    return joinInWords(parts, roomReference(parts, roomId), asked, invitation);
  const joined = await joinRoom(parts, bridge, { ...asked, dryRun: request.dryRun });
  if (request.dryRun === true) return joined;
  await forgetInvitation(parts, roomId);
  return joined;
}

const viaOf = (invitation: ReceivedInvitation | undefined): readonly string[] | undefined =>
  invitation === undefined ? undefined : [serverOf(invitation.inviter)];

/** The bot turns an invitation down. */
export async function rejectInvitation(parts: BridgeParts, { room, dryRun }: EndRequest): Promise<RejectView> {
  const roomId = await roomIdOf(parts, roomReference(parts, room));
  const invitation = await invitationInto(parts, roomId);
  if (dryRun === true) return { roomId, changed: false, plan: [rejectionInWords(room, invitation)] };
  if (invitation === undefined) return { roomId, changed: false };
  await parts.homeserver.leave(roomId);
  await forgetInvitation(parts, roomId);
  return { roomId, changed: true };
}

function rejectionInWords(room: string, invitation: ReceivedInvitation | undefined): string {
  if (invitation === undefined) return `= the bot is not invited into ${room}`;
  const { roomId, name, inviter } = invitation;
  return `- invitation into ${name === undefined ? roomId : `${name}, ${roomId},`} by ${inviter}`;
}
