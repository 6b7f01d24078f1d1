import { join } from 'node:path';
import { startBridge } from '../bridge/bridge.ts';
import type { Bridge } from '../bridge/running-bridge.ts';
import { type Connected, connectBridge } from '../bridge/connect.ts';
import { createBridgeService } from '../bridge/service/service.ts';
import type { BridgeService } from '../bridge/service/views.ts';
import type { AdminProfile } from '../config/profile.ts';
import { withDeadline } from '../core/deadline.ts';
import { RcfedError } from '../core/errors.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { Secret } from '../core/secret.ts';
import { parseAdminAddress, parseHostPort } from './address.ts';
import { type Authorise, socketCaller, tcpAuthoriser } from './authorise.ts';
import { bridgeConfigOf } from './bridge-config.ts';
import { createAssertRight } from './person-rights.ts';
import type { Reach } from './reach.ts';
import { type AdminServer, startAdminServer } from './server.ts';

/** What somebody who watches a bridge is told; rows and outages come through the log. */
export interface BridgeWatcher {
  /** Both listeners are open. */
  onListening(where: { readonly listener: string; readonly admin: readonly string[] }): void;
  /** For the first time both servers work. */
  onReady(rooms: number): void;
  /** Before the bridge can start: a server has to be asked first and does not answer. */
  onWaiting(reason: RemoteError): void;
  onStopping(): void;
}

/** Rows under way are finished within this; what is not stays recorded and is done at the next start. */
const DRAIN_MS = 10_000;
const READY_LOOK_MS = 200;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/**
 * Runs the bridge of a profile until the signal aborts: store lock first, then the admin API, then the
 * listener and both servers. A server that does not work, or refuses a token, is waited for.
 * @throws RcfedError before anything runs: RCFED_STORE_*, RCFED_ADMIN_*, RCFED_PORT_IN_USE, RCFED_LISTEN_FAILED …
 */
export async function serveBridge(profile: AdminProfile, reach: Reach, watcher: BridgeWatcher): Promise<void> {
  const listen = listenerAddress(profile.listen);
  const connecting = await connected(profile, reach, watcher);
  if (connecting === undefined) return;
  const { connection, hsToken } = connecting;
  const service = Promise.withResolvers<BridgeService>();
  // It may fail before anybody waits for it.
  service.promise.catch(() => {});
  const admin: AdminServer[] = [];
  let bridge: Bridge | undefined;
  try {
    await startAdmin(profile, connection, service.promise, reach, admin);
    bridge = await startBridge({
      parts: connection.parts,
      realtime: connection.realtime,
      listen: { ...listen, hsToken },
      webhookToken: profile.webhookToken,
      keepBodiesMs: profile.keepBodiesMs,
      presence: profile.presence,
    });
    service.resolve(createBridgeService(connection.parts, bridge));
    watcher.onListening({ listener: bridge.url, admin: admin.map(({ address }) => address) });
    await sayWhenReady(bridge, connection, reach, watcher);
    await ended(reach.signal);
    watcher.onStopping();
  } catch (error) {
    service.reject(new RcfedError('RCFED_BRIDGE_UNREACHABLE', 'The bridge could not start', { cause: error }));
    throw error;
  } finally {
    await drained(bridge, admin, connection, reach);
  }
}

function listenerAddress(text: string): { readonly host: string; readonly port: number } {
  const address = parseHostPort(text);
  if (address !== undefined) return address;
  throw new RcfedError('RCFED_USAGE', '--listen needs HOST:PORT such as 127.0.0.1:29400');
}

/** The first start needs answers of the workspace; it is waited for as later, when the bridge runs. */
async function connected(
  profile: AdminProfile,
  reach: Reach,
  watcher: BridgeWatcher,
): Promise<{ connection: Connected; hsToken: Secret } | undefined> {
  const { clock, log, signal } = reach;
  let said: string | undefined;
  for (let delay = FIRST_RETRY_MS; !signal.aborted; delay = Math.min(delay * 2, LONGEST_RETRY_MS)) {
    try {
      const { config, registration } = await bridgeConfigOf(profile, reach);
      return { connection: await connectBridge(config, { clock, log, lock: true }), hsToken: registration.hsToken };
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (error.message !== said) watcher.onWaiting(error);
      said = error.message;
      await clock.sleep(error.patienceMs ?? delay, signal).catch(() => {});
    }
  }
  return undefined;
}

/** Always on a socket, for commands on the same machine; besides on HOST:PORT where that is the address. */
async function startAdmin(
  profile: AdminProfile,
  { parts }: Connected,
  service: Promise<BridgeService>,
  { clock, log, platform }: Reach,
  started: AdminServer[],
): Promise<void> {
  const address = parseAdminAddress(profile.admin.address);
  const assertRight = createAssertRight(parts);
  const start = async (
    listen: Parameters<typeof startAdminServer>[0]['listen'],
    authorise: Authorise,
  ): Promise<void> => {
    started.push(await startAdminServer({ listen, authorise, assertRight, service, clock, log }));
  };
  if (address.kind === 'socket') return start({ socket: address.path, platform }, socketCaller);
  if (address.kind === 'url') {
    throw new RcfedError('RCFED_ADMIN_ADDRESS', `The bridge can't listen at ${address.url}`, {
      why: 'A URL is for those who call a bridge behind a proxy.',
      try: ['rcfed federation run --admin 127.0.0.1:29401'],
    });
  }
  const { token } = profile.admin;
  if (token === undefined) {
    throw new RcfedError('RCFED_PROFILE_INCOMPLETE', 'The admin API needs a token where it listens on a port', {
      try: ['export RCFED_ADMIN_TOKEN=$(openssl rand -hex 32)', 'rcfed federation run --admin-token-file FILE'],
    });
  }
  await start({ socket: join(profile.dataFolder, 'admin.sock'), platform }, socketCaller).catch((error: unknown) => {
    // A container may have nothing to write to: the port is enough there.
    if (!(error instanceof RcfedError) || error.code !== 'RCFED_ADMIN_ADDRESS') throw error;
    log('warn', 'admin.no-socket', { reason: error.message, why: error.why });
  });
  await start({ host: address.host, port: address.port }, tcpAuthoriser({ token, workspace: parts.workspace, clock }));
}

async function sayWhenReady(
  bridge: Bridge,
  { parts }: Connected,
  { clock, signal }: Reach,
  watcher: BridgeWatcher,
): Promise<void> {
  while (!signal.aborted) {
    const { workspace, homeserver } = bridge.sides();
    const works = workspace.realtime && workspace.waitingFor === undefined && homeserver.waitingFor === undefined;
    // Nothing is known against the homeserver before it was asked for the first time.
    if (works && (await accepts(parts.homeserver))) {
      const linked = bridge.portals.all().filter(({ state }) => state === 'active');
      return watcher.onReady(linked.length);
    }
    await clock.sleep(READY_LOOK_MS, signal).catch(() => {});
  }
}

const accepts = (homeserver: Connected['parts']['homeserver']): Promise<boolean> =>
  homeserver.whoami().then(
    () => true,
    () => false,
  );

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function drained(
  bridge: Bridge | undefined,
  admin: readonly AdminServer[],
  connection: Connected,
  { clock, log }: Reach,
): Promise<void> {
  try {
    await withDeadline({ clock, ms: DRAIN_MS }, async () => {
      await Promise.all(admin.map((server) => server.close()));
      await bridge?.stop();
      await connection.close();
    });
  } catch (error) {
    log('warn', 'bridge.drain-cut', { reason: (error as Error).message });
  }
}
