import { randomBytes } from 'node:crypto';
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../lib/core/clock.ts';
import type { Registration } from '../../lib/matrix/types.ts';
import { createAccount, logIn } from './accounts.ts';
import { readRegistration } from './application-services.ts';
import { joinCrowd } from './crowd.ts';
import { createFaults } from './faults.ts';
import { resumeDistribution } from './federation/distribute.ts';
import { receiveEvent, receiveInvite } from './federation/receive.ts';
import { answerRequest, type Control } from './listener.ts';
import { markInterrupted } from './sender.ts';
import { emptyDisk, type Homeserver, type Memory, wakeWaiters } from './state.ts';
import type { HomeserverOptions, RestartMode, SandboxHomeserver } from './types.ts';

/**
 * A Matrix homeserver in this process, for trying rcfed out and for its tests: the part of the
 * Client-Server API that a bridge and chat clients use, and an application service sender that keeps,
 * loses, repeats and delays as Synapse 1.160 was seen to do. Loopback only. What it does is compared
 * with a real Synapse by test/contract/homeserver.test.ts.
 */
export async function startHomeserver(options: HomeserverOptions = {}): Promise<SandboxHomeserver> {
  const host = options.host ?? '127.0.0.1';
  const serverName = options.serverName ?? 'sandbox.test';
  const configured = new Map<string, Registration>(
    (options.registrations ?? []).map((registration) => [registration.id, registration]),
  );
  const hs: Homeserver = {
    serverName,
    clock: options.clock ?? systemClock,
    backoffScale: options.backoffScale ?? 1,
    defaultRoomVersion: options.roomVersion ?? '11',
    withPresence: options.presence ?? false,
    maxUploadBytes: options.maxUploadBytes ?? 50 * 1024 * 1024,
    mediaFolder: undefined,
    federation: options.federation,
    faults: createFaults(),
    disk: emptyDisk(),
    memory: freshMemory(serverName, configured.values()),
  };
  const restart = async (mode: RestartMode): Promise<void> => {
    await close(hs, server, mode);
    hs.memory = freshMemory(serverName, configured.values());
    server = await listen(hs, host, port, control);
    resumeDistribution(hs);
  };
  const control: Control = {
    restart,
    load(registration) {
      configured.set(registration.id, registration);
      forget(hs, 'graceful');
      hs.memory = freshMemory(serverName, configured.values());
      resumeDistribution(hs);
    },
  };
  let server = await listen(hs, host, options.port ?? 0, control);
  const { port } = server.address() as AddressInfo;
  hs.federation?.servers.set(serverName, {
    homeserver: hs,
    receiveEvent: (event) => receiveEvent(hs, event),
    receiveInvite: (from, invite) => receiveInvite(hs, from, invite),
  });
  return {
    url: `http://${host}:${port}`,
    serverName,
    adminToken: administrator(hs),
    faults: hs.faults,
    disk: hs.disk,
    async registerUser(localpart) {
      const account = createAccount(hs, { localpart, password: randomBytes(12).toString('base64url') });
      return { userId: account.userId, accessToken: logIn(hs, account).accessToken };
    },
    joinCrowd: (roomId, count) => joinCrowd(hs, roomId, count),
    addRegistration: (registration) => void configured.set(registration.id, registration),
    restart,
    async stop() {
      await close(hs, server, 'kill');
      hs.federation?.servers.delete(serverName);
      await (await hs.mediaFolder)?.remove();
    },
  };
}

function freshMemory(serverName: string, registrations: Iterable<Registration>): Memory {
  return {
    services: [...registrations].map((registration) => readRegistration(registration, serverName)),
    life: new AbortController(),
    answers: new Map(),
    queues: new Map(),
    recoverers: new Map(),
    recoveryStarted: false,
    readingStream: false,
    typing: new Map(),
    presence: new Map(),
    sendingTo: new Set(),
    waiters: new Set(),
    agent: new Agent({ keepAlive: true }),
  };
}

/** The administrator stands outside every namespace, so that any registration can be tried. */
function administrator(hs: Homeserver): string {
  const userId = `@sandbox-admin:${hs.serverName}`;
  hs.disk.accounts.set(userId, {
    userId,
    password: undefined,
    admin: true,
    displayName: 'sandbox-admin',
    avatarUrl: undefined,
    extra: new Map(),
    devices: new Map(),
    accountData: new Map(),
    filters: [],
  });
  const token = `syt_${randomBytes(24).toString('base64url')}`;
  hs.disk.tokens.set(token, { userId, deviceId: undefined });
  return token;
}

function listen(hs: Homeserver, host: string, port: number, control: Control): Promise<Server> {
  const server = createServer(
    (message: IncomingMessage, response: ServerResponse) => void answerRequest(hs, message, response, control),
  );
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

async function close(hs: Homeserver, server: Server, mode: RestartMode): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  forget(hs, mode);
  server.closeAllConnections();
  await closed;
}

/** What is in memory comes to its end; {@link freshMemory} takes its place. */
function forget(hs: Homeserver, mode: RestartMode): void {
  const { memory } = hs;
  if (mode === 'graceful') markInterrupted(hs);
  memory.life.abort(new Error('The homeserver stops'));
  wakeWaiters(memory);
  memory.agent.destroy();
}
