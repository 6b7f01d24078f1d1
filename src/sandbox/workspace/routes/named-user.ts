import type { Account } from '../account-book.ts';
import { MeteorError } from '../meteor.ts';
import { type AuthenticatedCall, optionalText } from '../route.ts';

/** The user of `userId` or `username`; without either the caller. */
export function namedOrSelf({ workspace, params, caller }: AuthenticatedCall): Account {
  const id = optionalText(params, 'userId');
  const username = optionalText(params, 'username');
  if (id === undefined && username === undefined) return caller;
  const account = id !== undefined ? workspace.accounts.byId(id) : workspace.accounts.byUsername(username ?? '');
  if (account === undefined)
    throw new MeteorError(
      'error-invalid-user',
      'The required "userId" or "username" param provided does not match any users',
    );
  return account;
}
