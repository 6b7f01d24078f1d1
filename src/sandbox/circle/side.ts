import { connectService } from '../../lib/admin/connect.ts';
import type { BridgeService } from '../../lib/bridge/service/views.ts';
import { loadKeyText } from '../../lib/config/key-file.ts';
import type { MatrixUserId, ServerName, WorkspaceUserId } from '../../lib/core/ids.ts';
import { Secret } from '../../lib/core/secret.ts';
import { createWorkspaceApi } from '../../lib/rocketchat/api.ts';
import type { WorkspaceApi } from '../../lib/rocketchat/types.ts';
import { type BridgeProcess, startBridgeProcess } from '../bridge-process.ts';
import { type BridgeSetup, setUpBridge } from '../bridge-setup.ts';
import type { StageOptions } from '../demo/stage.ts';
import type { ReaderAccess } from '../features/workspace-reader.ts';
import type { RunningHomeserver } from '../homeserver/types.ts';
import type { Servers } from '../servers.ts';
import { startWorkspace } from '../workspace/server.ts';

/** A workspace, its homeserver and the bridge between them, which runs in a process of its own. */
export interface Side {
  readonly serverName: ServerName;
  readonly servers: Servers;
  /** What a command would ask of the running bridge. */
  readonly service: BridgeService;
  /** The workspace's admin. */
  readonly admin: WorkspaceApi;
  /** User name of the bridge's account. */
  readonly bot: string;
  /** Makes an account. */
  person(username: string, name: string): Person;
  stop(): Promise<void>;
}

/** Somebody of one workspace, whom the other knows as an external person. */
export interface Person {
  readonly side: Side;
  readonly username: string;
  readonly name: string;
  readonly id: WorkspaceUserId;
  readonly api: WorkspaceApi;
  readonly access: ReaderAccess;
  /** On Matrix. */
  readonly ghost: MatrixUserId;
  /** Username of the account that stands for them in the other workspace. */
  readonly puppet: string;
}

/** A machine that is busy starting everything else takes its time. */
const ANSWER_WITHIN_MS = 60_000;

/** Sets a bridge up between a new workspace and that homeserver, and starts it. */
export async function startSide(homeserver: RunningHomeserver, options: StageOptions): Promise<Side> {
  const serverName = homeserver.serverName as ServerName;
  // People of a script write faster than Rocket.Chat lets anybody.
  const workspace = await startWorkspace({ port: 0, settings: { API_Enable_Rate_Limiter: false } });
  const servers: Servers = { workspace, homeserver, serverName, stop: () => workspace.stop() };
  let setup: BridgeSetup | undefined;
  let bridge: BridgeProcess | undefined;
  const stop = async (): Promise<void> => {
    await bridge?.stop();
    await setup?.remove();
    await workspace.stop();
  };
  try {
    setup = await setUpBridge(servers, options);
    bridge = await startBridgeProcess({ ...options, fetch: options.network.fetch, setup });
    const service = await serviceOf(setup, options);
    const { prefix } = setup.registration;
    const side: Side = {
      serverName,
      servers,
      service,
      admin: accountOf(servers, workspace.admin, options),
      bot: setup.botUsername,
      person: (username, name) => enter(side, { username, name, prefix }, options),
      stop,
    };
    return side;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function serviceOf(setup: BridgeSetup, options: StageOptions): Promise<BridgeService> {
  const { service } = await connectService(setup.profile, {
    ...options,
    key: await loadKeyText(setup.source),
    redactor: setup.source.redactor,
    platform: process.platform,
    timeoutMs: ANSWER_WITHIN_MS,
  });
  return service;
}

interface Account {
  readonly userId: string;
  readonly token: string;
}

const accountOf = (
  { workspace }: Servers,
  { userId, token }: Account,
  { clock, log, network }: StageOptions,
): WorkspaceApi =>
  createWorkspaceApi({
    url: workspace.url,
    credentials: { userId: userId as WorkspaceUserId, token: new Secret(token) },
    clock,
    log,
    fetch: network.fetch,
  });

function enter(
  side: Side,
  { username, name, prefix }: { readonly username: string; readonly name: string; readonly prefix: string },
  options: StageOptions,
): Person {
  const { servers, serverName } = side;
  const account = servers.workspace.createUser({ username, name });
  return {
    side,
    username,
    name,
    id: account.userId as WorkspaceUserId,
    api: accountOf(servers, account, options),
    access: { url: servers.workspace.url, ...account, fetch: options.network.fetch },
    ghost: `@${prefix}${username}:${serverName}` as MatrixUserId,
    puppet: `${prefix}${username}.${serverName}`,
  };
}
