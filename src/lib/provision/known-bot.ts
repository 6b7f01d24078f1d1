import type { Reach } from '../admin/reach.ts';
import { RcfedError } from '../core/errors.ts';
import type { WorkspaceUserId } from '../core/ids.ts';
import { createWorkspaceApi } from '../rocketchat/api.ts';
import type { WorkspaceApi, WorkspaceCredentials } from '../rocketchat/types.ts';
import type { KnownProfile } from './known-profile.ts';
import { workingBot } from './workspace-bot.ts';

interface BotRequest {
  readonly workspaceUrl: string;
  readonly botUsername?: string | undefined;
  /** Of an account that somebody made for the bridge by hand. */
  readonly botCredentials?: WorkspaceCredentials | undefined;
}

/** As nobody, unless there are credentials. */
export const apiFor = (
  { workspaceUrl }: Pick<BotRequest, 'workspaceUrl'>,
  { clock, log, network, timeoutMs }: Reach,
  credentials?: WorkspaceCredentials,
): WorkspaceApi =>
  createWorkspaceApi({
    url: workspaceUrl,
    ...(credentials === undefined ? {} : { credentials }),
    clock,
    log,
    fetch: network.fetch,
    deadlineMs: timeoutMs,
  });

export interface WorkingBot {
  readonly api: WorkspaceApi;
  readonly username: string;
  readonly credentials: WorkspaceCredentials;
}

/**
 * The bridge's account, if its token works; that of the request goes before that of the profile.
 * @throws RcfedError RCFED_NOT_ALLOWED for one of the request that does not
 */
export async function botOf(
  request: BotRequest,
  known: KnownProfile | undefined,
  reach: Reach,
): Promise<WorkingBot | undefined> {
  const credentials = request.botCredentials ?? keptCredentials(request, known);
  if (credentials === undefined) return undefined;
  const api = apiFor(request, reach, credentials);
  const me = await workingBot(api);
  if (me !== undefined) return { api, username: me.username, credentials };
  if (request.botCredentials === undefined) return undefined;
  throw new RcfedError('RCFED_NOT_ALLOWED', "The token given for the bridge's account does not work", {
    why: 'It is wrong, or the account has not both roles: admin and bot.',
    try: ['rcfed federation provision --workspace-user-id ID --workspace-token-file FILE'],
  });
}

function keptCredentials(
  { workspaceUrl, botUsername }: BotRequest,
  known: KnownProfile | undefined,
): WorkspaceCredentials | undefined {
  const userId = known?.values['workspace-user-id'];
  const token = known?.secrets['workspace-token'];
  const username = known?.values['workspace-username'];
  const isSame =
    known?.values['workspace-url'] === workspaceUrl && (botUsername === undefined || botUsername === username);
  if (!isSame || userId === undefined || token === undefined) return undefined;
  return { userId: userId as WorkspaceUserId, token };
}
