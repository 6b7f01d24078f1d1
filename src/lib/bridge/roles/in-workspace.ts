import type { WorkspaceUserId } from '../../core/ids.ts';
import type { RoomRole } from '../../rocketchat/room-admin-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { type Role, roleInWorkspace } from './role.ts';

/** The roles of a Rocket.Chat room as they are now. */
export interface WorkspaceRoles {
  /** Nobody's writing depends on being muted there. */
  readonly readOnly: boolean;
  /** Ids of those who have a role; and usernames of those who are muted. */
  readonly holders: readonly WorkspaceUserId[];
  readonly muted: readonly string[];
  of(person: RoleHolder): Role;
  has(person: RoleHolder, role: RoomRole): boolean;
  mutes(person: RoleHolder): boolean;
}

export interface RoleHolder {
  readonly id: WorkspaceUserId;
  readonly username: string;
}

type Here = Pick<BridgeParts, 'workspace'>;

/** undefined: the room is gone. */
export async function rolesInWorkspace({ workspace }: Here, portal: Portal): Promise<WorkspaceRoles | undefined> {
  const details = await workspace.roomDetails(portal.workspaceRoomId);
  if (details === undefined) return undefined;
  const roles = await workspace.roomRoles(details);
  const of = ({ id }: RoleHolder): readonly string[] => roles.get(id) ?? [];
  const mutes = ({ username }: RoleHolder): boolean => details.muted.includes(username);
  return {
    readOnly: details.readOnly,
    holders: [...roles.keys()],
    muted: details.muted,
    of: (person) => roleInWorkspace(of(person), mutes(person)),
    has: (person, role) => of(person).includes(role),
    mutes,
  };
}

/**
 * The bot makes somebody that, and nothing besides: `leader` stays. What may be refused comes first, so that a
 * refusal changed nothing. Throws as requests do: `error-remove-last-owner`, `error-user-not-in-room` …
 */
export async function setInWorkspace(
  { workspace }: Here,
  { workspaceRoomId: id, roomType: type }: Portal,
  present: WorkspaceRoles,
  person: RoleHolder,
  wanted: Role,
): Promise<void> {
  const set = (role: RoomRole, given: boolean): Promise<void> =>
    workspace.setRoomRole({ id, type }, person.id, role, given);
  if (wanted === 'owner' && !present.has(person, 'owner')) await set('owner', true);
  if (wanted !== 'owner' && present.has(person, 'owner')) await set('owner', false);
  if (wanted === 'moderator' && !present.has(person, 'moderator')) await set('moderator', true);
  if ((wanted === 'muted' || wanted === 'plain') && present.has(person, 'moderator')) await set('moderator', false);
  // Unmuting in a read-only room would let that person write there, which is something else.
  if (present.readOnly) return;
  if (present.mutes(person) !== (wanted === 'muted'))
    await workspace.muteInRoom(id, person.username, wanted === 'muted');
}
