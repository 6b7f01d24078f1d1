import { may } from '../access.ts';
import { issueToken, revokeTokens } from '../accounts.ts';
import { MeteorError } from '../meteor.ts';
import { type AuthenticatedCall, optionalFlag, optionalText, type Route, textOf } from '../route.ts';
import { flag, maybe, shape, text } from '../validation.ts';

const named = shape({ tokenName: text() });

export const tokenRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'users.generatePersonalAccessToken',
    twoFactor: () => true,
    params: shape({ tokenName: text(), bypassTwoFactor: maybe(flag()) }),
    act(call) {
      refuseWithoutPermission(call);
      const { workspace, caller, params } = call;
      const name = textOf(params, 'tokenName');
      if (caller.tokens.some((token) => token.name === name)) {
        throw new MeteorError('error-token-already-exists', 'A token with this name already exists');
      }
      return {
        token: issueToken(workspace, caller, {
          name,
          bypassTwoFactor: optionalFlag(params, 'bypassTwoFactor') === true,
        }),
      };
    },
  },
  {
    method: 'POST',
    path: 'users.regeneratePersonalAccessToken',
    twoFactor: () => true,
    params: named,
    act(call) {
      const bypassTwoFactor = removeNamed(call);
      return {
        token: issueToken(call.workspace, call.caller, { name: textOf(call.params, 'tokenName'), bypassTwoFactor }),
      };
    },
  },
  {
    method: 'POST',
    path: 'users.removePersonalAccessToken',
    twoFactor: () => true,
    params: named,
    act(call) {
      removeNamed(call);
      return {};
    },
  },
  {
    method: 'GET',
    path: 'users.getPersonalAccessTokens',
    act(call) {
      refuseWithoutPermission(call);
      const tokens = call.caller.tokens.flatMap(({ name, createdAt, lastPart, bypassTwoFactor }) =>
        name === undefined
          ? []
          : [
              {
                name,
                createdAt: new Date(createdAt),
                lastTokenPart: lastPart,
                bypassTwoFactor: bypassTwoFactor === true,
              },
            ],
      );
      return { tokens };
    },
  },
  {
    method: 'POST',
    path: 'users.createToken',
    twoFactor: ({ createToken }) => createToken === 'secret',
    params: ({ createToken }) =>
      createToken === 'secret'
        ? shape({ userId: text(), secret: text() })
        : { anyOf: [shape({ userId: text() }), shape({ username: text() }), shape({ user: text() })] },
    act: tokenForOther,
  },
  {
    method: 'POST',
    path: 'users.logout',
    params: shape({ userId: maybe(text()) }, true),
    act({ workspace, caller, params }) {
      const userId = optionalText(params, 'userId') ?? caller.user._id;
      if (userId !== caller.user._id && !may(workspace, caller, 'logout-other-user'))
        throw new MeteorError('unauthorized', 'unauthorized');
      const account = workspace.accounts.byId(userId);
      if (account === undefined) throw new MeteorError('error-invalid-user-id', 'Invalid user id');
      revokeTokens(workspace, account, () => true);
      return { message: `User ${userId} has been logged out!` };
    },
  },
];

function refuseWithoutPermission({ workspace, caller }: AuthenticatedCall): void {
  if (!may(workspace, caller, 'create-personal-access-tokens')) {
    throw new MeteorError('not-authorized', 'Not Authorized', { method: 'personalAccessTokens:generateToken' });
  }
}

/** @returns whether the removed token bypassed the second factor. */
function removeNamed(call: AuthenticatedCall): boolean {
  refuseWithoutPermission(call);
  const { workspace, caller, params } = call;
  const token = caller.tokens.find(({ name }) => name === textOf(params, 'tokenName'));
  if (token === undefined) throw new MeteorError('error-token-does-not-exists', 'Token does not exist');
  revokeTokens(workspace, caller, (record) => record === token);
  return token.bypassTwoFactor === true;
}

/** 6 and 7: a switch in the server's environment. From 8.0: a secret shared through it. */
function tokenForOther({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const { enabled, secret } = workspace.createTokens;
  const bySecret = workspace.dialect.createToken === 'secret';
  if (!enabled || (bySecret && (secret === undefined || textOf(params, 'secret') !== secret))) {
    throw new MeteorError('error-not-authorized', 'Not authorized', { method: 'createToken' });
  }
  const id = optionalText(params, 'userId');
  const username = optionalText(params, 'username') ?? optionalText(params, 'user');
  const account = id !== undefined ? workspace.accounts.byId(id) : workspace.accounts.byUsername(username ?? '');
  if (account === undefined) throw new MeteorError('error-invalid-user', 'Invalid user', { method: 'createToken' });
  if (account !== caller && !may(workspace, caller, 'user-generate-access-token')) {
    throw new MeteorError('error-not-authorized', 'Not authorized', { method: 'createToken' });
  }
  return { data: { userId: account.user._id, authToken: issueToken(workspace, account) } };
}
