import { canAccess, may } from './access.ts';
import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { MeteorError } from './meteor.ts';
import { subscribe, unsubscribe } from './rooms.ts';
import { systemMessage } from './system-messages.ts';
import type { Workspace } from './workspace.ts';

export type RoomRole = 'owner' | 'moderator' | 'leader';

/** `channels.join`: somebody enters a public channel by themselves (`uj`). Again is no error. */
export function join(workspace: Workspace, account: Account, room: RoomDocument): void {
  if (room.t !== 'c' || !canAccess(workspace, account, room)) {
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'joinRoom' });
  }
  if (workspace.rooms.subscription(room._id, account.user._id) !== undefined) return;
  subscribe(workspace, room, account);
  systemMessage(workspace, { type: 'uj', room, by: account, text: account.user.username });
}

/** `channels.invite`, `groups.invite`: adds at once (`au`); members are skipped silently. */
export function addMembers(workspace: Workspace, by: Account, room: RoomDocument, added: readonly Account[]): void {
  if (room.t === 'd') throw new MeteorError('error-cant-invite-for-direct-room', "Can't invite user to direct rooms");
  const isMember = workspace.rooms.subscription(room._id, by.user._id) !== undefined;
  const allowed =
    (isMember && may(workspace, by, 'add-user-to-joined-room', room._id)) ||
    may(workspace, by, `add-user-to-any-${room.t}-room`, room._id);
  if (!allowed) throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'addUsersToRoom' });
  if (added.some(({ user }) => workspace.rooms.isBanned(room._id, user._id)))
    throw new MeteorError('error-user-is-banned', 'User is banned from this room', { method: 'addUsersToRoom' });
  for (const account of added) {
    if (workspace.rooms.subscription(room._id, account.user._id) !== undefined) continue;
    subscribe(workspace, room, account);
    if (account === by) systemMessage(workspace, { type: 'uj', room, by, text: by.user.username });
    else systemMessage(workspace, { type: 'au', room, by, text: account.user.username });
  }
}

/** `channels.leave`, `groups.leave`, `rooms.leave` (`ul`); the last owner may not. */
export function leave(workspace: Workspace, account: Account, room: RoomDocument): void {
  const subscription = workspace.rooms.subscription(room._id, account.user._id);
  if (subscription === undefined)
    throw new MeteorError('error-user-not-in-room', 'You are not in this room', { method: 'leaveRoom' });
  if (room.t === 'd' || !may(workspace, account, `leave-${room.t}`))
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'leaveRoom' });
  refuseWithoutOwner(
    workspace,
    room,
    account,
    'error-you-are-last-owner',
    'You are the last owner. Please set new owner before leaving the room.',
  );
  unsubscribe(workspace, room, subscription);
  systemMessage(workspace, { type: 'ul', room, by: account, text: account.user.username });
}

/** `channels.kick`, `groups.kick` (`ru`). */
export function kick(workspace: Workspace, by: Account, room: RoomDocument, account: Account): void {
  const anywhere = room.t === 'd' ? false : may(workspace, by, `kick-user-from-any-${room.t}-room`);
  const here =
    workspace.rooms.subscription(room._id, by.user._id) !== undefined && may(workspace, by, 'remove-user', room._id);
  if (!anywhere && !here) throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'removeUserFromRoom' });
  const subscription = workspace.rooms.subscription(room._id, account.user._id);
  if (subscription === undefined)
    throw new MeteorError('error-user-not-in-room', 'User is not in this room', { method: 'removeUserFromRoom' });
  refuseWithoutOwner(
    workspace,
    room,
    account,
    'error-last-owner',
    'This is the last owner. Please set a new owner before removing this one.',
  );
  unsubscribe(workspace, room, subscription);
  systemMessage(workspace, { type: 'ru', room, by, text: account.user.username });
}

export function refuseWithoutOwner(
  workspace: Workspace,
  room: RoomDocument,
  leaving: Account,
  code: string,
  reason: string,
): void {
  const owners = workspace.rooms.members(room._id).filter(({ roles }) => roles?.includes('owner'));
  if (owners.length === 1 && owners[0]?.u._id === leaving.user._id) throw new MeteorError(code, reason);
}

/** `user-last-owner`: without this account, rooms would have nobody to look after them. */
export function refuseLastOwner(workspace: Workspace, leaving: Account): void {
  for (const { rid } of workspace.rooms.subscriptionsOf(leaving.user._id)) {
    const room = workspace.rooms.byId(rid);
    if (room !== undefined) refuseWithoutOwner(workspace, room, leaving, 'user-last-owner', '');
  }
}

/** `addOwner`, `removeModerator` …: needs `set-<role>` here, and the account as a member. */
export function setRoomRole(
  workspace: Workspace,
  by: Account,
  room: RoomDocument,
  account: Account,
  role: RoomRole,
  given: boolean,
): void {
  if (!may(workspace, by, `set-${role}`, room._id))
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'addRoomModerator' });
  const subscription = workspace.rooms.subscription(room._id, account.user._id);
  if (subscription === undefined) throw new MeteorError('error-user-not-in-room', 'User is not in this room');
  const has = subscription.roles?.includes(role) === true;
  if (given === has) {
    const code = given ? `error-user-already-${role}` : `error-user-not-${role}`;
    throw new MeteorError(code, given ? `User is already ${role}` : `User is not ${role}`);
  }
  if (!given && role === 'owner') {
    refuseWithoutOwner(
      workspace,
      room,
      account,
      'error-remove-last-owner',
      'This is the last owner. Please set a new owner before removing this one.',
    );
  }
  subscription.roles = given
    ? [...(subscription.roles ?? []), role]
    : (subscription.roles ?? []).filter((one) => one !== role);
  subscription._updatedAt = workspace.stamp();
  workspace.bus.emit({ kind: 'subscription', action: 'updated', subscription });
  const type = given ? 'subscription-role-added' : 'subscription-role-removed';
  systemMessage(workspace, { type, room, by, text: account.user.username, extra: { role } });
  if (workspace.settings.get<boolean>('UI_DisplayRoles')) {
    const { _id, username } = account.user;
    const change = { type: given ? 'added' : 'removed', _id: role, u: { _id, username }, scope: room._id };
    workspace.bus.emit({ kind: 'notify-logged', event: 'roles-change', args: [change] });
  }
}
