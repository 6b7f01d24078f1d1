import type { FederationAction } from '../../access/federation-roles.ts';

export interface ActionRolesView {
  readonly action: FederationAction;
  /** Names of roles; empty: nobody. */
  readonly roles: readonly string[];
  /** `workspace`: as its permission `access-federation` says; `default`: it has none. */
  readonly from: 'set' | 'workspace' | 'default';
}

export interface FederationRolesView {
  readonly roles: readonly ActionRolesView[];
}

/** Names of the roles that are set for an action, in alphabetical order; null: none are, it is as the workspace says. */
export interface ActionRolesChange {
  readonly action: FederationAction;
  readonly from: readonly string[] | null;
  readonly to: readonly string[] | null;
}

export interface FederationRolesChangeView extends FederationRolesView {
  /** False: it was so already, or nothing was to be done. */
  readonly changed: boolean;
  /** Actions that were, or would be, set anew. */
  readonly changes: readonly ActionRolesChange[];
}

export interface FederationRolesService {
  federationRoles(): Promise<FederationRolesView>;
  /** In force at once. `roles`: names or ids, none for nobody; null: as the workspace says again. */
  setFederationRoles(request: {
    readonly actions: readonly FederationAction[];
    readonly roles: readonly string[] | null;
    /** Only say what would be changed. */
    readonly dryRun?: boolean | undefined;
  }): Promise<FederationRolesChangeView>;
}
