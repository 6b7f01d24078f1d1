import type { Account } from './account-book.ts';
import { MeteorError } from './meteor.ts';
import { WORKSPACE_ROLES } from './permissions.ts';
import type { Workspace } from './workspace.ts';

const DEFAULT_NAMES = '[0-9a-zA-Z-_.]+';

/** Full match against an admin's pattern; a broken pattern counts as the default one. */
export function matchesNameSetting(workspace: Workspace, setting: string, name: string): boolean {
  const pattern = workspace.settings.get<string>(setting);
  try {
    return new RegExp(`^${pattern}$`).test(name);
  } catch {
    return new RegExp(`^${DEFAULT_NAMES}$`).test(name);
  }
}

/** @throws MeteorError for a username that can't be had (validateUsername, checkUsernameAvailability). */
export function checkUsername(workspace: Workspace, username: string, self?: Account): void {
  if (!matchesNameSetting(workspace, 'UTF8_User_Names_Validation', username)) {
    throw new MeteorError('error-invalid-username', `${username} is not a valid username`, {
      method: 'insertOrUpdateUser',
      input: username,
      field: 'Username',
    });
  }
  const blocked = workspace.settings.get<string>('Accounts_SystemBlockedUsernameList').split(',');
  if ([...blocked, 'all', 'here'].includes(username.toLowerCase()) && self?.user.username !== username) {
    throw new MeteorError('error-blocked-username', `${username} is blocked and can't be used!`, { field: username });
  }
  const owner = workspace.accounts.byUsername(username);
  if (owner !== undefined && owner !== self) {
    throw new MeteorError('error-field-unavailable', `<strong>${username}</strong> is already in use :(`, {
      field: 'username',
    });
  }
}

/** @throws MeteorError for `< > \ /` and broken percent escapes (validateNameChars). */
export function checkName(name: string): void {
  let decoded = name;
  try {
    decoded = decodeURI(name);
  } catch {
    throw new MeteorError('error-input-is-not-a-valid-field', 'Name contains invalid characters', { field: 'name' });
  }
  if (/[<>\\/]/.test(name) || /[<>\\/]/.test(decoded)) {
    throw new MeteorError('error-input-is-not-a-valid-field', 'Name contains invalid characters', { field: 'name' });
  }
}

/** @throws MeteorError for a malformed or taken address. */
export function checkEmail(workspace: Workspace, email: string, self?: Account): void {
  if (!/^[^\s@]+@[^\s@]+$/.test(email))
    throw new MeteorError('error-invalid-email', `Invalid email ${email}`, { field: 'email' });
  const owner = workspace.accounts.byEmail(email);
  if (owner !== undefined && owner !== self) {
    throw new MeteorError('error-field-unavailable', `<strong>${email}</strong> is already in use :(`, {
      field: 'email',
    });
  }
}

export function checkRoles(roles: readonly string[]): void {
  if (roles.length === 0 || !roles.every((role) => WORKSPACE_ROLES.has(role))) {
    throw new MeteorError('error-action-not-allowed', 'The field Roles consist invalid role id', {
      action: 'Assign_role',
    });
  }
}

/** @throws MeteorError when the licence has no seat left. Guests and App users take none. */
export function checkSeat(workspace: Workspace, roles: readonly string[]): void {
  if (workspace.seats === undefined || isGuest(roles)) return;
  if (takenSeats(workspace) >= workspace.seats)
    throw new MeteorError('error-license-user-limit-reached', 'error-license-user-limit-reached');
}

/** Active accounts that the licence counts. */
export const takenSeats = ({ accounts }: Workspace): number =>
  accounts.all().filter(({ user }) => user.active && user.type === 'user' && !isGuest(user.roles)).length;

function isGuest(roles: readonly string[]): boolean {
  return roles.length === 1 && roles[0] === 'guest';
}
