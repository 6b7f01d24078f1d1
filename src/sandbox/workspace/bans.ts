import { canAccess, may } from './access.ts';
import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { refuseWithoutOwner } from './membership.ts';
import { MeteorError } from './meteor.ts';
import { unsubscribe } from './rooms.ts';
import { systemMessage } from './system-messages.ts';
import type { Workspace } from './workspace.ts';

const method = { method: 'banUserFromRoom' };

function assertMayBan(workspace: Workspace, by: Account, room: RoomDocument): void {
  if (room.t === 'd' || !may(workspace, by, 'ban-user', room._id))
    throw new MeteorError('error-not-allowed', 'Not allowed', method);
  if (!canAccess(workspace, by, room)) {
    throw new MeteorError(
      'error-room-not-found',
      'The required "roomId" or "roomName" param provided does not match any group',
    );
  }
}

/** `rooms.banUser` (`user-banned`): of members alone. It takes roles away, and the last owner is not banned. */
export function ban(workspace: Workspace, by: Account, room: RoomDocument, account: Account): void {
  assertMayBan(workspace, by, room);
  if (workspace.rooms.isBanned(room._id, account.user._id))
    throw new MeteorError('error-user-already-banned', 'User is already banned from this room', method);
  const subscription = workspace.rooms.subscription(room._id, account.user._id);
  if (subscription === undefined) throw new MeteorError('error-user-not-in-room', 'User is not in this room', method);
  refuseWithoutOwner(
    workspace,
    room,
    account,
    'error-you-are-last-owner',
    'You are the last owner. Please set new owner before banning the user.',
  );
  unsubscribe(workspace, room, subscription);
  workspace.rooms.setBanned(room._id, account.user._id, true);
  systemMessage(workspace, { type: 'user-banned', room, by, text: account.user.username });
}

/** `rooms.unbanUser` (`user-unbanned`): nobody becomes a member again by it. */
export function unban(workspace: Workspace, by: Account, room: RoomDocument, account: Account): void {
  assertMayBan(workspace, by, room);
  if (!workspace.rooms.isBanned(room._id, account.user._id))
    throw new MeteorError('error-user-not-banned', 'User is not banned from this room', method);
  workspace.rooms.setBanned(room._id, account.user._id, false);
  systemMessage(workspace, { type: 'user-unbanned', room, by, text: account.user.username });
}

/** `rooms.bannedUsers`. */
export function bannedFrom(workspace: Workspace, by: Account, room: RoomDocument): Account[] {
  assertMayBan(workspace, by, room);
  return workspace.rooms.banned(room._id).flatMap((id) => workspace.accounts.byId(id) ?? []);
}
