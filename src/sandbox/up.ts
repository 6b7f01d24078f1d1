import type { Clock } from '../lib/core/clock.ts';
import { RcfedError } from '../lib/core/errors.ts';
import type { Log } from '../lib/core/log.ts';
import { createNetwork } from '../lib/network/network.ts';
import { readRegistration } from '../lib/provision/profile-registration.ts';
import { type BridgeProcess, startBridgeProcess } from './bridge-process.ts';
import { type BridgeSetup, setUpBridge } from './bridge-setup.ts';
import { type Servers, type ServersOptions, startServers } from './servers.ts';

export interface UpOptions {
  readonly servers: ServersOptions;
  /** Path of the registration of a bridge that somebody else runs; the homeserver reads it at its start. */
  readonly registrationFile: string | undefined;
  /** False: none is set up, and none runs. */
  readonly bridge: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onBridgeLine: (line: string) => void;
}

/** What runs, for the one line that `sandbox up --json` prints. */
export interface SandboxView {
  readonly workspace: Pick<Servers['workspace'], 'url' | 'version' | 'admin'>;
  readonly homeserver: { readonly url: string; readonly serverName: string; readonly adminToken: string };
  readonly bridge: BridgeView | null;
}

export interface BridgeView {
  readonly url: string;
  readonly pid: number;
  /** User name on the workspace. */
  readonly account: string;
  readonly profile: string;
  readonly registration: string;
  /** With these any rcfed command is about this sandbox. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Runs the sandbox until the signal aborts, and cleans up.
 * @throws RcfedError as {@link startServers}, readRegistration and startBridgeProcess; RCFED_SANDBOX_BRIDGE if the bridge ends by itself
 */
export async function sandboxUp(options: UpOptions, onReady: (view: SandboxView) => void): Promise<void> {
  const { registrationFile } = options;
  const registrations = registrationFile === undefined ? [] : [await readRegistration(registrationFile)];
  for (const { serverName } of registrations) {
    if (serverName !== options.servers.serverName)
      throw new RcfedError('RCFED_USAGE', `The registration is for ${serverName}, not ${options.servers.serverName}`, {
        try: [`rcfed sandbox up --no-bridge --registration FILE --server-name ${serverName}`],
      });
  }
  const servers = await startServers({ ...options.servers, registrations });
  let running: RunningBridge | undefined;
  try {
    if (options.bridge) running = await startBridge(servers, options);
    options.signal.throwIfAborted();
    onReady(viewOf(servers, running));
    await Promise.race([
      aborted(options.signal),
      ...(running === undefined ? [] : [endedByItself(running.process, options.signal)]),
    ]);
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    await running?.process.stop();
    await running?.setup.remove();
    await servers.stop();
  }
}

interface RunningBridge {
  readonly setup: BridgeSetup;
  readonly process: BridgeProcess;
}

async function startBridge(servers: Servers, options: UpOptions): Promise<RunningBridge> {
  const { clock, log, env, signal, onBridgeLine } = options;
  // Everything is on loopback: no proxy is asked.
  const network = await createNetwork({ env: {} });
  const setup = await setUpBridge(servers, { clock, log, network, signal });
  try {
    const { fetch } = network;
    return { setup, process: await startBridgeProcess({ setup, env, clock, fetch, signal, onLine: onBridgeLine }) };
  } catch (error) {
    await setup.remove();
    throw error;
  }
}

function viewOf({ workspace, homeserver }: Servers, running: RunningBridge | undefined): SandboxView {
  const { url, version, admin } = workspace;
  return {
    workspace: { url, version, admin },
    homeserver: { url: homeserver.url, serverName: homeserver.serverName, adminToken: homeserver.adminToken },
    bridge: running === undefined ? null : bridgeView(running),
  };
}

function bridgeView({ setup, process: { url, pid } }: RunningBridge): BridgeView {
  const { botUsername: account, profileName: profile, registrationFile: registration, environment } = setup;
  return { url, pid, account, profile, registration, environment };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function endedByItself({ ended }: BridgeProcess, signal: AbortSignal): Promise<void> {
  const said = await ended;
  // Ctrl-C reaches both processes, and the bridge may be the quicker one.
  if (!signal.aborted) throw new RcfedError('RCFED_SANDBOX_BRIDGE', 'The bridge has ended', { why: said });
}
