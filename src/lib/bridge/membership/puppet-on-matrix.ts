import type { MatrixUserId } from '../../core/ids.ts';
import type { RemoteError } from '../../core/remote-error.ts';
import type { Profile } from '../../store/people-types.ts';
import type { WorkspaceMembershipChanged } from '../events.ts';
import type { Work } from '../homeserver/acting.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace } from '../notices/say.ts';
import type { Outcome } from '../outcome.ts';
import { bannedBy } from './ghost-on-matrix.ts';
import { refusalOf } from './refusal.ts';
import { settleMember } from './settled.ts';
import { standingOnMatrix } from './standing.ts';
import { addToWorkspace, putOutOfWorkspace } from './workspace-acts.ts';

/** Somebody in Rocket.Chat did something to the puppet of a Matrix user: the same happens to them on Matrix. */
export async function movePuppetsPerson(
  work: Work,
  event: WorkspaceMembershipChanged,
  person: Profile,
): Promise<Outcome> {
  if (event.now === 'in') return bringIn(work, event, person);
  work.puppets.left(work.portal, person.matrixUserId);
  if (event.now === 'banned') return banPerson(work, event, person);
  return event.settled.inWorkspace === 'banned' ? unbanPerson(work, event, person) : putOut(work, event, person);
}

/** Added in Rocket.Chat: whoever is not in the Matrix room is invited there. */
async function bringIn(work: Work, event: WorkspaceMembershipChanged, person: Profile): Promise<Outcome> {
  const { parts, portal, roomId } = work;
  const id = person.matrixUserId;
  const now = await standingOnMatrix(parts, portal, id);
  if (now === 'in') return { outcome: 'joined', ...(await settleMember(parts, portal, person, true)) };
  const isBanEnded = now === 'banned' && event.settled.ban === 'both' && event.settled.inWorkspace === 'banned';
  if (isBanEnded) await refusalOf(parts.homeserver.unban(roomId, id));
  parts.passed('apply:before-act');
  const refusal = parts.access.admitsUser(id)
    ? await refusalOf(now === 'invited' ? Promise.resolve() : parts.homeserver.invite(roomId, id))
    : 'access';
  if (refusal === undefined) {
    parts.passed('apply:acted');
    const invitedBy = event.by ?? event.settled.invitedBy ?? '';
    return { outcome: 'invited', ...(await settleMember(parts, portal, person, false, { invitedBy })) };
  }
  await putOutOfWorkspace(parts, portal, event.author.id, { banned: false });
  const why = refusal === 'access' ? 'people of that server are not admitted here' : refusal.inShort;
  await tell(work, `not-invited:${id}`, `${id} could not be invited to the room on Matrix (${why}).`);
  const ban = now === 'banned' ? 'homeserver' : undefined;
  return { outcome: `not invited: ${why}`, ...(await settleMember(parts, portal, person, false, { ban })) };
}

/** Removed by somebody: kicked on Matrix, or back in Rocket.Chat where the bot has not the power for it. */
async function putOut(work: Work, event: WorkspaceMembershipChanged, person: Profile): Promise<Outcome> {
  const { parts, portal, roomId } = work;
  const id = person.matrixUserId;
  const now = await standingOnMatrix(parts, portal, id);
  if (now === 'in' || now === 'invited') {
    const reason = event.by === undefined ? 'Removed in Rocket.Chat' : `Removed in Rocket.Chat by @${event.by}`;
    parts.passed('apply:before-act');
    const refusal = await refusalOf(parts.homeserver.kick(roomId, id, reason));
    if (refusal !== undefined) return putBack(work, event, { id, refusal, deed: 'removed' });
    parts.passed('apply:acted');
  }
  const ban = now === 'banned' ? 'homeserver' : undefined;
  return { outcome: 'removed', ...(await settleMember(parts, portal, person, false, { ban })) };
}

async function banPerson(work: Work, event: WorkspaceMembershipChanged, person: Profile): Promise<Outcome> {
  const { parts, portal, roomId } = work;
  const id = person.matrixUserId;
  parts.passed('apply:before-act');
  const refusal = await refusalOf(parts.homeserver.ban(roomId, id, bannedBy(event.by)));
  const isThere = refusal !== undefined && (await standingOnMatrix(parts, portal, id)) === 'in';
  if (isThere) return putBack(work, event, { id, refusal, deed: 'banned' });
  parts.passed('apply:acted');
  const on = refusal === undefined ? 'both' : 'workspace';
  return { outcome: 'banned', ...(await settleMember(parts, portal, person, false, { ban: on })) };
}

async function unbanPerson(work: Work, event: WorkspaceMembershipChanged, person: Profile): Promise<Outcome> {
  const { parts, portal, roomId } = work;
  const id = person.matrixUserId;
  const refusal = event.settled.ban === 'both' ? await refusalOf(parts.homeserver.unban(roomId, id)) : undefined;
  if (refusal === undefined) {
    return { outcome: 'unbanned', ...(await settleMember(parts, portal, person, false)) };
  }
  await tell(work, `still-banned:${id}`, `${id} stays banned from the room on Matrix (${refusal.inShort}).`);
  return { outcome: 'stays banned', ...(await settleMember(parts, portal, person, false, { ban: 'homeserver' })) };
}

interface Refused {
  readonly id: MatrixUserId;
  readonly refusal: RemoteError;
  readonly deed: 'removed' | 'banned';
}

/** What was settled stays: they are in the room on both sides. */
async function putBack(work: Work, { author }: WorkspaceMembershipChanged, refused: Refused): Promise<Outcome> {
  const { parts, portal } = work;
  const { id, refusal, deed } = refused;
  if (deed === 'banned') await refusalOf(parts.workspace.unbanFromRoom(portal.workspaceRoomId, author.id));
  const stays = await addToWorkspace(parts, portal, author.id);
  parts.passed('apply:acted');
  const bot = parts.homeserver.userId;
  const why = `${id} could not be ${deed} on Matrix, where ${bot} may not do that, and is back here.`;
  await tell(work, `put-back:${id}`, `${why} Somebody with the power to do so there can give it power level 50.`);
  const detail = stays === undefined ? refusal.inShort : `${refusal.inShort}, ${stays.inShort}`;
  return { outcome: `may not be ${deed} on Matrix: ${detail}` };
}

function tell({ parts, portal }: Work, cause: string, text: string): Promise<void> {
  return tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.member', { portal: portal.name, cause });
    await sayInWorkspace(parts, portal, cause, text);
  });
}
