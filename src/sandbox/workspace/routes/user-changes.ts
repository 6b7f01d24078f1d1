import type { Account } from '../account-book.ts';
import { may } from '../access.ts';
import { renameAccount, setActive, setPassword, touchAccount } from '../accounts.ts';
import { refuseLastOwner } from '../membership.ts';
import type { RoomDocument } from '../documents.ts';
import { MeteorError } from '../meteor.ts';
import {
  type AuthenticatedCall,
  optionalFlag,
  optionalRecord,
  optionalText,
  optionalTexts,
  type Route,
  textOf,
} from '../route.ts';
import { checkEmail, checkRoles } from '../user-rules.ts';
import { flag, list, maybe, nullable, object, shape, text } from '../validation.ts';
import { namedOrSelf } from './named-user.ts';
import { visibleUser } from './users.ts';

const profile = {
  email: nullable(text()),
  name: nullable(text()),
  username: nullable(text()),
  bio: nullable(text()),
  nickname: nullable(text()),
};

export const userChangeRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'users.update',
    twoFactor: () => true,
    params: ({ major }) =>
      shape({
        userId: text({ minLength: 1 }),
        confirmRelinquish: maybe(flag()),
        data: object(
          shape({
            ...profile,
            password: nullable(text()),
            statusText: nullable(text()),
            active: nullable(flag()),
            roles: nullable(list(text())),
            requirePasswordChange: nullable(flag()),
            setRandomPassword: nullable(flag()),
            sendWelcomeEmail: nullable(flag()),
            verified: nullable(flag()),
            customFields: nullable(object()),
            status: nullable(text()),
            ...(major >= 7 ? { freeSwitchExtension: nullable(text()) } : {}),
          }),
        ),
      }),
    act: update,
  },
  {
    method: 'POST',
    path: 'users.updateOwnBasicInfo',
    params: shape({
      data: object(
        shape({
          ...profile,
          statusType: nullable(text()),
          statusText: nullable(text()),
          currentPassword: nullable(text()),
          newPassword: nullable(text()),
        }),
      ),
      customFields: nullable(object()),
    }),
    act({ workspace, caller, params }) {
      const data = optionalRecord(params, 'data') ?? {};
      checkOwnChange(workspace, caller, data);
      applyProfile(workspace, caller, data);
      return { user: visibleUser(workspace, caller, caller) };
    },
  },
  {
    method: 'POST',
    path: 'users.setActiveStatus',
    params: shape({ userId: text(), activeStatus: flag(), confirmRelinquish: nullable(flag()) }),
    act(call) {
      const { workspace, caller, params } = call;
      if (!may(workspace, caller, 'edit-other-user-active-status'))
        throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'setUserActiveStatus' });
      const account = namedOrSelf(call);
      const active = optionalFlag(params, 'activeStatus') === true;
      if (!active && optionalFlag(params, 'confirmRelinquish') !== true) refuseLastOwner(workspace, account);
      setActive(workspace, account, active);
      return {
        user: {
          _id: account.user._id,
          active: account.user.active,
          username: account.user.username,
          name: account.user.name,
        },
      };
    },
  },
  {
    method: 'POST',
    path: 'users.delete',
    params: {
      anyOf: [
        shape({ userId: text(), confirmRelinquish: maybe(flag()) }),
        shape({ username: text(), confirmRelinquish: maybe(flag()) }),
      ],
    },
    permission: 'delete-user',
    act: remove,
  },
  {
    method: 'POST',
    path: 'users.setStatus',
    params: shape({
      status: maybe(text({ oneOf: ['online', 'offline', 'away', 'busy'] })),
      message: nullable(text()),
      userId: maybe(text()),
      username: maybe(text()),
      user: maybe(text()),
    }),
    act: setStatus,
  },
];

function update(call: AuthenticatedCall): Record<string, unknown> {
  const { workspace, caller, params } = call;
  const account = namedOrSelf(call);
  const data = optionalRecord(params, 'data') ?? {};
  if (caller !== account && !may(workspace, caller, 'edit-other-user-info')) {
    throw new MeteorError('error-action-not-allowed', 'Editing user is not allowed', {
      method: 'insertOrUpdateUser',
      action: 'Editing_user',
    });
  }
  const roles = optionalTexts(data, 'roles');
  if (roles !== undefined) {
    if (!may(workspace, caller, 'assign-roles'))
      throw new MeteorError('error-action-not-allowed', 'Assign roles is not allowed', { action: 'Assign_role' });
    checkRoles(roles);
    account.user.roles = roles;
  }
  applyProfile(workspace, account, data);
  const active = optionalFlag(data, 'active');
  if (active !== undefined) setActive(workspace, account, active);
  const password = optionalText(data, 'password');
  // Without the permission the password is ignored, silently.
  if (password !== undefined && may(workspace, caller, 'edit-other-user-password'))
    setPassword(workspace, account, password);
  return { user: visibleUser(workspace, caller, account) };
}

/** saveUserProfile and validateUserEditing: what people may change of themselves. */
function checkOwnChange(
  workspace: AuthenticatedCall['workspace'],
  caller: Account,
  data: Readonly<Record<string, unknown>>,
): void {
  if (!workspace.settings.get<boolean>('Accounts_AllowUserProfileChange'))
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'saveUserProfile' });
  const name = optionalText(data, 'name');
  // Of oneself not even an admin may: they may of others.
  const mayRename = workspace.settings.get<boolean>('Accounts_AllowRealNameChange');
  if (name === undefined || name === caller.user.name || mayRename) return;
  throw new MeteorError('error-action-not-allowed', 'Edit user real name is not allowed', {
    method: 'insertOrUpdateUser',
    action: 'Update_user',
  });
}

function applyProfile(
  workspace: AuthenticatedCall['workspace'],
  account: Account,
  data: Readonly<Record<string, unknown>>,
): void {
  const [name, username, email, bio, nickname, statusText] = [
    'name',
    'username',
    'email',
    'bio',
    'nickname',
    'statusText',
  ].map((key) => optionalText(data, key));
  if (email !== undefined) checkEmail(workspace, email, account);
  if (name !== undefined || username !== undefined) {
    renameAccount(workspace, account, {
      ...(name === undefined ? {} : { name }),
      ...(username === undefined ? {} : { username }),
    });
  }
  if (email !== undefined) workspace.accounts.setEmail(account, email, optionalFlag(data, 'verified') ?? false);
  if (bio !== undefined) account.user.bio = bio;
  if (nickname !== undefined) account.user.nickname = nickname;
  if (statusText !== undefined) account.user.statusText = statusText;
  touchAccount(workspace, account);
}

function remove(call: AuthenticatedCall): Record<string, unknown> {
  const { workspace } = call;
  const account = namedOrSelf(call);
  const at = workspace.stamp();
  const { _id } = account.user;
  for (const subscription of workspace.rooms.subscriptionsOf(_id)) {
    const room = workspace.rooms.byId(subscription.rid);
    workspace.rooms.unsubscribe(subscription, at);
    if (room?.t === 'd') leaveDirect(workspace, room, account, at);
  }
  const erasure = workspace.settings.get<string>('Message_ErasureType');
  if (erasure === 'Delete')
    for (const message of Array.from(workspace.messages.all()))
      if (message.u._id === _id) workspace.messages.remove(message, at);
  setActive(workspace, account, false);
  workspace.accounts.remove(account);
  if (erasure !== 'Keep')
    workspace.bus.emit({
      kind: 'notify-logged',
      event: 'Users:Deleted',
      args: [{ userId: _id, messageErasureType: erasure }],
    });
  return workspace.dialect.major >= 8 ? { deletedRooms: [] } : {};
}

/** Relinquished: a conversation of two goes with either of them, in a larger one the others stay. */
function leaveDirect(
  workspace: AuthenticatedCall['workspace'],
  room: RoomDocument,
  { user: { _id, username } }: Account,
  at: Date,
): void {
  const others = workspace.rooms.members(room._id);
  if (others.length > 1) {
    room.usernames = (room.usernames ?? []).filter((name) => name !== username);
    room.uids = (room.uids ?? []).filter((id) => id !== _id);
    return;
  }
  workspace.messages.removeRoom(room._id, at);
  for (const subscription of others) {
    workspace.rooms.unsubscribe(subscription, at);
    workspace.bus.emit({ kind: 'subscription', action: 'removed', subscription });
  }
  workspace.rooms.remove(room, at);
}

function setStatus(call: AuthenticatedCall): Record<string, unknown> {
  const { workspace, caller, params } = call;
  const account = namedOrSelf(call);
  if (account !== caller && !may(workspace, caller, 'edit-other-user-info'))
    throw new MeteorError('unauthorized', 'unauthorized');
  if (!workspace.settings.get<boolean>('Accounts_AllowUserStatusMessageChange')) {
    throw new MeteorError('error-not-allowed', 'Change status is not allowed', { method: 'users.setStatus' });
  }
  const status = optionalText(params, 'status') as Account['user']['status'] | undefined;
  if (status === 'offline' && !workspace.settings.get<boolean>('Accounts_AllowInvisibleStatusOption')) {
    throw new MeteorError('error-status-not-allowed', 'Invisible status is disabled', { method: 'users.setStatus' });
  }
  if (status !== undefined) account.user.status = account.user.statusDefault = status;
  if (params['message'] !== undefined) account.user.statusText = textOf(params, 'message');
  touchAccount(workspace, account);
  if (workspace.settings.get<boolean>('Presence_broadcast_disabled')) return {};
  const { _id, username, name, roles, statusText } = account.user;
  const code = ['offline', 'online', 'away', 'busy'].indexOf(account.user.status);
  workspace.bus.emit({
    kind: 'notify-logged',
    event: 'user-status',
    args: [[_id, username, code, statusText, name, roles]],
  });
  return {};
}
