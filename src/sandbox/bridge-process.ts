import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { AdminProfile } from '../lib/config/profile.ts';
import type { Clock } from '../lib/core/clock.ts';
import { RcfedError } from '../lib/core/errors.ts';
import { atExit } from './at-exit.ts';
import type { BridgeSetup } from './bridge-setup.ts';

export interface BridgeProcessOptions {
  readonly setup: Pick<BridgeSetup, 'environment' | 'profileName'> & { readonly profile: Pick<AdminProfile, 'listen'> };
  /** What the process inherits besides the setup's own; rcfed's and the proxy's variables are left out. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  /** Ends the wait for a bridge that starts. */
  readonly signal?: AbortSignal | undefined;
  /** The command line that rcfed is started with; default: this very one's. */
  readonly program?: readonly string[] | undefined;
  /** Called with each line that the bridge prints. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** `rcfed federation run` in a process of its own, which ends with this one, however that ends. */
export interface BridgeProcess {
  readonly pid: number;
  /** Where the homeserver reaches it. */
  readonly url: string;
  /** Resolves when the process has ended, with what it printed last on stderr. */
  readonly ended: Promise<string>;
  /** SIGKILL: it gets no chance to do anything. */
  kill(): Promise<void>;
  /** SIGTERM: it finishes what is under way. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;
const STDERR_KEPT = 4000;

/** The command line of this very rcfed: of the build, or straight from the sources. */
function ownCommandLine(): readonly string[] {
  const isBuilt = import.meta.url.endsWith('.js');
  return [process.execPath, fileURLToPath(new URL(`../../bin/${isBuilt ? 'run' : 'dev'}.js`, import.meta.url))];
}

/**
 * Starts the bridge and waits until it is ready.
 * @throws RcfedError RCFED_SANDBOX_BRIDGE when it ends before, with what it said
 */
export async function startBridgeProcess(options: BridgeProcessOptions): Promise<BridgeProcess> {
  const { setup, onLine } = options;
  const [program = '', ...args] = options.program ?? ownCommandLine();
  const child = spawn(program, [...args, 'federation', 'run', '--profile', setup.profileName, '--plain'], {
    env: { ...inherited(options.env), ...setup.environment },
    // The channel carries nothing: the bridge ends when it breaks, and it breaks even if this process is killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  child.once(
    'exit',
    atExit(() => child.kill('SIGKILL')),
  );
  let said = '';
  createInterface(child.stdout).on('line', (line) => onLine?.(line));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-STDERR_KEPT)));
  child.on('error', (error) => (said += error.message));
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(said.trim())));
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    await ended;
  };
  const bridge = {
    pid: child.pid ?? 0,
    url: `http://${setup.profile.listen}`,
    ended,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
  try {
    await whenReady(bridge, options);
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return bridge;
}

function inherited(env: BridgeProcessOptions['env']): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !/^RCFED_|_proxy$/i.test(name));
  return Object.fromEntries(kept);
}

async function whenReady(
  { url, ended }: Pick<BridgeProcess, 'url' | 'ended'>,
  { clock, fetch, signal }: BridgeProcessOptions,
): Promise<void> {
  let last: string | undefined;
  void ended.then((said) => (last = said));
  const giveUpAt = clock.now() + READY_WITHIN_MS;
  while (!(await isReady(url, fetch))) {
    if (last !== undefined)
      throw new RcfedError('RCFED_SANDBOX_BRIDGE', 'The bridge ended before it was ready', { why: last });
    if (clock.now() > giveUpAt)
      throw new RcfedError('RCFED_SANDBOX_BRIDGE', `The bridge was not ready within ${READY_WITHIN_MS / 1000} s`);
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

async function isReady(url: string, fetch: typeof globalThis.fetch): Promise<boolean> {
  // A port that was free a moment ago may have somebody else's server on it by now.
  return fetch(`${url}/health/ready`).then(
    (answer) => answer.ok,
    () => false,
  );
}
