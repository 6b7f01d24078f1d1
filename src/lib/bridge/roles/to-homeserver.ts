import type { MatrixUserId } from '../../core/ids.ts';
import type { WorkspaceAuthor, WorkspaceRolesChanged } from '../events.ts';
import type { Work } from '../homeserver/acting.ts';
import { readPower } from '../homeserver/power.ts';
import type { Outcome } from '../outcome.ts';
import { type AgreedRole, agreedChange } from './agreed-roles.ts';
import { giveOnMatrix } from './give-on-matrix.ts';
import { rolesInWorkspace, setInWorkspace } from './in-workspace.ts';
import { intend } from './intent.ts';
import { tellRefusedOnMatrix } from './notices.ts';
import { isForbiddenOnMatrix, workspaceRefusal } from './refused.ts';
import type { KnownRoleChange } from './role-change.ts';
import { roleOnMatrix } from './role.ts';

/**
 * The bot makes people on Matrix what they became in Rocket.Chat. Whom it may not is made in Rocket.Chat what they
 * were; but not when a room is linked: then nobody changed anything.
 */
export async function rolesToMatrix(work: Work, event: WorkspaceRolesChanged): Promise<Outcome> {
  const { parts, portal, roomId, row } = work;
  const people = await withGhosts(work, event);
  await intend(
    parts,
    row,
    people.map(({ matrixUserId }) => matrixUserId),
  );
  parts.passed('apply:before-act');
  const refused = await giveOnMatrix(
    { homeserver: parts.homeserver, roomId, ghost: (userId) => ghostOf(work, userId) },
    people.map(({ matrixUserId: userId, wanted: role }) => ({ userId, role })),
  );
  parts.passed('apply:acted');
  const agreed = new Map<MatrixUserId, AgreedRole>();
  for (const person of people) {
    const { matrixUserId, wanted } = person;
    const isRefused = refused.has(matrixUserId);
    agreed.set(matrixUserId, isRefused ? await putBack(work, event, person) : { workspace: wanted, matrix: wanted });
  }
  const outcome = refused.size === 0 ? 'relayed' : 'may not change power on Matrix';
  return { outcome, agreed: agreedChange(portal, agreed, event.isTakeOver) };
}

/** Owners and moderators who never spoke come to Matrix with their role. */
async function withGhosts(work: Work, { people }: WorkspaceRolesChanged): Promise<readonly KnownRoleChange[]> {
  const known: KnownRoleChange[] = [];
  for (const person of people) {
    const { user, wanted } = person;
    let { matrixUserId } = person;
    const isGhost =
      matrixUserId === undefined || (await work.parts.store.people.byMatrixUser(matrixUserId))?.kind === 'ghost';
    if (isGhost && (wanted === 'owner' || wanted === 'moderator')) matrixUserId = await enter(work, user);
    if (matrixUserId !== undefined) known.push({ ...person, matrixUserId });
  }
  return known;
}

/** A room that lets nobody in may still give a level to who is not in it. */
async function enter({ parts, ghosts, portal }: Work, user: WorkspaceAuthor): Promise<MatrixUserId | undefined> {
  try {
    return (await ghosts.inRoom(portal, user)).userId;
  } catch (error) {
    if (!isForbiddenOnMatrix(error)) throw error;
    return (await parts.store.people.byWorkspaceUser(user.id))?.matrixUserId;
  }
}

async function ghostOf({ parts, ghosts, portal }: Work, userId: MatrixUserId) {
  const person = await parts.store.people.byMatrixUser(userId);
  const isGhost = person?.kind === 'ghost' && (await parts.store.people.isMember(portal.id, person.id));
  return isGhost ? ghosts.again(portal, userId) : undefined;
}

/** Rocket.Chat may refuse that too, and then each side keeps what it has: nobody gets into a loop over it. */
async function putBack(
  { parts, portal, roomId }: Work,
  { isTakeOver }: WorkspaceRolesChanged,
  { user, matrixUserId, wanted, agreed }: KnownRoleChange,
): Promise<AgreedRole> {
  const matrix = roleOnMatrix(await readPower(parts, roomId), matrixUserId);
  const isNew = agreed.workspace === 'plain' && agreed.matrix === 'plain';
  if (agreed.workspace === wanted || (isTakeOver && isNew)) {
    parts.log('info', 'roles.not-on-matrix', { portal: portal.name, user: user.username, role: wanted });
    return { workspace: wanted, matrix };
  }
  await tellRefusedOnMatrix(parts, portal, user.username, matrixUserId);
  try {
    const present = await rolesInWorkspace(parts, portal);
    if (present !== undefined) await setInWorkspace(parts, portal, present, user, agreed.workspace);
    return { workspace: agreed.workspace, matrix };
  } catch (error) {
    if (workspaceRefusal(error) === undefined) throw error;
    return { workspace: wanted, matrix };
  }
}
