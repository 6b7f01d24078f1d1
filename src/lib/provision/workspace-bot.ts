import { randomBytes } from 'node:crypto';
import { RcfedError } from '../core/errors.ts';
import { RemoteError } from '../core/remote-error.ts';
import { Secret } from '../core/secret.ts';
import type { Reach } from '../admin/reach.ts';
import { createWorkspaceApi } from '../rocketchat/api.ts';
import type { WorkspaceCredentials, WorkspaceUser } from '../rocketchat/types.ts';
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

/** Whether a token still is the bot's and may do what the bridge needs. Throws RemoteError where nobody can say. */
export async function botWorks(url: string, credentials: WorkspaceCredentials, reach: Reach): Promise<boolean> {
  const api = createWorkspaceApi({
    url,
    credentials,
    clock: reach.clock,
    log: reach.log,
    fetch: reach.network.fetch,
    deadlineMs: reach.timeoutMs,
  });
  try {
    const me = await api.me();
    return me.id === credentials.userId && BOT_ROLES.every((role) => me.roles.includes(role));
  } catch (error) {
    if (error instanceof RemoteError && (error.status === 401 || error.status === 403)) return false;
    throw error;
  }
}

/**
 * The account of that name, if a bot has it already.
 * @throws RcfedError RCFED_NAME_TAKEN for a person's: renewing it would lock the person out.
 */
async function existingBot({ api }: WorkspaceAdmin, username: string): Promise<WorkspaceUser | undefined> {
  const user = await api.userByName(username);
  if (user === undefined || user.roles.includes('bot')) return user;
  throw new RcfedError('RCFED_NAME_TAKEN', `${username} is the account of a person on the workspace`, {
    why: 'It has not the role bot.',
  });
}

/**
 * Makes the account, or gives the existing one a new password, and with it a token that needs no second
 * factor. Every older token of the account ends.
 */
export async function renewBot(
  admin: WorkspaceAdmin,
  { url, username, serverName }: { readonly url: string; readonly username: string; readonly serverName: string },
  reach: Reach,
): Promise<WorkspaceBot> {
  const password = new Secret(randomBytes(32).toString('base64url'));
  reach.redactor.know(password);
  const existing = await existingBot(admin, username);
  if (existing === undefined) {
    const email = `${username}@${serverName.replace(/:\d+$/, '').replace(/[[\]:]/g, '') || 'matrix'}.invalid`;
    await admin.api.createUser({ username, name: 'Matrix bridge', email, password, roles: BOT_ROLES });
  } else {
    if (!existing.active) await admin.api.setUserActive(existing.id, true);
    const missing = BOT_ROLES.filter((role) => !existing.roles.includes(role));
    if (missing.length > 0) await admin.setRoles(existing.id, [...existing.roles, ...missing]);
    await admin.api.setPassword(existing.id, password);
  }
  const nobody = createWorkspaceApi({
    url,
    clock: reach.clock,
    log: reach.log,
    fetch: reach.network.fetch,
    deadlineMs: reach.timeoutMs,
  });
  const session = await nobody.login(username, password);
  reach.redactor.know(session.token);
  const token = await nobody.as(session).createPersonalAccessToken(TOKEN_NAME, password);
  reach.redactor.know(token);
  return { username, password, credentials: { userId: session.userId, token } };
}
