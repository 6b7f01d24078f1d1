import type { MatrixUserId, WorkspaceUserId } from '../../core/ids.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Person } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { WorkspaceRolesChanged } from '../events.ts';
import { type RoomPower, readPower } from '../homeserver/power.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { type AgreedRole, agreedChange, agreedRoles } from './agreed-roles.ts';
import { type WorkspaceRoles, rolesInWorkspace } from './in-workspace.ts';
import { intendedFor } from './intent.ts';
import type { RoleChange } from './role-change.ts';
import { levelOf, mayGive } from './role.ts';

/** Who became something else in Rocket.Chat, by its present state: the news of it may be older than the next. */
export async function interpretWorkspaceRoles(
  parts: BridgeParts,
  portal: Portal,
  row: InboxRow,
  ownChangeUnsettled: boolean,
): Promise<WorkspaceRolesChanged | Nothing | { readonly kind: 'later' }> {
  const compared = await workspaceRoleChanges(parts, portal, await intendedFor(parts, row));
  if (compared === undefined) return nothing('gone');
  const { people, isTakeOver } = compared;
  // What is different may be of our own making, from a change on Matrix that was taken back since.
  if (people.length > 0 && ownChangeUnsettled) return { kind: 'later' };
  if (people.length > 0) return { kind: 'roles.changed', origin: 'workspace', people, isTakeOver };
  return nothing('unchanged', isTakeOver ? { agreed: agreedChange(portal, new Map(), true) } : {});
}

/**
 * Who is something else in Rocket.Chat now than when it was last settled. Of people who were never heard of, owners
 * and moderators only, since others are nothing on Matrix either. undefined: that room has no roles.
 *
 * @param intended whose role on Matrix may have been changed without being settled
 */
export async function workspaceRoleChanges(
  parts: BridgeParts,
  portal: Portal,
  intended: ReadonlySet<MatrixUserId> = new Set(),
): Promise<Pick<WorkspaceRolesChanged, 'people' | 'isTakeOver'> | undefined> {
  const { matrixRoomId, direct } = portal;
  if (matrixRoomId === undefined || direct !== undefined) return undefined;
  const present = await rolesInWorkspace(parts, portal);
  if (present === undefined) return undefined;
  const agreed = await agreedRoles(parts, portal);
  const power = await readPower(parts, matrixRoomId);
  const people: RoleChange[] = [];
  for (const person of await peopleHere(parts, portal, present, agreed.people)) {
    const wanted = present.of(person.user);
    const { matrixUserId } = person;
    const before = matrixUserId === undefined ? NOTHING : agreed.of(matrixUserId);
    const change: RoleChange = { ...person, wanted, agreed: before };
    const isNew = wanted !== before.workspace || (matrixUserId !== undefined && intended.has(matrixUserId));
    if (isNew || isPossibleNow(parts, power, change, present.readOnly)) people.push(change);
  }
  return { people, isTakeOver: !agreed.takenOver };
}

const NOTHING: AgreedRole = { workspace: 'plain', matrix: 'plain' };

/** Matrix refused it before, and would not now. */
function isPossibleNow(
  { identity }: BridgeParts,
  power: RoomPower,
  { matrixUserId, wanted, agreed }: RoleChange,
  readOnly: boolean,
): boolean {
  if (matrixUserId === undefined || agreed.workspace === agreed.matrix) return false;
  if (readOnly && (agreed.workspace === 'muted' || agreed.matrix === 'muted')) return false;
  return mayGive(power, identity.matrixBot, matrixUserId, levelOf(wanted, power));
}

type PersonHere = Pick<RoleChange, 'user' | 'matrixUserId'>;

/** Everybody who is something now or was when it was last settled, each once, without the bot. */
async function peopleHere(
  parts: BridgeParts,
  portal: Portal,
  present: WorkspaceRoles,
  agreed: readonly MatrixUserId[],
): Promise<readonly PersonHere[]> {
  const { people } = parts.store;
  const found = new Map<WorkspaceUserId, PersonHere>();
  const add = async (person: Person | undefined): Promise<void> => {
    const { workspaceUserId: id, username, displayName, matrixUserId } = person ?? {};
    if (person === undefined || id === undefined || username === undefined) return;
    // Who left comes back as what they are on Matrix then.
    if (person.kind === 'puppet' && !(await people.isMember(portal.id, person.id))) return;
    found.set(id, { user: { id, username, name: displayName ?? username }, matrixUserId });
  };
  for (const matrixUserId of agreed) await add(await people.byMatrixUser(matrixUserId));
  for (const username of present.muted) {
    await add((await people.byUsername('puppet', username)) ?? (await people.byUsername('ghost', username)));
  }
  for (const id of present.holders) {
    if (id === parts.identity.workspaceBot || found.has(id)) continue;
    const person = await people.byWorkspaceUser(id);
    if (person !== undefined) await add(person);
    else await addStranger(parts, present, id, found);
  }
  found.delete(parts.identity.workspaceBot);
  return [...found.values()];
}

/** An owner or moderator who never said anything: their ghost is made for it. */
async function addStranger(
  { workspace }: BridgeParts,
  present: WorkspaceRoles,
  id: WorkspaceUserId,
  found: Map<WorkspaceUserId, PersonHere>,
): Promise<void> {
  if (!present.has({ id, username: '' }, 'owner') && !present.has({ id, username: '' }, 'moderator')) return;
  const account = await workspace.userById(id);
  if (account?.active !== true) return;
  const { username, name } = account;
  found.set(id, { user: { id, username, name }, matrixUserId: undefined });
}
