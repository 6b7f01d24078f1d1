import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../lib/core/clock.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import type { Registration } from '../../lib/matrix/types.ts';
import type { RegisteredUser, RestartMode, RunningHomeserver } from '../homeserver/types.ts';
import { createNetwork } from '../../lib/network/network.ts';
import { atExit } from '../at-exit.ts';
import { freePort } from '../free-port.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeSynapseConfig } from './config.ts';
import { type Federation, HOSTS_FILE } from './federation.ts';
import type { SynapseSource } from './source.ts';

export interface SynapseOptions {
  readonly source: SynapseSource;
  readonly serverName?: string;
  readonly registrations?: readonly Registration[];
  /** Default: any free one. */
  readonly port?: number;
  /** Unset: it knows no other server. */
  readonly federation?: Federation;
  /** Default no. */
  readonly presence?: boolean;
  /** Default: Synapse's own. */
  readonly maxUploadBytes?: number | undefined;
}

const readyWithinMs = 60_000;
const stopWithinMs = 20_000;
/** Our own server on loopback: no proxy may come between. */
const direct = createNetwork({ env: {} });

/**
 * Starts a Synapse with a data folder, a port of 127.0.0.1 and an SQLite database of its own. It ends with
 * {@link RunningHomeserver.stop}, and with this process if that is killed.
 */
export async function startSynapse(options: SynapseOptions): Promise<RunningHomeserver> {
  const { source } = options;
  const folder = await temporaryFolder('rcfed-synapse-');
  const data = folder.path;
  const serverName = options.serverName ?? 'sandbox.test';
  const settings = {
    serverName,
    port: options.port || (await freePort()),
    sharedSecret: randomBytes(16).toString('hex'),
    data,
    folder: source.folder(data),
    federation: options.federation,
    presence: options.presence ?? false,
    maxUploadBytes: options.maxUploadBytes,
  };
  const hosts = options.federation === undefined ? undefined : join(data, HOSTS_FILE);
  const configured = new Map((options.registrations ?? []).map((registration) => [registration.id, registration]));
  const url = `http://127.0.0.1:${settings.port}`;
  const name = `rcfed-synapse-${randomBytes(6).toString('hex')}`;
  const start = async (registrations: Iterable<Registration>): Promise<ChildProcess> => {
    await writeSynapseConfig(settings, registrations);
    return launch(source.program(data, name, hosts), source.description, data, url);
  };
  // A namespace that takes every name takes the administrator's too: that one is made before it's loaded.
  const takesAll = [...configured.values()].some((registration) => registration.prefix === '');
  let child = await start(takesAll ? [] : configured.values());
  const callOff = atExit(() => {
    const [killer, ...args] = source.killer?.(name, 'SIGKILL') ?? [];
    if (killer === undefined) child.kill('SIGKILL');
    else spawnSync(killer, args);
  });
  const admin = await registerBySecret(url, settings.sharedSecret, 'lab-admin', true);
  const restart = async (mode: RestartMode): Promise<void> => {
    await end(source, child, name, mode === 'kill' ? 'SIGKILL' : 'SIGTERM');
    child = await start(configured.values());
  };
  if (takesAll) await restart('graceful');
  return {
    url,
    serverName,
    adminToken: admin.accessToken,
    registerUser: (localpart) => registerBySecret(url, settings.sharedSecret, localpart, false),
    addRegistration: (registration) => void configured.set(registration.id, registration),
    restart,
    async stop() {
      await end(source, child, name, 'SIGKILL');
      callOff();
      await folder.remove();
    },
  };
}

async function launch(
  [command = '', ...args]: readonly string[],
  description: string,
  data: string,
  url: string,
): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
  child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
  child.on('error', (error) => (output += error.message));
  const deadline = systemClock.now() + readyWithinMs;
  while (!(await isHealthy(url))) {
    if (
      child.exitCode === null &&
      child.signalCode === null &&
      child.pid !== undefined &&
      systemClock.now() < deadline
    ) {
      await systemClock.sleep(50);
      continue;
    }
    child.kill('SIGKILL');
    const log = await readFile(join(data, 'homeserver.log'), 'utf8').catch(() => '');
    throw new RcfedError('RCFED_SYNAPSE_FAILED', `${description} did not start`, {
      why: `${output}\n${log.slice(-4000)}`.trim(),
    });
  }
  return child;
}

async function isHealthy(url: string): Promise<boolean> {
  const { fetch } = await direct;
  return fetch(`${url}/health`).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function end(
  source: SynapseSource,
  child: ChildProcess,
  name: string,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const [killer, ...args] = source.killer?.(name, signal) ?? [];
  if (killer === undefined) child.kill(signal);
  else await promisify(execFile)(killer, args);
  const patience = new AbortController();
  void systemClock.sleep(stopWithinMs, patience.signal).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  await exited;
  patience.abort();
}

/** The administrators' way to make accounts: proof of the shared secret instead of a token. */
async function registerBySecret(
  url: string,
  secret: string,
  localpart: string,
  admin: boolean,
): Promise<RegisteredUser> {
  const { fetch } = await direct;
  const endpoint = `${url}/_synapse/admin/v1/register`;
  const { nonce } = (await (await fetch(endpoint)).json()) as { nonce: string };
  const password = randomBytes(12).toString('base64url');
  const mac = createHmac('sha1', secret)
    .update([nonce, localpart, password, admin ? 'admin' : 'notadmin'].join('\0'))
    .digest('hex');
  const answer = await fetch(endpoint, {
    method: 'POST',
    body: JSON.stringify({ nonce, username: localpart, password, mac, admin }),
  });
  const body = (await answer.json()) as { user_id?: string; access_token?: string };
  if (body.user_id === undefined || body.access_token === undefined)
    throw new Error(`Could not register ${localpart}: ${JSON.stringify(body)}`);
  return { userId: body.user_id, accessToken: body.access_token };
}
