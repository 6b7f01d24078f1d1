import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { MeteorError } from './meteor.ts';
import type { Workspace } from './workspace.ts';

/** Whether an account has a permission, by its own roles or by its roles in the room. */
export function may(workspace: Workspace, account: Account, permission: string, rid?: string): boolean {
  const inRoom = rid === undefined ? undefined : workspace.rooms.subscription(rid, account.user._id)?.roles;
  return (
    workspace.permissions.allows(account.user.roles, permission) ||
    (inRoom !== undefined && workspace.permissions.allows(inRoom, permission))
  );
}

/** Public channels for those with `view-c-room`; everything else for its members alone, admins included. Nothing for the banned. */
export function canAccess(workspace: Workspace, account: Account, room: RoomDocument): boolean {
  if (workspace.rooms.isBanned(room._id, account.user._id)) return false;
  if (room.t === 'c' && may(workspace, account, 'view-c-room')) return true;
  return workspace.rooms.subscription(room._id, account.user._id) !== undefined;
}

/** The room if the account can access it. Unknown and invisible rooms are refused alike. */
export function accessibleRoom(workspace: Workspace, account: Account, rid: string): RoomDocument {
  const room = workspace.rooms.byId(rid);
  if (room === undefined || !canAccess(workspace, account, room))
    throw new MeteorError('error-not-allowed', 'Not allowed');
  return room;
}

export function userRef(account: Account): { _id: string; username: string; name: string } {
  const { _id, username, name } = account.user;
  return { _id, username, name };
}
