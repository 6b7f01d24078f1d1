import type { MatrixUserId, WorkspaceUserId } from '../../core/ids.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { Profile } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { rememberCount } from './count.ts';
import { compareInWorkspace, compareOnMatrix } from './row.ts';
import { settledWith } from './settled.ts';
import { type Standing, bannedIn } from './standing.ts';

/** Everybody who has a ghost or a puppet, by their id in Rocket.Chat. */
export type KnownPeople = ReadonlyMap<WorkspaceUserId, Profile>;

/** Read once for many rooms. */
export async function knownPeople({ store }: Pick<BridgeParts, 'store'>): Promise<KnownPeople> {
  const all = [...(await store.people.profiles('ghost')), ...(await store.people.profiles('puppet'))];
  return new Map(all.flatMap((person) => (person.workspaceUserId ? [[person.workspaceUserId, person] as const] : [])));
}

export interface Comparison {
  /** Of people who stand to the room otherwise than was settled: each will be looked at in its turn. */
  readonly rows: readonly NewInboxRow[];
  /** Members in Rocket.Chat whose ghosts have not joined yet. */
  readonly absent: readonly WorkspaceUser[];
  /** Members in Rocket.Chat, puppets among them. */
  readonly members: number;
}

/** A room's people as both servers list them, and as they were settled. */
interface Present {
  readonly inWorkspace: ReadonlyMap<WorkspaceUserId, WorkspaceUser>;
  readonly banned: ReadonlySet<WorkspaceUserId>;
  readonly onMatrix: ReadonlySet<MatrixUserId>;
  /** Ids of people who are settled as members. */
  readonly settled: ReadonlySet<number>;
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * Everybody in a portal's rooms at once: one list of each side, however many people there are on Matrix, since only
 * those with a ghost or a puppet matter. What nobody told of is found so: `Hide_System_Messages` keeps joins and
 * leaves back, and default channels are joined without a word.
 */
export async function compareMembers(parts: BridgeParts, portal: Portal, known: KnownPeople): Promise<Comparison> {
  if (portal.matrixRoomId === undefined) return { rows: [], absent: [], members: 0 };
  const present = await presentIn(parts, portal, portal.matrixRoomId);
  const rows = [...known].flatMap(([id, person]) => differing(parts, portal, present, id, person));
  return { rows, absent: absentOf(parts, present, known), members: present.inWorkspace.size };
}

async function presentIn(
  parts: BridgeParts,
  portal: Portal,
  matrixRoomId: NonNullable<Portal['matrixRoomId']>,
): Promise<Present> {
  const { agreed, people } = parts.store;
  const members = await parts.workspace.members({ id: portal.workspaceRoomId, type: portal.roomType });
  const onMatrix = new Set(await parts.homeserver.joinedMembers(matrixRoomId));
  await rememberCount(parts, portal, onMatrix.size);
  const settled = [...(await people.members(portal.id, 'ghost')), ...(await people.members(portal.id, 'puppet'))];
  return {
    inWorkspace: new Map(members.map((user) => [user.id, user])),
    banned: await bannedIn(parts, portal),
    onMatrix,
    settled: new Set(settled.map(({ id }) => id)),
    fields: await agreed.of(portal.id),
  };
}

/** Invitations and bans on Matrix are not in its list: whoever should have one is asked for. */
function differing(
  parts: BridgeParts,
  portal: Portal,
  present: Present,
  userId: WorkspaceUserId,
  person: Profile,
): NewInboxRow[] {
  const isMember = present.settled.has(person.id);
  const settled = settledWith(present.fields, person, isMember);
  const there = standingIn(present, userId);
  const isOnMatrix = present.onMatrix.has(person.matrixUserId);
  const isGhost = person.kind === 'ghost';
  // Ghosts that are to join are brought in beside the lane, and join by us alone.
  const isToJoin = isGhost && there === 'in' && !isMember && settled.ban === undefined;
  const isGone = !isOnMatrix && (settled.onMatrix === 'in' || settled.onMatrix === 'invited');
  const hasCome = isOnMatrix && settled.onMatrix !== 'in' && !isGhost && parts.access.admitsUser(person.matrixUserId);
  return [
    ...(there === settled.inWorkspace || isToJoin ? [] : [compareInWorkspace(parts, portal, { userId })]),
    ...(isGone || hasCome ? [compareOnMatrix(parts, portal, person.matrixUserId)] : []),
  ];
}

function standingIn({ banned, inWorkspace }: Present, id: WorkspaceUserId): Standing {
  if (banned.has(id)) return 'banned';
  return inWorkspace.has(id) ? 'in' : 'out';
}

function absentOf({ identity }: BridgeParts, present: Present, known: KnownPeople): WorkspaceUser[] {
  return [...present.inWorkspace.values()].filter(({ id, active }) => {
    if (!active || id === identity.workspaceBot) return false;
    const person = known.get(id);
    if (person === undefined) return true;
    const isMember = present.settled.has(person.id);
    return person.kind === 'ghost' && !isMember && settledWith(present.fields, person, false).ban === undefined;
  });
}
