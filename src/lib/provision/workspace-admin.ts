import { RcfedError } from '../core/errors.ts';
import type { WorkspaceUserId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import { isRecord } from '../core/record.ts';
import { Secret } from '../core/secret.ts';
import type { Reach } from '../admin/reach.ts';
import { createWorkspaceApi } from '../rocketchat/api.ts';
import { createRest, passwordCode, type RestOptions } from '../rocketchat/rest.ts';
import type { WorkspaceApi, WorkspaceCredentials } from '../rocketchat/types.ts';
import { answeringChallenges } from './second-factor.ts';

/** An account of the workspace with the role admin, used only while provisioning and never kept. */
export type AdminAccount =
  | { readonly userId: WorkspaceUserId; readonly token: Secret }
  | { readonly username: string; readonly password: Secret };

/** Gives the code of an authenticator app or a mail; undefined: nobody is there to give one. */
export type AskCode = (method: string) => Promise<Secret | undefined>;

export interface WorkspaceAdmin {
  readonly api: WorkspaceApi;
  setRoles(userId: WorkspaceUserId, roles: readonly string[]): Promise<void>;
  /**
   * `users.createToken`: a login token of another account; undefined where the workspace does not give any, as it
   * does not unless its environment says so.
   */
  loginTokenFor(userId: WorkspaceUserId): Promise<Secret | undefined>;
}

/**
 * Logs the admin in and makes sure that the account is one.
 * @throws RcfedError RCFED_NOT_ALLOWED, RCFED_TWO_FACTOR; RemoteError
 */
export async function asWorkspaceAdmin(
  url: string,
  account: AdminAccount,
  reach: Reach,
  askCode: AskCode,
): Promise<WorkspaceAdmin> {
  const fetch = answeringChallenges(reach.network.fetch, async (method) => {
    if (method === 'password') return 'password' in account ? passwordCode(account.password) : undefined;
    return (await askCode(method))?.reveal();
  });
  const options: RestOptions = { url, clock: reach.clock, log: reach.log, fetch, deadlineMs: reach.timeoutMs };
  try {
    const credentials = 'token' in account ? account : await loggedIn(options, account, askCode);
    reach.redactor.know(credentials.token);
    const api = createWorkspaceApi({ ...options, credentials });
    const me = await api.me();
    if (!me.roles.includes('admin')) {
      throw new RcfedError('RCFED_NOT_ALLOWED', `${me.username} is no admin of the workspace`, {
        try: ['Name an account with the role admin: --workspace-admin USERNAME'],
      });
    }
    const rest = createRest({ ...options, credentials });
    return {
      api,
      async setRoles(userId, roles) {
        await rest.post('users.update', { body: { userId, data: { roles: [...roles] } } });
      },
      async loginTokenFor(userId) {
        try {
          const { body } = await rest.post('users.createToken', { body: { userId } });
          const token = isRecord(body['data']) ? body['data']['authToken'] : undefined;
          return typeof token === 'string' ? new Secret(token) : undefined;
        } catch (error) {
          if (error instanceof RemoteError && error.failure === 'refused') return undefined;
          throw error;
        }
      },
    };
  } catch (error) {
    throw explainedRefusal(error);
  }
}

async function loggedIn(
  options: RestOptions,
  { username, password }: Extract<AdminAccount, { username: string }>,
  askCode: AskCode,
): Promise<WorkspaceCredentials> {
  const api = createWorkspaceApi({ ...options });
  try {
    return await api.login(username, password);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== 'totp-required') throw error;
    const code = await askCode((error.details as { method?: string } | undefined)?.method ?? 'totp');
    if (code === undefined) throw error;
    return await api.login(username, password, code.reveal());
  }
}

/** What a person can do about a second factor, or a wrong password. */
export function explainedRefusal(error: unknown): unknown {
  if (!(error instanceof RemoteError)) return error;
  if (error.code === 'totp-required' || error.code === 'totp-invalid') {
    const message =
      error.code === 'totp-invalid'
        ? 'The two-factor code is not accepted'
        : "The admin's account asks for a two-factor code";
    return new RcfedError('RCFED_TWO_FACTOR', message, { cause: error });
  }
  if (error.status === 401) {
    return new RcfedError('RCFED_NOT_ALLOWED', 'The workspace does not accept the account of the admin', {
      why: 'User name, password or token is wrong.',
      try: [
        'Give it again: rcfed federation provision --workspace-admin USERNAME --workspace-admin-password-file FILE',
      ],
      cause: error,
    });
  }
  return error;
}
