import { randomBytes } from 'node:crypto';
import { RcfedError } from '../core/errors.ts';
import { RemoteError } from '../core/remote-error.ts';
import { Secret } from '../core/secret.ts';
import type { Reach } from '../admin/reach.ts';
import { createWorkspaceApi } from '../rocketchat/api.ts';
import type { WorkspaceApi, WorkspaceCredentials, WorkspaceUser } from '../rocketchat/types.ts';
import type { WorkspaceAdmin } from './workspace-admin.ts';

/** The bridge's own account on the workspace, as it is kept in the profile. */
export interface WorkspaceBot {
  readonly username: string;
  readonly credentials: WorkspaceCredentials;
  readonly password: Secret;
}

/** `bot`: only it may speak under other names. `admin`: makes accounts, adds people to private groups. */
const BOT_ROLES: readonly string[] = ['admin', 'bot'];
const TOKEN_NAME = 'rcfed';

/** The account of a token, if it is in force and may do what the bridge needs. Throws RemoteError where nobody can say. */
export async function workingBot(api: Pick<WorkspaceApi, 'me'>): Promise<WorkspaceUser | undefined> {
  try {
    const me = await api.me();
    return BOT_ROLES.every((role) => me.roles.includes(role)) ? me : undefined;
  } catch (error) {
    if (error instanceof RemoteError && (error.status === 401 || error.status === 403)) return undefined;
    throw error;
  }
}

/**
 * The account of that name, if a bot has it already.
 * @throws RcfedError RCFED_NAME_TAKEN for a person's: renewing it would lock the person out.
 */
export async function existingBot(
  { api }: Pick<WorkspaceAdmin, 'api'>,
  username: string,
): Promise<WorkspaceUser | undefined> {
  const user = await api.userByName(username);
  if (user === undefined || user.roles.includes('bot')) return user;
  throw new RcfedError('RCFED_NAME_TAKEN', `${username} is the account of a person on the workspace`, {
    why: 'It has not the role bot.',
  });
}

interface BotPlace {
  readonly url: string;
  readonly username: string;
  readonly serverName: string;
}

/**
 * Makes the account, or gives the existing one a new password, and with it a token that needs no second
 * factor. Every older token of the account ends.
 * @param existing of {@link existingBot}
 * @throws RcfedError RCFED_PASSWORD_LOGIN: the workspace lets nobody in by password, and gave no token either
 */
export async function renewBot(
  admin: WorkspaceAdmin,
  { url, username, serverName }: BotPlace,
  existing: WorkspaceUser | undefined,
  reach: Reach,
): Promise<WorkspaceBot> {
  const password = new Secret(randomBytes(32).toString('base64url'));
  reach.redactor.know(password);
  if (existing === undefined) {
    const email = `${username}@${serverName.replace(/:\d+$/, '').replace(/[[\]:]/g, '') || 'matrix'}.invalid`;
    await admin.api.createUser({ username, name: 'Matrix bridge', email, password, roles: BOT_ROLES });
  } else {
    if (!existing.active) await admin.api.setUserActive(existing.id, true);
    const missing = BOT_ROLES.filter((role) => !existing.roles.includes(role));
    if (missing.length > 0) await admin.setRoles(existing.id, [...existing.roles, ...missing]);
    await admin.api.setPassword(existing.id, password);
  }
  const { clock, log, network, timeoutMs } = reach;
  const nobody = createWorkspaceApi({ url, clock, log, fetch: network.fetch, deadlineMs: timeoutMs });
  const session = await sessionOf(admin, nobody, username, password);
  reach.redactor.know(session.token);
  const token = await nobody.as(session).createPersonalAccessToken(TOKEN_NAME, password);
  reach.redactor.know(token);
  return { username, password, credentials: { userId: session.userId, token } };
}

/** Where LDAP or SAML keep passwords to themselves, ours is refused: then the admin asks for a token of the account. */
async function sessionOf(
  { api, loginTokenFor }: WorkspaceAdmin,
  nobody: WorkspaceApi,
  username: string,
  password: Secret,
): Promise<WorkspaceCredentials> {
  try {
    return await nobody.login(username, password);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 401) throw error;
    const user = await api.userByName(username);
    const token = user && (await loginTokenFor(user.id));
    if (user !== undefined && token !== undefined) return { userId: user.id, token };
    const ldap = (await api.setting('LDAP_Enable').catch(() => undefined))?.value === true;
    throw new RcfedError('RCFED_PASSWORD_LOGIN', `The workspace does not let ${username} log in by password`, {
      why: ldap
        ? 'LDAP is on (LDAP_Enable), without a fall-back to passwords of the workspace.'
        : 'Another way to log in, such as LDAP or SAML, goes before it.',
      cause: error,
    });
  }
}
