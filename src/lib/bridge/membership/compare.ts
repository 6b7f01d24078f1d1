import type { MatrixUserId, WorkspaceUserId } from '../../core/ids.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { NewInboxRow, Portal, Profile } from '../../store/types.ts';
import type { BridgeParts } from '../parts.ts';
import { rememberCount } from './count.ts';
import { compareInWorkspace, compareOnMatrix } from './row.ts';
import { settledWith } from './settled.ts';
import { bannedIn } from './standing.ts';

export interface Comparison {
  /** Of people who stand to the room otherwise than was settled: each will be looked at in its turn. */
  readonly rows: readonly NewInboxRow[];
  /** Members in Rocket.Chat whose ghosts have not joined yet. */
  readonly absent: readonly WorkspaceUser[];
  /** Members in Rocket.Chat, puppets among them. */
  readonly members: number;
}

interface Present {
  readonly members: ReadonlyMap<WorkspaceUserId, WorkspaceUser>;
  readonly banned: ReadonlySet<WorkspaceUserId>;
  readonly joined: ReadonlySet<MatrixUserId>;
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * Everybody in a portal's rooms at once: one list of each side, however many people there are on Matrix, since only
 * those with a ghost or a puppet matter. What nobody told of is found so: `Hide_System_Messages` keeps joins and
 * leaves back, and default channels are joined without a word.
 */
export async function compareMembers(parts: BridgeParts, portal: Portal): Promise<Comparison> {
  const { matrixRoomId, roomType } = portal;
  if (matrixRoomId === undefined) return { rows: [], absent: [], members: 0 };
  const { people } = parts.store;
  const members = await parts.workspace.members({ id: portal.workspaceRoomId, type: roomType });
  const joined = new Set(await parts.homeserver.joinedMembers(matrixRoomId));
  await rememberCount(parts, portal, joined.size);
  const present: Present = {
    members: new Map(members.map((user) => [user.id, user])),
    banned: await bannedIn(parts, portal),
    joined,
    fields: await parts.store.agreed.of(portal.id),
  };
  const ghosts = new Set((await people.members(portal.id, 'ghost')).map(({ id }) => id));
  const puppets = new Set((await people.members(portal.id, 'puppet')).map(({ id }) => id));
  const known = [
    ...(await people.profiles('ghost')).map((person) => ({ person, isMember: ghosts.has(person.id) })),
    ...(await people.profiles('puppet')).map((person) => ({ person, isMember: puppets.has(person.id) })),
  ];
  const rows = known.flatMap(({ person, isMember }) => differing(parts, portal, present, person, isMember));
  return { rows, absent: await absentOf(parts, present, ghosts), members: members.length };
}

/** Invitations and bans on Matrix are not in its list; the one who has them is asked for. */
function differing(
  parts: BridgeParts,
  portal: Portal,
  { members, banned, joined, fields }: Present,
  person: Profile,
  isMember: boolean,
): NewInboxRow[] {
  const { matrixUserId, workspaceUserId, kind } = person;
  if (workspaceUserId === undefined) return [];
  const settled = settledWith(fields, person, isMember);
  const inWorkspace = banned.has(workspaceUserId) ? 'banned' : members.has(workspaceUserId) ? 'in' : 'out';
  // Ghosts that are to join are brought in beside the lane.
  const isToJoin =
    kind === 'ghost' && inWorkspace === 'in' && settled.inWorkspace === 'out' && settled.ban === undefined;
  const isMoved = inWorkspace !== settled.inWorkspace && !isToJoin;
  const isIn = joined.has(matrixUserId);
  const isInAsSettled = isIn ? settled.onMatrix === 'in' : settled.onMatrix === 'out' || settled.onMatrix === 'banned';
  const isOurs = kind === 'ghost' && isIn;
  return [
    ...(isMoved ? [compareInWorkspace(parts, portal, { userId: workspaceUserId })] : []),
    ...(isInAsSettled || isOurs ? [] : [compareOnMatrix(parts, portal, matrixUserId)]),
  ];
}

async function absentOf(
  { isOwnAccount, store }: BridgeParts,
  { members, fields }: Present,
  ghosts: ReadonlySet<number>,
): Promise<WorkspaceUser[]> {
  const absent: WorkspaceUser[] = [];
  for (const user of members.values()) {
    if (!user.active || (await isOwnAccount(user.id))) continue;
    const person = await store.people.byWorkspaceUser(user.id);
    if (person !== undefined && (ghosts.has(person.id) || settledWith(fields, person, false).ban !== undefined))
      continue;
    absent.push(user);
  }
  return absent;
}
