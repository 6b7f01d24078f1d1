import type { Account } from '../account-book.ts';
import { logIn, revokeTokens } from '../accounts.ts';
import { header } from '../credentials.ts';
import { MeteorError } from '../meteor.ts';
import { type Call, optionalText, type RawAnswer, type Route } from '../route.ts';
import type { Workspace } from '../workspace.ts';

export const authenticationRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'login',
    open: true,
    act(call) {
      try {
        const { account, token } = logIn(call.workspace, loginRequest(call));
        return { status: 'success', data: { userId: account.user._id, authToken: token, me: ownUser(account) } };
      } catch (error) {
        if (error instanceof MeteorError) return loginRefusal(call.workspace, error);
        throw error;
      }
    },
  },
  {
    method: 'POST',
    path: 'logout',
    act({ workspace, caller, token }) {
      // Also a personal access token is gone after this: the route removes whatever token it was called with.
      revokeTokens(workspace, caller, (record) => record === token);
      return { status: 'success', data: { message: "You've been logged out!" } };
    },
  },
  { method: 'GET', path: 'me', act: ({ caller }) => ownUser(caller) },
];

/** The caller's own document: with addresses, without tokens. */
function ownUser(account: Account): Record<string, unknown> {
  const { user } = account;
  return {
    ...user,
    email: user.emails[0]?.address,
    settings: { preferences: {} },
    avatarUrl: `/avatar/${user.username}`,
    isOAuthUser: false,
  };
}

function loginRequest({ params, headers }: Call): Parameters<typeof logIn>[1] {
  const password = params['password'];
  const digest = password !== null && typeof password === 'object' ? (password as Record<string, unknown>) : undefined;
  const user = params['user'];
  const named = user !== null && typeof user === 'object' ? (user as Record<string, unknown>) : undefined;
  return {
    resume: optionalText(params, 'resume'),
    user:
      optionalText(params, 'user') ??
      optionalText(params, 'username') ??
      optionalText(params, 'email') ??
      (named === undefined ? undefined : (optionalText(named, 'username') ?? optionalText(named, 'email'))),
    password: typeof password === 'string' ? password : undefined,
    digest: digest === undefined ? undefined : (optionalText(digest, 'digest') ?? optionalText(digest, 'hashed')),
    code: optionalText(params, 'code') ?? header(headers, 'x-2fa-code'),
  };
}

/** Wrong credentials and the second factor both read 401; from 9.0 on nothing tells them apart. */
function loginRefusal(workspace: Workspace, error: MeteorError): RawAnswer {
  const unknown = error.reason === 'User not found';
  const body = workspace.dialect.forbidsWith403
    ? { success: false, error: 'unauthorized' }
    : {
        success: false,
        status: 'error',
        error: unknown ? 'Unauthorized' : error.code,
        details: error.details,
        message: unknown ? 'Unauthorized' : error.reason,
      };
  return { raw: true, status: 401, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
