import type { Portal } from '../../store/portal-types.ts';
import { sayInWorkspace, sayOnMatrix } from '../notices/say.ts';
import type { BridgeParts } from '../parts.ts';
import { settledMembers } from './company.ts';
import { userOfGhost } from './find-user.ts';
import { grow } from './grow.ts';
import { homeserverIn, partsIn } from './hands.ts';
import { type Invite, mayBeGhost } from './invite.ts';
import { TAKEN_BACK, joins } from './joins.ts';
import { mayWrite, unwilling } from './may-write.ts';
import { type Opened, type OpeningParts, settled } from './opening.ts';
import { refuse } from './refuse.ts';

/**
 * Somebody is invited into a direct message that is open. Rocket.Chat adds nobody to one, so that it goes on in a
 * new one with everybody; where that can't be, it is said on both sides.
 */
export async function bringThird(opening: OpeningParts, portal: Portal, invite: Invite): Promise<Opened> {
  const { parts, ghosts } = opening;
  const user = await userOfGhost(parts, invite.invited);
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
  const members = await settledMembers(parts.clock, homeserverIn(parts, portal), invite.roomId);
  const { directMembers } = await parts.settings();
  const hasSeat = user !== undefined || (await opening.puppets.hasSeat(invite.invited));
  if (hasSeat && members.length <= directMembers) return grow(opening, portal, invite);
  if (user !== undefined) await (await ghosts.account(user)).leave(invite.roomId);
  const why = hasSeat
    ? `a direct message in Rocket.Chat has at most ${directMembers} people`
    : 'the workspace has no seat left for another account';
  await tellLeftOut(parts, portal, invite, why);
  return settled(hasSeat ? 'too many people' : 'no seat left');
}

async function tellLeftOut(parts: BridgeParts, portal: Portal, invite: Invite, why: string): Promise<void> {
  parts.log('warn', 'notice.direct-not-joined', { portal: portal.name, invited: invite.invited });
  const cause = `third:${invite.eventId}`;
  const onMatrix = `${invite.invited} is not part of this conversation in Rocket.Chat: ${why}. Start a new room with fewer people, or ask for a channel.`;
  const inWorkspace = `${invite.inviter} invited ${invite.invited} on Matrix. What they write there is not seen here: ${why}.`;
  await sayOnMatrix(parts, portal, cause, onMatrix);
  await sayInWorkspace(parts, portal, cause, inWorkspace);
}
