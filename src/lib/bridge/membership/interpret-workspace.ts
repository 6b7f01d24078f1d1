import type { WorkspaceUserId } from '../../core/ids.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { WorkspaceAuthor, WorkspaceMembershipChanged } from '../events.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import type { MemberNews } from './row.ts';
import { NEVER_SETTLED, type Settled, agreementOf, settledOf } from './settled.ts';
import { standingInWorkspace } from './standing.ts';

/**
 * How somebody stands to the room in Rocket.Chat now, if that is not what was last settled: the news may be older
 * than the next, and of our own doing.
 */
export async function interpretWorkspaceMembers(
  parts: BridgeParts,
  portal: Portal,
  row: InboxRow,
): Promise<WorkspaceMembershipChanged | Nothing> {
  const news = JSON.parse(row.body ?? '{}') as MemberNews;
  const author = await userOf(parts, news);
  if (author === undefined || author.id === parts.identity.workspaceBot) return nothing('ignored');
  const person = await parts.store.people.byWorkspaceUser(author.id);
  const settled = person === undefined ? NEVER_SETTLED : await settledOf(parts, portal, person);
  const now = await standingInWorkspace(parts, portal, author.id);
  if (now === settled.inWorkspace) return nothing('unchanged');
  if (person?.kind !== 'puppet') {
    if (news.spoke === true && now === 'out' && person !== undefined && settled.absence !== 'left') {
      return nothing('guest', { agreed: agreementOf(portal, person, { ...settled, absence: 'guest' }) });
    }
    if (now === 'in' && (await joinsLazily(parts, portal, settled))) return nothing('joins when they speak');
  }
  const { by } = news;
  return { kind: 'membership.changed', origin: 'workspace', author, person, settled, now, by };
}

/** In a room with more people than ghosts are made for at once. */
async function joinsLazily(parts: BridgeParts, portal: Portal, settled: Settled): Promise<boolean> {
  if (settled.onMatrix !== 'out') return false;
  const room = await parts.workspace.roomDetails(portal.workspaceRoomId);
  return (room?.members ?? 0) > parts.maxMembers;
}

/** As they are now, or for somebody who was deleted meanwhile as they were. undefined: nobody we ever knew. */
async function userOf(
  { workspace, store }: BridgeParts,
  { userId, username = '' }: MemberNews,
): Promise<WorkspaceAuthor | undefined> {
  const user = userId === undefined ? await workspace.userByName(username) : await workspace.userById(userId);
  if (user !== undefined) return { id: user.id, username: user.username, name: user.name };
  const { people } = store;
  const known =
    userId === undefined
      ? ((await people.byUsername('puppet', username)) ?? (await people.byUsername('ghost', username)))
      : await people.byWorkspaceUser(userId);
  if (known?.workspaceUserId === undefined) return undefined;
  const id: WorkspaceUserId = known.workspaceUserId;
  return { id, username: known.username, name: known.displayName };
}
