import type { Account } from '../account-book.ts';
import { may } from '../access.ts';
import { createAccount } from '../accounts.ts';
import { MeteorError } from '../meteor.ts';
import { subscribe } from '../rooms.ts';
import {
  type AuthenticatedCall,
  optionalFlag,
  optionalRecord,
  optionalText,
  optionalTexts,
  paged,
  type Route,
  textOf,
} from '../route.ts';
import { checkUsername } from '../user-rules.ts';
import { either, flag, list, maybe, nullable, number, object, type Schema, shape, text } from '../validation.ts';

export const userRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'users.create',
    twoFactor: ({ twoFactorOnCreate }) => twoFactorOnCreate,
    params: ({ major }) =>
      shape({
        email: text(),
        name: text(),
        password: text(),
        username: text(),
        active: nullable(flag()),
        bio: nullable(text()),
        nickname: nullable(text()),
        statusText: nullable(text()),
        roles: maybe(list(text())),
        joinDefaultChannels: nullable(flag()),
        requirePasswordChange: nullable(flag()),
        setRandomPassword: nullable(flag()),
        sendWelcomeEmail: nullable(flag()),
        verified: nullable(flag()),
        customFields: maybe(object()),
        fields: nullable(text()),
        ...(major >= 7 ? { freeSwitchExtension: nullable(text()) } : {}),
      }),
    act: create,
  },
  { method: 'GET', path: 'users.info', params: infoSchema(), act: info },
  {
    method: 'GET',
    path: 'users.list',
    permission: 'view-d-room',
    params: shape({
      fields: nullable(text()),
      query: nullable(text()),
      count: nullable(number()),
      offset: nullable(number()),
      sort: nullable(text()),
      email: nullable(text({ minLength: 1 })),
    }),
    act: listed,
  },
  {
    method: 'GET',
    path: 'users.checkUsernameAvailability',
    params: shape({ username: text() }),
    act({ workspace, caller, params }) {
      try {
        checkUsername(workspace, textOf(params, 'username'), caller);
        return { result: true };
      } catch (error) {
        if (error instanceof MeteorError && error.code === 'error-field-unavailable') return { result: false };
        throw error;
      }
    },
  },
  {
    method: 'GET',
    path: 'users.presence',
    params: shape({ from: nullable(text()), ids: maybe(either(text(), list(text()))) }),
    act: presence,
  },
];

function infoSchema(): Schema {
  const rest = { includeUserRooms: maybe(text()), fields: nullable(text()) };
  return { anyOf: ['userId', 'username', 'importId', 'email'].map((key) => shape({ [key]: text(), ...rest })) };
}

function create({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const roles = optionalTexts(params, 'roles') ?? ['user'];
  if (!may(workspace, caller, 'create-user')) {
    throw new MeteorError('error-action-not-allowed', 'Adding user is not allowed', {
      method: 'insertOrUpdateUser',
      action: 'Adding_user',
    });
  }
  if (roles.includes('admin') && !may(workspace, caller, 'assign-admin-role')) {
    throw new MeteorError('error-action-not-allowed', 'Assigning admin is not allowed', { action: 'Assign_admin' });
  }
  const optional = {
    bio: optionalText(params, 'bio'),
    nickname: optionalText(params, 'nickname'),
    statusText: optionalText(params, 'statusText'),
    active: optionalFlag(params, 'active'),
    verified: optionalFlag(params, 'verified'),
    customFields: optionalRecord(params, 'customFields'),
    requirePasswordChange:
      optionalFlag(params, 'requirePasswordChange') === true || optionalFlag(params, 'setRandomPassword') === true,
  };
  const account = createAccount(workspace, {
    username: textOf(params, 'username'),
    name: textOf(params, 'name'),
    email: textOf(params, 'email'),
    password: textOf(params, 'password'),
    roles,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  });
  if (optionalFlag(params, 'joinDefaultChannels') !== false) joinDefaults(workspace, account);
  return { user: visibleUser(workspace, caller, account) };
}

/** New people enter the default rooms without a word in them. */
function joinDefaults(workspace: AuthenticatedCall['workspace'], account: Account): void {
  for (const room of workspace.rooms.all()) if (room.default === true) subscribe(workspace, room, account);
}

/** A user as a caller sees them: all of it for oneself and with `view-full-other-user-info`. */
export function visibleUser(
  workspace: AuthenticatedCall['workspace'],
  caller: Account,
  account: Account,
): Record<string, unknown> {
  const { user } = account;
  if (caller === account || may(workspace, caller, 'view-full-other-user-info')) return { ...user };
  const {
    _id,
    username,
    name,
    status,
    statusText,
    type,
    active,
    roles,
    avatarETag,
    bio,
    nickname,
    createdAt,
    _updatedAt,
  } = user;
  return {
    _id,
    username,
    name,
    status,
    statusText,
    type,
    active,
    roles,
    avatarETag,
    bio,
    nickname,
    createdAt,
    _updatedAt,
  };
}

/** Deactivated users are shown only to those who may see everything. */
function info({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const [userId, username, email] = ['userId', 'username', 'email'].map((key) => optionalText(params, key));
  const account =
    userId !== undefined
      ? workspace.accounts.byId(userId)
      : username !== undefined
        ? workspace.accounts.byUsername(username)
        : email !== undefined && may(workspace, caller, 'view-full-other-user-info')
          ? workspace.accounts.byEmail(email)
          : undefined;
  if (account === undefined || (!account.user.active && !may(workspace, caller, 'view-full-other-user-info'))) {
    throw new Error('User not found.');
  }
  const rooms =
    optionalText(params, 'includeUserRooms') === 'true' &&
    (caller === account || may(workspace, caller, 'view-other-user-channels'))
      ? {
          rooms: workspace.rooms
            .subscriptionsOf(account.user._id)
            .map(({ rid, name, t, roles, unread }) => ({ rid, name, t, roles, unread })),
        }
      : {};
  return { user: { ...visibleUser(workspace, caller, account), ...rooms } };
}

function listed(call: AuthenticatedCall): Record<string, unknown> {
  const { workspace, caller } = call;
  const full = may(workspace, caller, 'view-full-other-user-info');
  const all = workspace.accounts
    .all()
    .filter(({ user }) => full || user.active)
    .toSorted((a, b) => a.user.username.localeCompare(b.user.username));
  const { items, ...page } = paged(call, all);
  return { users: items.map((account) => visibleUser(workspace, caller, account)), ...page };
}

function presence({ workspace, params }: AuthenticatedCall): Record<string, unknown> {
  if (workspace.settings.get<boolean>('Presence_broadcast_disabled')) return { users: [], full: false };
  const ids = optionalTexts(params, 'ids') ?? optionalText(params, 'ids')?.split(',');
  const all = workspace.accounts.all().filter(({ user }) => ids?.includes(user._id) ?? user.status !== 'offline');
  const users = all.map(({ user }) => {
    const { _id, username, name, status, statusText, avatarETag } = user;
    return { _id, username, name, status, statusText, avatarETag };
  });
  return { users, full: true };
}
