import type { Account, TokenRecord } from './account-book.ts';
import { MeteorError } from './meteor.ts';
import type { Workspace } from './workspace.ts';

/** The challenge: method `password` for an account without a second factor of its own. */
export function secondFactorRequired(account: Account): MeteorError {
  const method = account.secondFactor?.method ?? 'password';
  return new MeteorError('totp-required', 'TOTP Required', {
    method,
    ...(method === 'email'
      ? { codeGenerated: true, emailOrUsername: account.user.username }
      : { codeGenerated: false }),
    availableMethods: account.secondFactor === undefined ? [] : [method],
  });
}

/**
 * The check before an endpoint marked `twoFactorRequired`. Passes for tokens made with `bypassTwoFactor`,
 * for a factor given within `Accounts_TwoFactorAuthentication_RememberFor`, and for accounts younger than that.
 * @throws MeteorError `totp-required` or `totp-invalid`.
 */
export function checkSecondFactor(
  workspace: Workspace,
  account: Account,
  token: TokenRecord,
  given: { method: string | undefined; code: string | undefined },
): void {
  const { settings, clock } = workspace;
  if (!settings.get<boolean>('Accounts_TwoFactorAuthentication_Enabled') || token.bypassTwoFactor === true) return;
  const rememberMs = settings.get<number>('Accounts_TwoFactorAuthentication_RememberFor') * 1000;
  const now = clock.now();
  if (account.rememberedUntil > now) return;
  if (account.secondFactor === undefined && account.user.createdAt.getTime() + rememberMs > now) return;
  if (given.code === undefined || given.code === '') throw secondFactorRequired(account);
  const method = account.secondFactor?.method ?? 'password';
  // With method `password` the code is the sha-256 of the password, hexadecimal.
  const expected = account.secondFactor?.code ?? account.passwordDigest;
  if (given.method !== method || given.code !== expected)
    throw new MeteorError('totp-invalid', 'TOTP Invalid', { method });
  account.rememberedUntil = now + rememberMs;
}
