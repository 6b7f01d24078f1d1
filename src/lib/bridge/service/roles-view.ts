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

export interface FederationRolesChangeView extends FederationRolesView {
  /** False: it was so already. */
  readonly changed: boolean;
}

export interface FederationRolesService {
  federationRoles(): Promise<FederationRolesView>;
  /** In force at once. `roles`: names or ids, none for nobody; null: as the workspace says again. */
  setFederationRoles(request: {
    readonly actions: readonly FederationAction[];
    readonly roles: readonly string[] | null;
  }): Promise<FederationRolesChangeView>;
}
