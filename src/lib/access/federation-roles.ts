/** What people of the workspace do beyond it. `write`: in direct messages with people on Matrix. */
export const FEDERATION_ACTIONS = ['create', 'invite', 'search', 'join', 'write'] as const;
export type FederationAction = (typeof FEDERATION_ACTIONS)[number];

/** As a sentence goes on after "may". */
export const ACTION_IN_WORDS: Readonly<Record<FederationAction, string>> = {
  create: 'create rooms that are on Matrix too',
  invite: 'invite people on Matrix',
  search: 'search for rooms on Matrix',
  join: 'join rooms on Matrix',
  write: 'write to people on Matrix',
};

/** Rocket.Chat's own permission for its federation; versions before it have none. */
export const WORKSPACE_PERMISSION = 'access-federation';
/** Who has {@link WORKSPACE_PERMISSION} in a new workspace. */
const STOCK_ROLES: readonly string[] = ['admin', 'user'];

/** Which roles may do one of them. */
export interface ActionRoles {
  readonly action: FederationAction;
  /** Ids of roles; empty: nobody. */
  readonly roles: readonly string[];
  /** `set`: by an admin of the bridge. `workspace`: as its {@link WORKSPACE_PERMISSION} says. `default`: it has no such permission. */
  readonly from: 'set' | 'workspace' | 'default';
}

/**
 * @param set what an admin of the bridge set; undefined: nothing
 * @param permitted roles that have the workspace's own permission; undefined: it has none
 */
export function rolesFor(
  action: FederationAction,
  set: readonly string[] | undefined,
  permitted: readonly string[] | undefined,
): ActionRoles {
  if (set !== undefined) return { action, roles: set, from: 'set' };
  if (permitted !== undefined) return { action, roles: permitted, from: 'workspace' };
  return { action, roles: STOCK_ROLES, from: 'default' };
}

/** @param roles null: none were set */
export const rolesInWords = (roles: readonly string[] | null): string =>
  roles === null ? 'as the workspace says' : roles.join(', ') || 'nobody';
