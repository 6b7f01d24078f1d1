import type { MatrixUserId } from '../../core/ids.ts';
import type { HomeserverRolesChanged } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import type { Work } from '../workspace/acting.ts';
import { type AgreedRole, agreedChange } from './agreed-roles.ts';
import { giveOnMatrix } from './give-on-matrix.ts';
import { type WorkspaceRoles, rolesInWorkspace, setInWorkspace } from './in-workspace.ts';
import { intend } from './intent.ts';
import { tellRefusedInWorkspace } from './notices.ts';
import { workspaceRefusal } from './refused.ts';
import type { KnownRoleChange } from './role-change.ts';
import type { Role } from './role.ts';

/**
 * The bot makes people in Rocket.Chat what they became on Matrix; new owners first, so that the last one may go.
 * Whom Rocket.Chat keeps is made on Matrix what they were, where the bot may.
 */
export async function rolesToWorkspace(work: Work, event: HomeserverRolesChanged): Promise<Outcome> {
  const { parts, portal, row } = work;
  const people = event.people.toSorted((one, other) => rank(one) - rank(other));
  await intend(
    parts,
    row,
    people.map(({ matrixUserId }) => matrixUserId),
  );
  const agreed = new Map<MatrixUserId, AgreedRole | undefined>();
  let outcome = 'relayed';
  parts.passed('apply:before-act');
  for (const person of people) {
    const { matrixUserId, user, wanted } = person;
    const present = await rolesInWorkspace(parts, portal);
    if (present === undefined) return { outcome: 'gone' };
    try {
      await setInWorkspace(parts, portal, present, user, wanted);
      agreed.set(matrixUserId, { workspace: madeOf(present, person), matrix: wanted });
    } catch (error) {
      const why = workspaceRefusal(error);
      if (why === undefined) throw error;
      outcome = `Rocket.Chat refused: ${why}`;
      agreed.set(matrixUserId, why === 'not there' ? undefined : await putBack(work, event, person, why));
    }
  }
  parts.passed('apply:acted');
  return { outcome, agreed: agreedChange(portal, agreed, false) };
}

async function putBack(
  { parts, portal }: Work,
  event: HomeserverRolesChanged,
  person: KnownRoleChange,
  why: 'last owner' | 'not allowed',
): Promise<AgreedRole> {
  const { matrixUserId: userId, wanted, user, agreed } = person;
  const role = (await rolesInWorkspace(parts, portal))?.of(user) ?? agreed.workspace;
  await tellRefusedInWorkspace(parts, portal, person, why, event);
  const { homeserver } = parts;
  const roomId = portal.matrixRoomId;
  if (roomId === undefined) return { workspace: role, matrix: wanted };
  const refused = await giveOnMatrix({ homeserver, roomId, ghost: async () => undefined }, [{ userId, role }]);
  return { workspace: role, matrix: refused.has(userId) ? wanted : role };
}

const rank = ({ wanted }: KnownRoleChange): number => ['owner', 'moderator', 'plain', 'muted'].indexOf(wanted);

/** In a read-only room nobody is muted or unmuted for it. */
function madeOf({ readOnly, mutes }: WorkspaceRoles, { user, wanted }: KnownRoleChange): Role {
  if (!readOnly) return wanted;
  if (mutes(user)) return 'muted';
  return wanted === 'muted' ? 'plain' : wanted;
}
