import { type Account, sha256, type TokenRecord } from './account-book.ts';
import { later, type Workspace } from './workspace.ts';
import { meteorId, MeteorError } from './meteor.ts';
import { secondFactorRequired } from './two-factor.ts';
import { checkEmail, checkName, checkRoles, checkSeat, checkUsername } from './user-rules.ts';

const MAX_LOGIN_TOKENS = 50;
const DAY_MS = 86_400_000;

export interface NewAccount {
  username: string;
  name: string;
  email: string;
  password: string;
  roles?: readonly string[];
  verified?: boolean;
  active?: boolean;
  bio?: string;
  nickname?: string;
  statusText?: string;
  requirePasswordChange?: boolean;
  customFields?: Record<string, unknown>;
}

/** Creates a user after every check that `users.create` makes. */
export function createAccount(workspace: Workspace, wanted: NewAccount): Account {
  const roles = [...(wanted.roles ?? ['user'])];
  checkName(wanted.name);
  checkUsername(workspace, wanted.username);
  checkEmail(workspace, wanted.email);
  checkRoles(roles);
  if (wanted.active !== false) checkSeat(workspace, roles);
  return insertAccount(workspace, { ...wanted, roles });
}

/** Creates a user unchecked: the workspace's first admin has a name that nobody else may take. */
export function insertAccount(workspace: Workspace, wanted: NewAccount): Account {
  const now = workspace.stamp();
  const account: Account = {
    user: {
      _id: meteorId(),
      username: wanted.username,
      name: wanted.name,
      emails: [{ address: wanted.email, verified: wanted.verified ?? false }],
      roles: [...(wanted.roles ?? ['user'])],
      type: 'user',
      active: wanted.active ?? true,
      status: 'offline',
      statusDefault: 'online',
      statusText: wanted.statusText ?? '',
      createdAt: now,
      _updatedAt: now,
      ...(wanted.bio === undefined ? {} : { bio: wanted.bio }),
      ...(wanted.nickname === undefined ? {} : { nickname: wanted.nickname }),
      ...(wanted.requirePasswordChange === true ? { requirePasswordChange: true } : {}),
      ...(wanted.customFields === undefined ? {} : { customFields: wanted.customFields }),
    },
    passwordDigest: sha256(wanted.password),
    tokens: [],
    avatar: undefined,
    secondFactor: undefined,
    rememberedUntil: 0,
  };
  workspace.accounts.add(account);
  return account;
}

/** Marks a user as changed now. */
export function touchAccount(workspace: Workspace, account: Account): void {
  account.user._updatedAt = workspace.stamp();
}

/** Issues a login token, or a personal access token when it has a name. The value is shown only here. */
export function issueToken(
  workspace: Workspace,
  account: Account,
  personal?: { name: string; bypassTwoFactor: boolean },
): string {
  const token = meteorId(43);
  const record: TokenRecord = {
    hashed: sha256(token, 'base64'),
    lastPart: token.slice(-6),
    createdAt: workspace.clock.now(),
    ...personal,
  };
  workspace.accounts.addToken(account, record);
  const logins = account.tokens.filter(({ name }) => name === undefined);
  const oldest = logins.length > MAX_LOGIN_TOKENS ? logins[0] : undefined;
  if (oldest !== undefined) workspace.accounts.dropTokens(account, (one) => one === oldest);
  return token;
}

/** Revokes tokens and ends the realtime sessions that were logged in with them. */
export function revokeTokens(workspace: Workspace, account: Account, which: (record: TokenRecord) => boolean): void {
  const dropped = workspace.accounts.dropTokens(account, which);
  if (dropped.length === 0) return;
  const hashedTokens = new Set(dropped.map(({ hashed }) => hashed));
  workspace.bus.emit({ kind: 'logout', userId: account.user._id, hashedTokens });
}

/** The account behind a token that is neither revoked nor expired, and whose user is active. */
export function accountForToken(
  workspace: Workspace,
  token: string,
): { account: Account; record: TokenRecord } | undefined {
  const found = workspace.accounts.byToken(token);
  if (found === undefined || !found.account.user.active) return undefined;
  const lifetime = workspace.settings.get<number>('Accounts_LoginExpiration') * DAY_MS;
  if (found.record.name === undefined && found.record.createdAt + lifetime <= workspace.clock.now()) return undefined;
  return found;
}

export interface LoginRequest {
  user?: string | undefined;
  /** Plain, or the hexadecimal sha-256 that clients send as `{digest, algorithm}`. */
  password?: string | undefined;
  digest?: string | undefined;
  resume?: string | undefined;
  code?: string | undefined;
}

/**
 * Logs in. With a token it answers that very token; with a password a new one.
 * @throws MeteorError 403 for wrong credentials, `totp-required` or `totp-invalid` for the second factor.
 */
export function logIn(
  workspace: Workspace,
  request: LoginRequest,
): { account: Account; token: string; record: TokenRecord } {
  if (request.resume !== undefined) {
    const found = accountForToken(workspace, request.resume);
    if (found === undefined) throw new MeteorError(403, "You've been logged out by the server. Please log in again.");
    return { ...found, token: request.resume };
  }
  const account = findForLogin(workspace, request.user ?? '');
  if (account === undefined) throw new MeteorError(403, 'User not found');
  const digest = request.digest ?? sha256(request.password ?? '');
  if (account.passwordDigest !== digest) throw new MeteorError(403, 'Incorrect password');
  if (!account.user.active) throw new MeteorError('error-user-is-not-activated', 'User is not activated');
  if (workspace.settings.get<boolean>('Accounts_EmailVerification') && account.user.emails[0]?.verified !== true) {
    throw new MeteorError('error-invalid-email', 'Invalid email -1');
  }
  if (account.secondFactor !== undefined) checkLoginCode(account, request.code);
  account.user.lastLogin = workspace.stamp();
  const token = issueToken(workspace, account);
  const record = account.tokens.at(-1);
  if (record === undefined) throw new Error('A token that was just issued is gone');
  return { account, token, record };
}

function findForLogin(workspace: Workspace, user: string): Account | undefined {
  return user.includes('@') ? workspace.accounts.byEmail(user) : workspace.accounts.byUsername(user);
}

function checkLoginCode(account: Account, code: string | undefined): void {
  if (code === undefined || code === '') throw secondFactorRequired(account);
  if (code !== account.secondFactor?.code) {
    throw new MeteorError('totp-invalid', 'TOTP Invalid', { method: account.secondFactor?.method });
  }
}

export function setPassword(workspace: Workspace, account: Account, password: string): void {
  account.passwordDigest = sha256(password);
  touchAccount(workspace, account);
  // The whole list of tokens is cleared: personal access tokens die with the logins.
  revokeTokens(workspace, account, () => true);
}

/** Deactivation revokes every token; activation needs a seat. */
export function setActive(workspace: Workspace, account: Account, active: boolean): void {
  if (active && !account.user.active) checkSeat(workspace, account.user.roles);
  account.user.active = active;
  touchAccount(workspace, account);
  if (!active) revokeTokens(workspace, account, () => true);
}

export function setAvatar(workspace: Workspace, account: Account, avatar: Account['avatar']): void {
  account.avatar = avatar;
  const etag = avatar === undefined ? undefined : meteorId();
  if (etag === undefined) delete account.user.avatarETag;
  else account.user.avatarETag = etag;
  touchAccount(workspace, account);
  // The real server announces half a second later; nobody may rely on it being at once.
  later(workspace, 1, () =>
    workspace.bus.emit({
      kind: 'notify-logged',
      event: 'updateAvatar',
      args: [{ username: account.user.username, etag }],
    }),
  );
}

/** A new display name or username; the latter is always announced, the former only with UI_Use_Real_Name. */
export function renameAccount(
  workspace: Workspace,
  account: Account,
  change: { name?: string; username?: string },
): void {
  if (change.name !== undefined) checkName(change.name);
  if (change.username !== undefined) checkUsername(workspace, change.username, account);
  const usernameChanged = change.username !== undefined && change.username !== account.user.username;
  const nameChanged = change.name !== undefined && change.name !== account.user.name;
  if (change.name !== undefined) account.user.name = change.name;
  if (change.username !== undefined && usernameChanged) workspace.accounts.rename(account, change.username);
  touchAccount(workspace, account);
  const { _id, name, username } = account.user;
  for (const subscription of workspace.rooms.subscriptionsOf(_id)) subscription.u = { _id, username, name };
  if (usernameChanged || (nameChanged && workspace.settings.get<boolean>('UI_Use_Real_Name'))) {
    workspace.bus.emit({ kind: 'notify-logged', event: 'Users:NameChanged', args: [{ _id, name, username }] });
  }
}
