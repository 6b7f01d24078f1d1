import type { Clock } from '../lib/core/clock.ts';
import { RcfedError } from '../lib/core/errors.ts';
import { createNetwork } from '../lib/network/network.ts';
import { type BridgeProcess, startBridgeProcess } from './bridge-process.ts';
import { type BridgeSetup, setUpBridge } from './bridge-setup.ts';
import { type Servers, type ServersOptions, startServers } from './servers.ts';

export interface UpOptions {
  readonly servers: ServersOptions;
  /** False: the homeserver still expects a bridge, but none runs and no account is made for it. */
  readonly bridge: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
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
  readonly profile: string;
  readonly registration: string;
  /** With these any rcfed command is about this sandbox. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Runs the sandbox until the signal aborts, and cleans up.
 * @throws RcfedError as {@link startServers} and startBridgeProcess; RCFED_SANDBOX_BRIDGE if the bridge ends by itself
 */
export async function sandboxUp(options: UpOptions, onReady: (view: SandboxView) => void): Promise<void> {
  const servers = await startServers(options.servers);
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

async function startBridge(servers: Servers, { clock, env, signal, onBridgeLine }: UpOptions): Promise<RunningBridge> {
  const setup = await setUpBridge(servers, clock);
  try {
    // Everything is on loopback: no proxy is asked.
    const { fetch } = await createNetwork({ env: {} });
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
  return { url, pid, profile: setup.profileName, registration: setup.registrationFile, environment: setup.environment };
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
