import { randomBytes } from 'node:crypto';
import { type ApplicationService, isUserReserved } from './application-services.ts';
import type { Account, Homeserver } from './state.ts';
import { MatrixError } from './matrix-error.ts';

const newToken = (): string => `syt_${randomBytes(24).toString('base64url')}`;
const newDeviceId = (): string => randomBytes(7).toString('hex').slice(0, 10).toUpperCase();

export interface NewAccount {
  readonly localpart: string;
  readonly password?: string;
  readonly admin?: boolean;
  /** The application service that registers, if one does. */
  readonly service?: ApplicationService;
}

/** `M_INVALID_USERNAME`, `M_EXCLUSIVE` and `M_USER_IN_USE` as Synapse checks them, in that order. */
export function createAccount(hs: Homeserver, wish: NewAccount): Account {
  const userId = `@${wish.localpart}:${hs.serverName}`;
  if (wish.localpart === '' || /[^a-z0-9._=\-/+]/.test(wish.localpart)) {
    throw new MatrixError(400, 'M_INVALID_USERNAME', "User ID can only contain characters a-z, 0-9, or '=_-./+'");
  }
  if (Buffer.byteLength(userId) > 255)
    throw new MatrixError(400, 'M_INVALID_USERNAME', 'User ID may not be longer than 255 characters');
  if (wish.service !== undefined && !wish.service.ownsUser(userId)) {
    throw new MatrixError(400, 'M_EXCLUSIVE', 'Invalid user localpart for this application service.');
  }
  if (isUserReserved(hs, userId, wish.service)) {
    throw new MatrixError(400, 'M_EXCLUSIVE', 'This user ID is reserved by an application service.');
  }
  if (hs.disk.accounts.has(userId)) throw new MatrixError(400, 'M_USER_IN_USE', 'User ID already taken.');
  const account: Account = {
    userId,
    password: wish.password,
    admin: wish.admin ?? false,
    displayName: wish.service === undefined || userId !== wish.service.sender ? wish.localpart : undefined,
    avatarUrl: undefined,
    extra: new Map(),
    devices: new Map(),
    accountData: new Map(),
    filters: [],
  };
  hs.disk.accounts.set(userId, account);
  return account;
}

/** A new access token for a new or known device of the account; the device's older tokens end. */
export function logIn(
  hs: Homeserver,
  account: Account,
  device: { id?: string; displayName?: string } = {},
): { accessToken: string; deviceId: string } {
  const deviceId = device.id ?? newDeviceId();
  dropTokens(hs, account.userId, deviceId);
  if (!account.devices.has(deviceId)) account.devices.set(deviceId, { displayName: device.displayName });
  const accessToken = newToken();
  hs.disk.tokens.set(accessToken, { userId: account.userId, deviceId });
  return { accessToken, deviceId };
}

export function dropTokens(hs: Homeserver, userId: string, deviceId?: string): void {
  for (const [token, owner] of hs.disk.tokens) {
    if (owner.userId === userId && (deviceId === undefined || owner.deviceId === deviceId))
      hs.disk.tokens.delete(token);
  }
}

/** Removes a device with what hangs on it: its tokens and its memory of transaction ids. */
export function removeDevice(hs: Homeserver, account: Account, deviceId: string): void {
  account.devices.delete(deviceId);
  dropTokens(hs, account.userId, deviceId);
  const middle = `\0${account.userId}\0${deviceId}\0`;
  for (const key of hs.disk.deviceTransactions.keys()) {
    if (key.includes(middle)) hs.disk.deviceTransactions.delete(key);
  }
}
