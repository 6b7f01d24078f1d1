import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBridge } from '../../src/lib/bridge/bridge.ts';
import type { Bridge } from '../../src/lib/bridge/running-bridge.ts';
import { type BridgeConfig, type Connected, connectBridge } from '../../src/lib/bridge/connect.ts';
import type { Checkpoint } from '../../src/lib/bridge/parts.ts';
import { createBridgeService } from '../../src/lib/bridge/service/service.ts';
import type { BridgeService } from '../../src/lib/bridge/service/views.ts';
import { type Clock, systemClock } from '../../src/lib/core/clock.ts';
import type {
  EventId,
  MatrixRoomId,
  MatrixUserId,
  MessageId,
  ServerName,
  WorkspaceRoomId,
} from '../../src/lib/core/ids.ts';
import type { Log } from '../../src/lib/core/log.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import { makeRegistration } from '../../src/lib/matrix/registration.ts';
import type { MatrixApi, Registration } from '../../src/lib/matrix/types.ts';
import { createWorkspaceApi } from '../../src/lib/rocketchat/api.ts';
import type { WorkspaceApi, WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import { openStore } from '../../src/lib/store/open.ts';
import type { Store } from '../../src/lib/store/types.ts';
import type { RunningHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { startWorkspace } from '../../src/sandbox/workspace/server.ts';
import { firstLine, startProcess } from '../chaos/processes.ts';
import type { ChaosSetting } from '../chaos/setting.ts';
import { freePort } from './free-port.ts';
import type { HomeserverKind } from './homeservers.ts';
import { requestCheck } from './rest-typings.ts';

export type SandboxWorkspace = Awaited<ReturnType<typeof startWorkspace>>;

export interface BenchOptions {
  readonly homeserver: HomeserverKind;
  /** With the URL of a free port of this machine; unset: one of its own with the prefix rc_. */
  readonly registration?: Registration;
  readonly version?: string;
  readonly store?: string;
  readonly identity?: BridgeConfig['identity'];
  readonly settings?: Record<string, unknown>;
  /** Further application services of the homeserver. */
  readonly registrations?: readonly Registration[];
  /** The workspace's. */
  readonly clock?: Clock;
  /** The homeserver has it, and the bridge is told to carry it or not. */
  readonly presence?: 'carried' | 'not carried';
  /** How often the bridge asks by REST whether realtime brought everything; unset: as in production. */
  readonly watchMs?: number;
  /** How often the bridge looks for new direct messages; unset: as in production. */
  readonly discoverMs?: number;
  /** With it the workspace may tell the bridge of direct messages. */
  readonly webhookToken?: Secret;
  /** How often the bridge compares everybody's name and picture; unset: as in production. */
  readonly compareProfilesMs?: number;
  /** How often the bridge compares which rooms it is in; unset: as in production. */
  readonly compareEndsMs?: number;
  /** How often the bridge looks which people left; unset: as in production. */
  readonly comparePuppetsMs?: number;
  readonly ends?: BridgeConfig['ends'];
  /** The bridge has the token of the homeserver's administrator. */
  readonly homeserverAdmin?: boolean;
  /** How often the bridge compares every room; unset: as in production. */
  readonly compareRoomsMs?: number;
  /** How often the bridge compares the roles in all rooms; unset: as in production. */
  readonly compareRolesMs?: number;
  /** How often the bridge compares who is in the rooms; unset: as in production. */
  readonly compareMembersMs?: number;
  /** In rooms with more people in Rocket.Chat, ghosts join when they speak; unset: as in production. */
  readonly maxMembers?: number;
  /** Most puppets; unset: as in production. */
  readonly puppetSeats?: number;
  /** How long notices of what was set aside hold further ones of the room back; unset: as in production. */
  readonly noticesMs?: number;
}

/** A workspace, a homeserver and everything to run bridges between them. */
export interface Bench {
  readonly workspace: SandboxWorkspace;
  readonly homeserver: RunningHomeserver;
  readonly registration: Registration;
  readonly config: BridgeConfig;
  /** As the workspace's admin. */
  readonly admin: WorkspaceApi;
  /** How often each endpoint of the workspace was asked for, by anybody: `POST users.create`. */
  readonly asked: ReadonlyMap<string, number>;
  /** What the bridge logged: kept for when a test fails. */
  readonly logged: string[];
  start(passed?: (checkpoint: Checkpoint) => void): Promise<RunningBridge>;
  /** A bridge in a process of its own that dies by SIGKILL at the nth passing of a checkpoint; `died` resolves then. */
  startDying(checkpoint: Checkpoint, nth?: number): Promise<{ readonly died: Promise<void> }>;
  /** Reads the store beside a bridge that runs in another process. */
  peek<T>(look: (store: Store) => Promise<T>): Promise<T>;
  workspaceUser(username: string, name?: string): Promise<WorkspaceApi>;
  matrixUser(localpart: string): Promise<MatrixApi>;
  /** Access token of one made by {@link Bench.matrixUser}. */
  matrixToken(person: MatrixApi): string;
  /** Rejects if anything was asked of the workspace that Rocket.Chat's own validators refuse. */
  stop(): Promise<void>;
}

export interface RunningBridge {
  readonly bridge: Bridge;
  readonly service: BridgeService;
  readonly connected: Connected;
  /** As SIGTERM does. */
  stop(): Promise<void>;
}

const silent: Log = () => {};
const PASSWORD = new Secret('Sandbox-password-1');

export async function startBench(options: BenchOptions): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'rcfed-bench-'));
  const serverName = `${options.homeserver.name}.test` as ServerName;
  const registration =
    options.registration ?? makeRegistration({ url: `http://127.0.0.1:${await freePort()}`, serverName });
  const port = Number(new URL(registration.url ?? '').port);
  const version = options.version ?? '8.8.1';
  const { onRequest, refused } = requestCheck();
  const asked = new Map<string, number>();
  const workspace = await startWorkspace({
    version,
    onRequest(method, path, bodyOrQuery) {
      const endpoint = `${method} ${path.replace('/api/v1/', '')}`;
      asked.set(endpoint, (asked.get(endpoint) ?? 0) + 1);
      // The validators are those of 8.8.
      if (version.startsWith('8.8')) onRequest(method, path, bodyOrQuery);
    },
    admin: { username: 'admin', password: PASSWORD.reveal() },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    // People of the tests poll faster than any person; the bot is exempt from the limiter anyway.
    settings: { API_Enable_Rate_Limiter: false, ...options.settings },
  });
  const homeserver = await options.homeserver.start({
    serverName,
    registrations: [registration, ...(options.registrations ?? [])],
    ...(options.presence === undefined ? {} : { presence: true }),
  });
  const nobody = createWorkspaceApi({ url: workspace.url, clock: systemClock, log: silent });
  const admin = nobody.as(await nobody.login('admin', PASSWORD));
  const bot = await makeBot(admin, nobody);
  const logged: string[] = [];
  const config: BridgeConfig = {
    workspace: { url: workspace.url, credentials: bot },
    homeserver: {
      url: homeserver.url,
      serverName,
      ...(options.homeserverAdmin === true && { adminToken: new Secret(homeserver.adminToken) }),
    },
    registration,
    store: options.store ?? join(folder, 'store.db'),
    key: new Uint8Array(32).fill(5),
    identity: options.identity ?? 'puppets',
    ends: options.ends,
    maxMembers: options.maxMembers,
    puppetSeats: options.puppetSeats,
  };
  const tokens = new Map<string, string>();
  const running = new Set<RunningBridge>();
  const dying = new Set<ChildProcess>();
  const log: Log = (level, event, fields) => {
    if (event !== 'homeserver.request') logged.push(`${level} ${event} ${JSON.stringify(fields ?? {})}`);
  };
  return {
    workspace,
    homeserver,
    registration,
    config,
    admin,
    asked,
    logged,
    async start(passed) {
      const connected = await connectBridge(config, { clock: systemClock, log, lock: true, ...(passed && { passed }) });
      const bridge = await startBridge({
        parts: connected.parts,
        realtime: connected.realtime,
        listen: { host: '127.0.0.1', port, hsToken: registration.hsToken },
        keepBodiesMs: 7 * 24 * 60 * 60 * 1000,
        ...(options.presence === 'carried' && { presence: true }),
        ...(options.watchMs === undefined ? {} : { watchMs: options.watchMs }),
        discoverMs: options.discoverMs,
        webhookToken: options.webhookToken,
        noticesMs: options.noticesMs,
        ...(options.comparePuppetsMs === undefined ? {} : { comparePuppetsMs: options.comparePuppetsMs }),
        ...(options.compareEndsMs === undefined ? {} : { compareEndsMs: options.compareEndsMs }),
        compareRoomsMs: options.compareRoomsMs,
        compareMembersMs: options.compareMembersMs,
        ...(options.compareProfilesMs === undefined ? {} : { compareProfilesMs: options.compareProfilesMs }),
        compareRolesMs: options.compareRolesMs,
      });
      const one: RunningBridge = {
        bridge,
        connected,
        service: createBridgeService(connected.parts, bridge),
        async stop() {
          running.delete(one);
          await bridge.stop();
          await connected.close();
        },
      };
      running.add(one);
      return one;
    },
    async startDying(checkpoint, nth = 1) {
      const path = join(folder, 'setting.json');
      await writeFile(path, JSON.stringify(settingOf(config, registration, port)));
      const child = startProcess('bridge-process.ts', [path], { CHAOS_CRASH: `${checkpoint}:${nth}:0` });
      const died = once(child, 'exit').then(([, signal]) => {
        if (signal !== 'SIGKILL') throw new Error(`the bridge ended with ${String(signal)} instead of dying`);
      });
      dying.add(child);
      await firstLine(child);
      return { died };
    },
    async peek(look) {
      const store = await openStore({ url: config.store, key: config.key, clock: systemClock });
      try {
        return await look(store);
      } finally {
        await store.close();
      }
    },
    async workspaceUser(username, name = username) {
      const email = `${username}@people.test`;
      await admin.createUser({ username, name, email, password: PASSWORD, roles: ['user'] });
      return nobody.as(await nobody.login(username, PASSWORD));
    },
    async matrixUser(localpart) {
      const { userId, accessToken } = await homeserver.registerUser(localpart);
      tokens.set(userId, accessToken);
      return createMatrixApi({
        baseUrl: homeserver.url,
        accessToken: new Secret(accessToken),
        userId: userId as MatrixUserId,
        serverName,
        clock: systemClock,
        log: silent,
      });
    },
    matrixToken: (person) => tokens.get(person.userId) ?? '',
    async stop() {
      for (const child of dying) child.kill('SIGKILL');
      for (const one of running) await one.stop().catch(() => {});
      await Promise.allSettled([workspace.stop(), homeserver.stop()]);
      await rm(folder, { recursive: true, force: true });
      if (refused.size > 0) throw new Error(`Rocket.Chat 8.8 refuses such requests:\n${[...refused].join('\n')}`);
    },
  };
}

/** What a bridge in another process is told. */
function settingOf(config: BridgeConfig, registration: Registration, listenPort: number): ChaosSetting {
  return {
    workspaceUrl: config.workspace.url,
    homeserverUrl: config.homeserver.url,
    serverName: config.homeserver.serverName,
    workspaceBot: { userId: config.workspace.credentials.userId, token: config.workspace.credentials.token.reveal() },
    asToken: registration.asToken.reveal(),
    hsToken: registration.hsToken.reveal(),
    listenPort,
    store: config.store,
    workspaceUsers: [],
    matrixUsers: [],
    rooms: [],
  };
}

async function makeBot(admin: WorkspaceApi, nobody: WorkspaceApi): Promise<BridgeConfig['workspace']['credentials']> {
  const bot = {
    username: 'rcfed',
    name: 'Bridge',
    email: 'rcfed@people.test',
    password: PASSWORD,
    roles: ['admin', 'bot'],
  };
  await admin.createUser(bot);
  const credentials = await nobody.login('rcfed', PASSWORD);
  return {
    userId: credentials.userId,
    token: await nobody.as(credentials).createPersonalAccessToken('bridge', PASSWORD),
  };
}

let sent = 0;

/** Posts as that account; answers the message id. */
export async function post(account: WorkspaceApi, room: Pick<WorkspaceRoom, 'id'>, text: string): Promise<MessageId> {
  sent += 1;
  const id = `${Date.now().toString(36)}test${sent}`.padEnd(17, 'x').slice(0, 17) as MessageId;
  await account.sendMessage({ id, roomId: room.id, text });
  return id;
}

/** Sends as that person; answers the event id. */
export function send(person: MatrixApi, roomId: MatrixRoomId, body: string) {
  sent += 1;
  return person.sendEvent(roomId, 'm.room.message', `test-${process.pid}-${sent}`, { msgtype: 'm.text', body });
}

/** Replaces the text of one's own message, as clients do. */
export function edit(person: MatrixApi, roomId: MatrixRoomId, target: EventId, body: string): Promise<EventId> {
  sent += 1;
  const content = { msgtype: 'm.text', body };
  return person.sendEvent(roomId, 'm.room.message', `edit-${process.pid}-${sent}`, {
    ...content,
    body: `* ${body}`,
    'm.new_content': content,
    'm.relates_to': { rel_type: 'm.replace', event_id: target },
  });
}

/** Texts that a member reads in Rocket.Chat, oldest first, without system messages. */
export async function textsIn(account: WorkspaceApi, roomId: WorkspaceRoomId): Promise<string[]> {
  const { updated } = await account.syncMessages(roomId, 0);
  return updated
    .filter((message) => message['t'] === undefined)
    .toSorted((one, other) => timeOf(one['ts']) - timeOf(other['ts']))
    .map((message) => String(message['msg']));
}

const timeOf = (value: unknown): number =>
  typeof value === 'string' ? Date.parse(value) : Number((value as { $date?: number })?.$date ?? value);

/** Bodies that a member reads on Matrix, oldest first: edits replace, redacted ones are gone. */
export async function bodiesIn(person: MatrixApi, roomId: MatrixRoomId): Promise<string[]> {
  const all: Record<string, unknown>[] = [];
  let from: string | undefined;
  do {
    const page = await person.messages(roomId, { dir: 'b', limit: 100, ...(from === undefined ? {} : { from }) });
    all.push(...(page.events as Record<string, unknown>[]));
    from = page.events.length === 0 ? undefined : page.end;
  } while (from !== undefined);
  const bodies = new Map<string, string>();
  const edits: { target: string; body: string; ts: number }[] = [];
  for (const event of all.toReversed()) {
    if (event['type'] !== 'm.room.message') continue;
    const content = event['content'] as Record<string, unknown>;
    if (typeof content['body'] !== 'string') continue;
    const relation = content['m.relates_to'] as { rel_type?: string; event_id?: string } | undefined;
    if (relation?.rel_type === 'm.replace') {
      const { body } = content['m.new_content'] as { body: string };
      edits.push({ target: String(relation.event_id), body, ts: Number(event['origin_server_ts']) });
    } else bodies.set(String(event['event_id']), content['body']);
  }
  for (const { target, body } of edits.toSorted((one, other) => one.ts - other.ts))
    if (bodies.has(target)) bodies.set(target, body);
  return [...bodies.values()];
}
