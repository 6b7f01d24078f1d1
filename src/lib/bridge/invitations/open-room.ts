import { RcfedError } from '../../core/errors.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import { userOfGhost } from '../direct/find-user.ts';
import { type Invite, mayBeGhost } from '../direct/invite.ts';
import { OPENED, type Opened, type OpeningParts, settled } from '../direct/opening.ts';
import { type Refusal, refuse } from '../direct/refuse.ts';
import type { WorkspaceAuthor } from '../events.ts';
import type { BridgeParts } from '../parts.ts';
import { enterRoom } from '../service/enter-room.ts';
import { bringIn, workspaceRoomFor } from '../service/join.ts';
import { forgetInvitation } from './received.ts';
import { serverOf } from '../../matrix/server-name.ts';

/**
 * Somebody on Matrix invited a ghost, who has joined, into a room that is no direct message: the bot comes too, and a
 * room of Rocket.Chat appears for everybody whose ghost is there or invited. Where that can't be, the ghost says why
 * and leaves. Each step can be done again.
 */
export async function openRoom(opening: OpeningParts, invite: Invite, ghost: MatrixApi): Promise<Opened> {
  const { parts, ghosts, puppets, portalChanged } = opening;
  const refusal = await bringBot(parts, ghost, invite);
  if (refusal !== undefined) return settled(await refuse(parts, ghost, invite, refusal));
  try {
    const room = { kind: 'id', room: invite.roomId, serverName: undefined } as const;
    const entered = await enterRoom(parts, room, [serverOf(invite.inviter)]);
    const inWorkspace = await workspaceRoomFor(parts, entered);
    const users = await invitedUsers(parts, invite);
    for (const { id } of users) await parts.workspace.addToRoom(inWorkspace.room, id);
    await bringIn(parts, { portalChanged, puppets, problemsOf: () => [] }, entered);
    const portal = await parts.store.portals.byMatrixRoom(invite.roomId);
    if (portal !== undefined) for (const user of users) await ghosts.inRoom(portal, user);
    await forgetInvitation(parts, invite.roomId);
    return OPENED;
  } catch (error) {
    if (!(error instanceof RcfedError)) throw error;
    return settled(await refuse(parts, ghost, invite, refusalFrom(error)));
  }
}

/** Only who has the right to invite may bring the bot; into a room that anybody may join it comes by itself. */
async function bringBot(parts: BridgeParts, ghost: MatrixApi, { roomId }: Invite): Promise<Refusal | undefined> {
  const { matrixBot } = parts.identity;
  const rule = await ghost.state(roomId, 'm.room.join_rules', '');
  if (rule?.['join_rule'] === 'public') return undefined;
  try {
    await ghost.invite(roomId, matrixBot);
    return undefined;
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 403) throw error;
    return {
      outcome: 'the bot may not be invited',
      text: `To bring this room to Rocket.Chat its bridge has to be here, and I may not invite it. Somebody who may: please invite ${matrixBot} and then me again.`,
    };
  }
}

/** Everybody of the workspace whose ghost is in the room or asked into it. */
async function invitedUsers(parts: BridgeParts, { roomId }: Invite): Promise<readonly WorkspaceAuthor[]> {
  const users: WorkspaceAuthor[] = [];
  for (const member of (await parts.homeserver.membersAndInvited(roomId)).keys()) {
    const user = mayBeGhost(parts.identity, member) ? await userOfGhost(parts, member) : undefined;
    if (user !== undefined) users.push(user);
  }
  return users;
}

const refusalFrom = ({ code, message, why }: RcfedError): Refusal => ({
  outcome: `refused: ${code}`,
  text: `This room can't be brought to Rocket.Chat: ${message}.${why === undefined ? '' : ` ${why}`}`,
});
