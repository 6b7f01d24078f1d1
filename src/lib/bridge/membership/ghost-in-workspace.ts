import type { RemoteError } from '../../core/remote-error.ts';
import type { Profile } from '../../store/people-types.ts';
import { userOfGhost } from '../direct/find-user.ts';
import type { HomeserverMembershipChanged, WorkspaceAuthor } from '../events.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace, sayOnMatrix } from '../notices/say.ts';
import type { Outcome } from '../outcome.ts';
import type { Work } from '../workspace/acting.ts';
import { refusalOf } from './refusal.ts';
import { settleMember } from './settled.ts';
import { standingInWorkspace } from './standing.ts';
import { addToWorkspace, putOutOfWorkspace } from './workspace-acts.ts';

/** Somebody on Matrix did something to the ghost of a Rocket.Chat user: the same happens to them there. */
export async function moveGhostsUser(work: Work, event: HomeserverMembershipChanged, ghosts: Ghosts): Promise<Outcome> {
  if (event.now === 'invited') return letIn(work, event, ghosts);
  const { person, settled } = event;
  if (person?.workspaceUserId === undefined) return { outcome: 'nobody' };
  const user = { id: person.workspaceUserId, username: person.username, name: person.displayName };
  ghosts.left(work.portal, user);
  if (event.now === 'out' && settled.onMatrix === 'banned') return unban(work, event, person, user);
  return putOut(work, event, { person, user, ghosts });
}

/** Invited by somebody on Matrix: added in Rocket.Chat by the bot, and the ghost joins. */
async function letIn(work: Work, event: HomeserverMembershipChanged, ghosts: Ghosts): Promise<Outcome> {
  const { parts, portal } = work;
  const user = await userOfGhost(parts, event.who);
  if (user === undefined) return turnDown(work, event, 'there is nobody of that name');
  if ((await parts.workspace.userById(user.id))?.active === false) return turnDown(work, event, 'deactivated');
  parts.passed('apply:before-act');
  const isThere = (await standingInWorkspace(parts, portal, user.id)) === 'in';
  const refusal = isThere ? undefined : await addToWorkspace(parts, portal, user.id);
  if (refusal !== undefined) return turnDown(work, event, refusal.inShort);
  ghosts.left(portal, user);
  await ghosts.join(portal, user);
  parts.passed('apply:acted');
  const ghost = await parts.store.people.byWorkspaceUser(user.id);
  return { outcome: 'joined', ...(ghost && (await settleMember(parts, portal, ghost, true))) };
}

async function turnDown({ parts, portal }: Work, event: HomeserverMembershipChanged, why: string): Promise<Outcome> {
  const { who } = event;
  if (portal.matrixRoomId === undefined) return { outcome: 'no room' };
  // A name that nobody ever had is no user of the homeserver, and could not even leave.
  await refusalOf(parts.homeserver.registerGhost(who.slice(1, who.indexOf(':'))));
  await refusalOf(parts.homeserver.as(who).leave(portal.matrixRoomId));
  parts.log('warn', 'notice.invitation-refused', { portal: portal.name, who, reason: why });
  await sayOnMatrix(parts, portal, `not-added:${who}`, `${who} could not be added in Rocket.Chat (${why}).`, event);
  return { outcome: `invitation refused: ${why}` };
}

interface Concerned {
  readonly person: Profile;
  readonly user: WorkspaceAuthor;
  readonly ghosts: Ghosts;
}

/** Kicked or banned by somebody on Matrix. */
async function putOut(work: Work, event: HomeserverMembershipChanged, concerned: Concerned): Promise<Outcome> {
  const { parts, portal, row } = work;
  const { person, user } = concerned;
  const { settled } = event;
  const banned = event.now === 'banned';
  const there = await standingInWorkspace(parts, portal, user.id);
  const done = banned ? 'banned' : 'removed';
  if (there !== 'in') {
    const ban = banned ? (there === 'banned' ? 'both' : 'homeserver') : undefined;
    return { outcome: done, ...(await settleMember(parts, portal, person, false, { ban, absence: settled.absence })) };
  }
  parts.passed('apply:before-act');
  const bannedOn = await putOutOfWorkspace(parts, portal, user.id, { banned });
  parts.passed('apply:acted');
  if (bannedOn !== 'both' && bannedOn !== 'homeserver') return putBack(work, event, concerned, bannedOn);
  const by = event.by === undefined ? '' : ` by ${event.by}`;
  const reason = event.reason === undefined ? '' : `: ${event.reason}`;
  parts.log('info', 'member.put-out', { portal: portal.name, user: user.username, by: event.by, done });
  await sayInWorkspace(parts, portal, `put-out:${row.id}`, `${user.username} was ${done} on Matrix${by}${reason}`);
  const ban = banned ? bannedOn : undefined;
  return { outcome: done, ...(await settleMember(parts, portal, person, false, { ban, absence: 'left' })) };
}

/** The last owner stays in Rocket.Chat, and so on Matrix, if the bot may do that. */
async function putBack(
  { parts, portal }: Work,
  event: HomeserverMembershipChanged,
  { person, user, ghosts }: Concerned,
  refusal: RemoteError,
): Promise<Outcome> {
  const { matrixRoomId } = portal;
  if (event.now === 'banned' && matrixRoomId !== undefined) {
    await refusalOf(parts.homeserver.unban(matrixRoomId, person.matrixUserId));
  }
  await parts.store.people.setMember(portal.id, person.id, false);
  const stays = await refusalOf(ghosts.join(portal, user));
  const cause = `must-stay:${person.matrixUserId}`;
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.member', { portal: portal.name, cause, reason: refusal.inShort });
    const text = `${user.name} can't be removed in Rocket.Chat (${refusal.inShort}): the last owner of a room stays there.`;
    await sayOnMatrix(parts, portal, cause, text, event);
  });
  if (stays === undefined)
    return { outcome: `put back: ${refusal.inShort}`, ...(await settleMember(parts, portal, person, true)) };
  const ban = event.now === 'banned' ? 'homeserver' : undefined;
  return {
    outcome: `stays in Rocket.Chat: ${refusal.inShort}`,
    ...(await settleMember(parts, portal, person, false, { ban })),
  };
}

async function unban(
  { parts, portal }: Work,
  { settled }: HomeserverMembershipChanged,
  person: Profile,
  user: WorkspaceAuthor,
): Promise<Outcome> {
  const asked =
    settled.ban === 'both' ? parts.workspace.unbanFromRoom(portal.workspaceRoomId, user.id) : Promise.resolve();
  const refusal = await refusalOf(asked);
  const ban = refusal === undefined ? undefined : 'workspace';
  const outcome = refusal === undefined ? 'unbanned' : `stays banned in Rocket.Chat: ${refusal.inShort}`;
  return { outcome, ...(await settleMember(parts, portal, person, false, { ban, absence: settled.absence })) };
}
