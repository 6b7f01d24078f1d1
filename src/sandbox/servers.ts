import { RcfedError } from '../lib/core/errors.ts';
import type { ServerName } from '../lib/core/ids.ts';
import { parseServerName } from '../lib/matrix/server-name.ts';
import type { Registration } from '../lib/matrix/types.ts';
import { startHomeserver } from './homeserver/server.ts';
import type { RunningHomeserver } from './homeserver/types.ts';
import { startSynapse } from './synapse/server.ts';
import type { SynapseSource } from './synapse/source.ts';
import { type SandboxWorkspace, startWorkspace } from './workspace/server.ts';

export interface ServersOptions {
  readonly serverName: string;
  /** 0 or undefined: any free one. */
  readonly workspacePort?: number | undefined;
  readonly homeserverPort?: number | undefined;
  readonly version?: string | undefined;
  readonly admin?: { readonly username: string; readonly password: string } | undefined;
  /** Over the workspace's defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The homeserver's `m.upload.size`; default: its own. */
  readonly maxUploadBytes?: number | undefined;
  /** A real homeserver instead of the sandbox's. */
  readonly synapse?: SynapseSource | undefined;
  /** Application services that the homeserver knows from its start. */
  readonly registrations?: readonly Registration[] | undefined;
}

/** A workspace and a homeserver. */
export interface Servers {
  readonly workspace: SandboxWorkspace;
  readonly homeserver: RunningHomeserver;
  readonly serverName: ServerName;
  stop(): Promise<void>;
}

/**
 * Starts both servers on loopback.
 * @throws RcfedError RCFED_SANDBOX_PORT, RCFED_USAGE for a server name or a version that can't be, RCFED_SYNAPSE_FAILED
 */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const serverName = parseServerName(options.serverName);
  if (serverName === undefined) throw new RcfedError('RCFED_USAGE', `${options.serverName} is no server name`);
  const workspace = await named('workspace', options.workspacePort, () =>
    startWorkspace({
      port: options.workspacePort ?? 0,
      ...(options.version === undefined ? {} : { version: options.version }),
      ...(options.admin === undefined ? {} : { admin: options.admin }),
      settings: options.settings ?? {},
    }),
  );
  try {
    const homeserver = await named('homeserver', options.homeserverPort, () => startEither(options, serverName));
    return {
      workspace,
      homeserver,
      serverName,
      async stop() {
        await Promise.allSettled([workspace.stop(), homeserver.stop()]);
      },
    };
  } catch (error) {
    await workspace.stop();
    throw error;
  }
}

function startEither(options: ServersOptions, serverName: ServerName): Promise<RunningHomeserver> {
  const { synapse: source, homeserverPort: port = 0, registrations = [], maxUploadBytes } = options;
  const common = { serverName, registrations, port, ...(maxUploadBytes === undefined ? {} : { maxUploadBytes }) };
  return source === undefined ? startHomeserver(common) : startSynapse({ ...common, source });
}

async function named<Server>(name: string, port: number | undefined, start: () => Promise<Server>): Promise<Server> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof RcfedError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new RcfedError('RCFED_SANDBOX_PORT', `Port ${port} for the ${name} is in use`, { cause: error });
    if (code === 'EACCES')
      throw new RcfedError('RCFED_SANDBOX_PORT', `Port ${port} for the ${name} is not for this user`, { cause: error });
    if (code !== undefined) throw error;
    throw new RcfedError('RCFED_USAGE', `The ${name} can't start: ${message}`, { cause: error });
  }
}
