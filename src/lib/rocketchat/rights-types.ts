import type { WorkspaceRoomId } from '../core/ids.ts';

/** A role that accounts may have. */
export interface WorkspaceRole {
  /** What accounts and permissions name it by: of a role that somebody made, letters and digits. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** `room`: somebody has it in single rooms, as owners and moderators do. */
  readonly scope: 'workspace' | 'room';
}

/** Who may do what. */
export interface RightsApi {
  /** `roles.list` */
  workspaceRoles(): Promise<readonly WorkspaceRole[]>;
  /** `subscriptions.getOne`: the calling account's roles in that room; undefined: it is not in there, or only invited. */
  ownRolesIn(roomId: WorkspaceRoomId): Promise<readonly string[] | undefined>;
}
