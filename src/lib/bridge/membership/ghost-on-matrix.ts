import { RemoteError } from '../../core/remote-error.ts';
import type { Person, Profile } from '../../store/people-types.ts';
import type { WorkspaceMembershipChanged } from '../events.ts';
import type { Work } from '../homeserver/acting.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace } from '../notices/say.ts';
import type { Outcome } from '../outcome.ts';
import { refusalOf } from './refusal.ts';
import { settleMember } from './settled.ts';
import { standingOnMatrix } from './standing.ts';
import { putOutOfWorkspace } from './workspace-acts.ts';

/** A person of the workspace came, went, or was banned: their ghost does the same. */
export async function moveGhost(work: Work, event: WorkspaceMembershipChanged): Promise<Outcome> {
  if (event.now === 'in') return enter(work, event);
  const { person } = event;
  if (person === undefined) return { outcome: 'has no ghost' };
  work.ghosts.left(work.portal, event.author);
  if (event.now === 'banned') return banGhost(work, event, person);
  return event.settled.inWorkspace === 'banned' ? unbanGhost(work, event, person) : goAway(work, event, person);
}

async function enter(work: Work, event: WorkspaceMembershipChanged): Promise<Outcome> {
  const { parts, portal, ghosts, roomId } = work;
  const { author, person, settled } = event;
  if (person !== undefined && (await standingOnMatrix(parts, portal, person.matrixUserId)) === 'banned') {
    // Whoever ended the ban in Rocket.Chat ended it for both; where it had none, it is Matrix' to end.
    const isEnded = settled.inWorkspace === 'banned' && settled.ban === 'both';
    const refusal = isEnded ? await refusalOf(parts.homeserver.unban(roomId, person.matrixUserId)) : undefined;
    if (!isEnded || refusal !== undefined) return keepOut(work, event, person);
  }
  parts.passed('apply:before-act');
  const refusal = await refusalOf(ghosts.join(portal, author));
  if (refusal !== undefined) {
    parts.log('warn', 'ghost.may-not-join', { portal: portal.name, user: author.username, reason: refusal.inShort });
    return { outcome: 'may not join on Matrix' };
  }
  parts.passed('apply:acted');
  const ghost = person ?? (await parts.store.people.byWorkspaceUser(author.id));
  if (ghost === undefined) throw new Error(`${author.username} has joined without a ghost`);
  return { outcome: 'joined', ...(await settleMember(parts, portal, ghost, true)) };
}

/** Banned on Matrix: out of the room in Rocket.Chat again, which they could enter where it has no bans. */
async function keepOut(work: Work, { author }: WorkspaceMembershipChanged, person: Profile): Promise<Outcome> {
  const { parts, portal } = work;
  const bannedOn = await putOutOfWorkspace(parts, portal, author.id, { banned: true });
  if (bannedOn instanceof RemoteError)
    return { outcome: `banned on Matrix, stays in Rocket.Chat: ${bannedOn.inShort}` };
  const cause = `banned-on-matrix:${person.matrixUserId}`;
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.member', { portal: portal.name, cause });
    const text = `@${author.username} is banned from this room on Matrix, and was removed again. A moderator there can end the ban.`;
    await sayInWorkspace(parts, portal, cause, text);
  });
  return { outcome: 'banned on Matrix', ...(await settleMember(parts, portal, person, false, { ban: bannedOn })) };
}

/** Of their own accord, or put out by somebody, whom the room on Matrix is told of. */
async function goAway(
  work: Work,
  { by, author }: WorkspaceMembershipChanged,
  person: Person | Profile,
): Promise<Outcome> {
  const { parts, portal, roomId } = work;
  const id = person.matrixUserId;
  const now = await standingOnMatrix(parts, portal, id);
  if (now === 'in' || now === 'invited') {
    parts.passed('apply:before-act');
    const isDone =
      by !== undefined &&
      by !== author.username &&
      (await refusalOf(parts.homeserver.kick(roomId, id, `Removed in Rocket.Chat by @${by}`))) === undefined;
    if (!isDone) await refusalOf(parts.homeserver.as(id).leave(roomId));
    parts.passed('apply:acted');
  }
  return { outcome: 'left', ...(await settleMember(parts, portal, person, false, { absence: 'left' })) };
}

async function banGhost(work: Work, event: WorkspaceMembershipChanged, person: Profile): Promise<Outcome> {
  const { parts, portal, roomId } = work;
  const id = person.matrixUserId;
  parts.passed('apply:before-act');
  const refusal = await refusalOf(parts.homeserver.ban(roomId, id, bannedBy(event.by)));
  // They can't come back while Rocket.Chat keeps them out.
  if (refusal !== undefined && (await standingOnMatrix(parts, portal, id)) !== 'out') {
    await refusalOf(parts.homeserver.as(id).leave(roomId));
  }
  parts.passed('apply:acted');
  const ban = refusal === undefined ? 'both' : 'workspace';
  return { outcome: 'banned', ...(await settleMember(parts, portal, person, false, { ban })) };
}

async function unbanGhost({ parts, portal, roomId }: Work, event: WorkspaceMembershipChanged, person: Profile) {
  const isOnBoth = event.settled.ban === 'both';
  const refusal = isOnBoth ? await refusalOf(parts.homeserver.unban(roomId, person.matrixUserId)) : undefined;
  const ban = refusal === undefined ? undefined : 'homeserver';
  const outcome = refusal === undefined ? 'unbanned' : `stays banned on Matrix: ${refusal.inShort}`;
  return { outcome, ...(await settleMember(parts, portal, person, false, { ban, absence: 'left' })) };
}

export const bannedBy = (by: string | undefined): string =>
  by === undefined ? 'Banned in Rocket.Chat' : `Banned in Rocket.Chat by @${by}`;
