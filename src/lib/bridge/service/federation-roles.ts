import type { FederationAction } from '../../access/federation-roles.ts';
import { RcfedError } from '../../core/errors.ts';
import type { WorkspaceRole } from '../../rocketchat/rights-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { FederationRolesChangeView, FederationRolesView } from './roles-view.ts';

type Parts = Pick<BridgeParts, 'federation' | 'workspace'>;

export async function federationRoles({ federation, workspace }: Parts): Promise<FederationRolesView> {
  const names = new Map((await workspace.workspaceRoles()).map(({ id, name }) => [id, name]));
  const roles = await federation.roles();
  return { roles: roles.map((each) => ({ ...each, roles: each.roles.map((id) => names.get(id) ?? id) })) };
}

/** @throws RcfedError RCFED_ROLE_UNKNOWN: no such role of the workspace; nothing is changed then */
export async function setFederationRoles(
  parts: Parts,
  { actions, roles }: { readonly actions: readonly FederationAction[]; readonly roles: readonly string[] | null },
): Promise<FederationRolesChangeView> {
  const known = await parts.workspace.workspaceRoles();
  const ids = roles?.map((role) => roleNamed(known, role).id);
  let changed = false;
  for (const action of actions) changed = (await parts.federation.setRoles(action, ids)) || changed;
  return { ...(await federationRoles(parts)), changed };
}

function roleNamed(known: readonly WorkspaceRole[], text: string): WorkspaceRole {
  const found = known.find(({ id, name }) => id === text || name === text);
  if (found?.scope === 'workspace') return found;
  const all = known.filter(({ scope }) => scope === 'workspace').map(({ name }) => name);
  throw new RcfedError('RCFED_ROLE_UNKNOWN', `${text} is not a role of the workspace`, {
    why:
      found === undefined
        ? `Its roles are ${all.join(', ')}.`
        : `People have it in single rooms. Roles of the workspace are ${all.join(', ')}.`,
  });
}
