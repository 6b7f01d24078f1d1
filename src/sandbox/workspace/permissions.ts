import type { Dialect } from './dialects.ts';

/** Stock permissions and the roles that have them (authorization/server/constant/permissions.ts). */
const STOCK: Readonly<Record<string, readonly string[]>> = {
  'access-permissions': ['admin'],
  'add-user-to-any-c-room': ['admin'],
  'add-user-to-any-p-room': [],
  'add-user-to-joined-room': ['admin', 'owner', 'moderator'],
  'api-bypass-rate-limit': ['admin', 'bot', 'app'],
  'archive-room': ['admin', 'owner'],
  'assign-admin-role': ['admin'],
  'assign-roles': ['admin'],
  'ban-user': ['admin', 'owner', 'moderator'],
  'bypass-time-limit-edit-and-delete': ['bot', 'app'],
  'clean-channel-history': ['admin'],
  'create-c': ['admin', 'user', 'bot', 'app'],
  'create-d': ['admin', 'user', 'bot', 'app'],
  'create-p': ['admin', 'user', 'bot', 'app'],
  'create-personal-access-tokens': ['admin', 'user'],
  'create-user': ['admin'],
  'delete-c': ['admin', 'owner'],
  'delete-d': ['admin'],
  'delete-message': ['admin', 'owner', 'moderator'],
  'delete-own-message': ['admin', 'user'],
  'delete-p': ['admin', 'owner'],
  'delete-user': ['admin'],
  'edit-message': ['admin', 'owner', 'moderator'],
  'edit-other-user-active-status': ['admin'],
  'edit-other-user-avatar': ['admin'],
  'edit-other-user-info': ['admin'],
  'edit-other-user-password': ['admin'],
  'edit-privileged-setting': ['admin'],
  'edit-room': ['admin', 'owner', 'moderator'],
  'edit-room-avatar': ['admin', 'owner', 'moderator'],
  'force-delete-message': ['admin', 'owner'],
  'kick-user-from-any-c-room': ['admin'],
  'kick-user-from-any-p-room': [],
  'leave-c': ['admin', 'user', 'bot', 'app'],
  'leave-p': ['admin', 'user', 'bot', 'app'],
  'logout-other-user': ['admin'],
  'manage-emoji': ['admin'],
  'manage-outgoing-integrations': ['admin'],
  'mention-all': ['admin', 'owner', 'moderator', 'user'],
  'mention-here': ['admin', 'owner', 'moderator', 'user'],
  'message-impersonate': ['bot', 'app'],
  'mute-user': ['admin', 'owner', 'moderator'],
  'pin-message': ['admin', 'owner', 'moderator'],
  'post-readonly': ['admin', 'owner', 'moderator'],
  'preview-c-room': ['admin', 'user'],
  'remove-user': ['admin', 'owner', 'moderator'],
  'send-many-messages': ['admin', 'bot', 'app'],
  'set-leader': ['admin', 'owner'],
  'set-moderator': ['admin', 'owner'],
  'set-owner': ['admin', 'owner'],
  'set-readonly': ['admin', 'owner'],
  'start-discussion': ['admin', 'user', 'guest', 'app'],
  'start-discussion-other-user': ['admin', 'user', 'owner', 'app'],
  'unarchive-room': ['admin'],
  'user-generate-access-token': ['admin'],
  'view-c-room': ['admin', 'user', 'bot', 'app'],
  'view-d-room': ['admin', 'user', 'bot', 'app', 'guest'],
  'view-full-other-user-info': ['admin'],
  'view-other-user-channels': ['admin'],
  'view-privileged-setting': ['admin'],
  'view-room-administration': ['admin'],
  'view-statistics': ['admin'],
};

/** Roles of the workspace that accounts may be given. */
export const WORKSPACE_ROLES: ReadonlySet<string> = new Set(['admin', 'user', 'bot', 'app', 'guest', 'anonymous']);

export interface Permissions {
  /** Whether any of the roles, global or of one room, has the permission. */
  allows(roles: Iterable<string>, permission: string): boolean;
  entries(): { _id: string; roles: string[] }[];
  /** @returns whether the permission is known. */
  set(permission: string, roles: readonly string[]): boolean;
}

/** From 7.11 on, with the federation that is built in. */
const FEDERATION = { 'access-federation': ['admin', 'user'] };

export function createPermissions({ federationPermission }: Pick<Dialect, 'federationPermission'>): Permissions {
  const stock = { ...STOCK, ...(federationPermission && FEDERATION) };
  const table = new Map(Object.entries(stock).map(([id, roles]) => [id, new Set(roles)]));
  return {
    allows(roles, permission) {
      const holders = table.get(permission);
      if (holders === undefined) return false;
      for (const role of roles) if (holders.has(role)) return true;
      return false;
    },
    entries: () => [...table].map(([_id, roles]) => ({ _id, roles: [...roles] })),
    set(permission, roles) {
      if (!table.has(permission)) return false;
      table.set(permission, new Set(roles));
      return true;
    },
  };
}
