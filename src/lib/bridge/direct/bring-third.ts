import { serverOf } from '../../matrix/server-name.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { WorkspaceAuthor } from '../events.ts';
import { sayInWorkspace, sayOnMatrix } from '../notices/say.ts';
import { standingOnMatrix } from '../membership/standing.ts';
import type { BridgeParts } from '../parts.ts';
import { settledMembers } from './company.ts';
import { userOfGhost } from './find-user.ts';
import { grow } from './grow.ts';
import { homeserverIn, partsIn } from './hands.ts';
import { type Invite, mayBeGhost } from './invite.ts';
import { TAKEN_BACK, joins } from './joins.ts';
import { mayWrite, unwilling } from './may-write.ts';
import { type Opened, type OpeningParts, settled } from './opening.ts';
import { type Refusal, decline, refuse } from './refuse.ts';

/**
 * Somebody is invited into a direct message that is open. Rocket.Chat adds nobody to one, so that it goes on in a
 * new one with everybody; where that can't be, it is said on both sides.
 */
export async function bringThird(opening: OpeningParts, portal: Portal, invite: Invite): Promise<Opened> {
  const { parts, ghosts } = opening;
  const user = await userOfGhost(parts, invite.invited);
  if (!parts.access.admitsUser(invite.inviter)) return settled(await turnDown(opening, portal, invite, user));
  if (user !== undefined) {
    const here = await partsIn(parts, portal);
    const members = await here.workspace.members({ id: portal.workspaceRoomId, type: portal.roomType });
    if (members.some(({ id }) => id === user.id)) {
      await ghosts.distrust(portal, user);
      await ghosts.inRoom(portal, user);
      return settled('joined again');
    }
  } else if (mayBeGhost(parts.identity, invite.invited)) return settled('nobody of that name in Rocket.Chat');
  else if (!parts.access.admitsUser(invite.invited)) return settled('blocked');
  const person = await parts.store.people.byMatrixUser(invite.invited);
  if (person !== undefined && (await parts.store.people.isMember(portal.id, person.id))) return settled('ignored');
  if (user !== undefined) {
    const ghost = await ghosts.account(user);
    if (!(await joins(ghost, invite))) return settled(TAKEN_BACK);
    if (!(await mayWrite(parts, user))) return settled(await refuse(parts, ghost, invite, unwilling(user)));
  }
  const hindrance = await hindranceTo(opening, portal, invite, user);
  if (hindrance === undefined) return grow(opening, portal, invite);
  if (user !== undefined) await (await ghosts.account(user)).leave(invite.roomId);
  await tellLeftOut(parts, portal, invite, hindrance.text);
  return settled(hindrance.outcome);
}

/** Why there can't be a new direct message of everybody who is in the room now. */
async function hindranceTo(
  { parts, puppets }: OpeningParts,
  portal: Portal,
  { invited, roomId }: Invite,
  user: WorkspaceAuthor | undefined,
): Promise<Refusal | undefined> {
  const members = await settledMembers(parts.clock, homeserverIn(parts, portal), roomId);
  const blocked = members.find((id) => !parts.access.admitsUser(id));
  if (blocked !== undefined)
    return { outcome: 'blocked', text: `people of ${serverOf(blocked)}, as ${blocked}, are not admitted` };
  if (user === undefined && !(await puppets.hasSeat(invited)))
    return { outcome: 'no seat left', text: 'the workspace has no seat left for another account' };
  const { directMembers } = await parts.settings();
  if (members.length <= directMembers) return undefined;
  return { outcome: 'too many people', text: `a direct message in Rocket.Chat has at most ${directMembers} people` };
}

/** Whoever was in it before the server was blocked brings in nobody. A ghost that came by then stays. */
async function turnDown(
  { parts, ghosts }: OpeningParts,
  portal: Portal,
  invite: Invite,
  user: WorkspaceAuthor | undefined,
): Promise<string> {
  if (user === undefined) return 'blocked';
  const ghost = await ghosts.account(user);
  const isWaiting =
    (await standingOnMatrix({ homeserver: homeserverIn(parts, portal) }, portal, ghost.userId)) === 'invited';
  return isWaiting ? decline(ghost, invite) : 'blocked';
}

async function tellLeftOut(parts: BridgeParts, portal: Portal, invite: Invite, why: string): Promise<void> {
  parts.log('warn', 'notice.direct-not-joined', { portal: portal.name, invited: invite.invited });
  const cause = `third:${invite.eventId}`;
  const onMatrix = `${invite.invited} is not part of this conversation in Rocket.Chat: ${why}. Start a new room with fewer people, or ask for a channel.`;
  const inWorkspace = `${invite.inviter} invited ${invite.invited} on Matrix. What they write there is not seen here: ${why}.`;
  await sayOnMatrix(parts, portal, cause, onMatrix);
  await sayInWorkspace(parts, portal, cause, inWorkspace);
}
