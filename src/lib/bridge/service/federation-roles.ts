import { isDeepStrictEqual } from 'node:util';
import type { FederationAction } from '../../access/federation-roles.ts';
import { RcfedError } from '../../core/errors.ts';
import type { WorkspaceRole } from '../../rocketchat/rights-types.ts';
import type { BridgeParts } from '../parts.ts';
import type {
  ActionRolesChange,
  FederationRolesChangeView,
  FederationRolesService,
  FederationRolesView,
} from './roles-view.ts';

type Parts = Pick<BridgeParts, 'federation' | 'workspace'>;

export async function federationRoles({ federation, workspace }: Parts): Promise<FederationRolesView> {
  const names = new Map((await workspace.workspaceRoles()).map(({ id, name }) => [id, name]));
  const roles = await federation.roles();
  return { roles: roles.map((each) => ({ ...each, roles: each.roles.map((id) => names.get(id) ?? id) })) };
}

/** @throws RcfedError RCFED_ROLE_UNKNOWN: no such role of the workspace; nothing is changed then */
export async function setFederationRoles(
  parts: Parts,
  { actions, roles, dryRun }: Parameters<FederationRolesService['setFederationRoles']>[0],
): Promise<FederationRolesChangeView> {
  const known = await parts.workspace.workspaceRoles();
  const wanted = roles?.map((role) => roleNamed(known, role));
  const before = await federationRoles(parts);
  const changes = changesOf(before, actions, wanted === undefined ? null : namesOf(wanted));
  if (dryRun === true) return { ...before, changed: false, changes };
  let changed = false;
  for (const action of actions)
    changed =
      (await parts.federation.setRoles(
        action,
        wanted?.map(({ id }) => id),
      )) || changed;
  return { ...(await federationRoles(parts)), changed, changes };
}

const namesOf = (roles: readonly WorkspaceRole[]): string[] => [...new Set(roles.map(({ name }) => name))].toSorted();

function changesOf(
  { roles }: FederationRolesView,
  actions: readonly FederationAction[],
  to: readonly string[] | null,
): readonly ActionRolesChange[] {
  return roles
    .filter(({ action }) => actions.includes(action))
    .map(({ action, roles: names, from }) => ({ action, from: from === 'set' ? names.toSorted() : null, to }))
    .filter((change) => !isDeepStrictEqual(change.from, change.to));
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
