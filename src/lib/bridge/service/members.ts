import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { RcfedError } from '../../core/errors.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { MatrixProfile } from '../../matrix/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { mayBeGhost } from '../direct/invite.ts';
import { readPower } from '../homeserver/power.ts';
import { refusalOf } from '../membership/refusal.ts';
import type { BridgeParts } from '../parts.ts';
import { type Role, roleOnMatrix } from '../roles/role.ts';
import { rolesInWorkspace } from '../roles/in-workspace.ts';
import type { MemberRole, MembersRequest, MembersView, MemberView } from './members-view.ts';
import { matrixRoomOf, portalNamed } from './portal-named.ts';

/**
 * The people of a room, each once, where they belong: those of the workspace by their usernames, then those of
 * Matrix by their ids. Neither bots nor accounts that stand for somebody are listed.
 * @throws RcfedError RCFED_ROOM_UNKNOWN, RCFED_USAGE for a page that there is not
 */
export async function listMembers(parts: BridgeParts, { room, limit, page }: MembersRequest): Promise<MembersView> {
  const portal = await portalNamed(parts, room);
  const [list = '', from = ''] = (page ?? 'workspace-0').split('-');
  const read = LISTS[list];
  if (read === undefined || !/^\d{1,9}$/.test(from))
    throw new RcfedError('RCFED_USAGE', `There is no page ${page}`, {
      try: [`rcfed rooms members list ${shellWord(room)}`],
    });
  return { room: portal.name, ...(await read(parts, portal, Number(from), limit)) };
}

type Page = Pick<MembersView, 'members' | 'next'>;

async function workspacePage(parts: BridgeParts, portal: Portal, offset: number, count: number): Promise<Page> {
  const room = { id: portal.workspaceRoomId, type: portal.roomType };
  const { members: users, total } = await parts.workspace.membersPage(room, { offset, count });
  const roles = await rolesInWorkspace(parts, portal);
  const members: MemberView[] = [];
  for (const { id, username, name } of users) {
    if (await parts.isOwnAccount(id)) continue;
    const ghost = await parts.store.people.byWorkspaceUser(id);
    members.push({
      user: `@${username}`,
      name,
      side: 'workspace',
      role: shown(roles?.of({ id, username }) ?? 'plain'),
      membership: 'joined',
      counterpart: ghost?.matrixUserId ?? null,
    });
  }
  const isMore = users.length > 0 && offset + users.length < total;
  return { members, next: isMore ? `workspace-${offset + users.length}` : 'banned-0' };
}

/** Whoever is banned is no member; a version before 8 has no bans. */
async function bannedPage(parts: BridgeParts, portal: Portal, offset: number, limit: number): Promise<Page> {
  const asked = parts.workspace.bannedFromRoom(portal.workspaceRoomId);
  const banned = (await refusalOf(asked)) === undefined ? await asked : [];
  const members: MemberView[] = [];
  for (const { id, username } of banned.slice(offset, offset + limit)) {
    const person = await parts.store.people.byWorkspaceUser(id);
    if (person?.kind === 'puppet') continue;
    const counterpart = person?.matrixUserId ?? null;
    const { displayName: name = username } = person ?? {};
    members.push({ user: `@${username}`, name, side: 'workspace', role: 'none', membership: 'banned', counterpart });
  }
  return { members, next: offset + limit < banned.length ? `banned-${offset + limit}` : 'matrix-0' };
}

async function matrixPage(parts: BridgeParts, portal: Portal, offset: number, limit: number): Promise<Page> {
  const roomId = matrixRoomOf(portal);
  const power = await readPower(parts, roomId);
  const people = (await everybodyOnMatrix(parts, roomId)).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const members: MemberView[] = [];
  for (const { id, profile, membership } of people.slice(offset, offset + limit)) {
    const puppet = await parts.store.people.byMatrixUser(id);
    members.push({
      user: id,
      name: profile.displayName ?? id,
      side: 'matrix',
      role: shown(roleOnMatrix(power, id)),
      membership,
      counterpart: puppet?.workspaceUserId === undefined ? null : `@${puppet.username}`,
    });
  }
  return { members, next: offset + limit < people.length ? `matrix-${offset + limit}` : null };
}

interface OnMatrix {
  readonly id: MatrixUserId;
  readonly profile: MatrixProfile;
  readonly membership: MemberView['membership'];
}

async function everybodyOnMatrix(parts: BridgeParts, roomId: MatrixRoomId): Promise<OnMatrix[]> {
  const { homeserver, identity, store } = parts;
  const lists = [
    ['joined', await homeserver.memberProfiles(roomId)],
    ['invited', await homeserver.membersWho(roomId, 'invite')],
    ['banned', await homeserver.membersWho(roomId, 'ban')],
  ] as const;
  const found: OnMatrix[] = [];
  for (const [membership, people] of lists) {
    for (const [id, profile] of people) {
      const isNamedSo = identity.prefix !== '' && mayBeGhost(identity, id);
      const isGhost = isNamedSo || (await store.people.byMatrixUser(id))?.kind === 'ghost';
      if (id !== identity.matrixBot && !isGhost) found.push({ id, profile, membership });
    }
  }
  return found;
}

const shown = (role: Role): MemberRole => (role === 'plain' ? 'none' : role);

/** By the first word of a page's token, in the order in which they follow each other. */
const LISTS: Readonly<Record<string, typeof matrixPage>> = {
  workspace: workspacePage,
  banned: bannedPage,
  matrix: matrixPage,
};
