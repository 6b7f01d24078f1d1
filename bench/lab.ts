import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../src/lib/core/clock.ts';
import type { MatrixRoomId, WorkspaceRoomId } from '../src/lib/core/ids.ts';
import { startBridgeProcess } from '../src/sandbox/bridge-process.ts';
import type { Person } from '../src/sandbox/people/person.ts';
import { matrixAs, seatPair, workspaceAs } from './lab-people.ts';
import type { ForwarderConfig, ServersReady } from './lab-types.ts';
import { createLane, type Lane } from './lane.ts';

/** Both ways through the bridge or the forwarder. */
export interface Pair {
  readonly toMatrix: Lane;
  readonly toWorkspace: Lane;
}

export interface Lab {
  readonly homeserver: string;
  readonly bridgePid: number;
  readonly bridge: Pair;
  readonly forwarder: Pair;
  stop(): Promise<void>;
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** What people install: the build, on the plain Node. The variable names that of another build. */
const bin = process.env['RCFED_BENCH_BIN'] ?? path('../bin/run.js');
const program = [process.execPath, bin];

export interface LabOptions {
  readonly synapse: boolean;
  /** Folder that the bridge writes a CPU profile into when it ends. */
  readonly profile?: string | undefined;
}

/** Servers, bridge and forwarder, each in a process of its own; the load and the readers are in this one. */
export async function openLab({ synapse, profile }: LabOptions): Promise<Lab> {
  if (!existsSync(join(bin, '../../dist/cli/main.js'))) throw new Error('There is no build to measure: npm run build');
  const servers = fork(path('servers.ts'), synapse ? ['--synapse'] : []);
  const closing: (() => Promise<unknown>)[] = [() => disconnected(servers)];
  const stop = async (): Promise<void> => {
    for (const close of closing.toReversed()) await close();
  };
  try {
    const ready = await told(servers);
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const setup = { ...ready.bridge, profile: { listen: ready.bridge.listen } };
    const bridge = await startBridgeProcess({
      setup,
      env: process.env,
      clock: systemClock,
      fetch: globalThis.fetch,
      program: [process.execPath, ...profiling, bin],
    });
    closing.push(() => bridge.stop());
    const rooms = { bridge: await linkedRooms(ready), forwarder: await ownRooms(ready) };
    closing.push(await startForwarder(ready, rooms.forwarder));
    const pairs = {
      bridge: await openPair(ready, 'bridge', rooms.bridge),
      forwarder: await openPair(ready, 'forwarder', rooms.forwarder),
    };
    closing.push(
      ...[pairs.bridge, pairs.forwarder].flatMap(({ people }) => people.map((person) => () => person.leave())),
    );
    return { homeserver: ready.homeserver.name, bridgePid: bridge.pid, ...pairs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Rooms {
  readonly workspace: WorkspaceRoomId;
  readonly matrix: MatrixRoomId;
}

async function told(servers: ChildProcess): Promise<ServersReady> {
  const gone = once(servers, 'exit').then(() => Promise.reject(new Error('The servers did not start')));
  const [ready] = (await Promise.race([once(servers, 'message'), gone])) as [ServersReady];
  gone.catch(() => {});
  return ready;
}

async function disconnected(servers: ChildProcess): Promise<void> {
  if (servers.exitCode !== null) return;
  const exited = once(servers, 'exit');
  servers.disconnect();
  await exited;
}

/** Private groups, so that neither the bridge nor the forwarder is told of the other's messages. */
async function linkedRooms(ready: ServersReady): Promise<Rooms> {
  const bob = workspaceAs(ready, ready.workspacePeople.bridge);
  const group = await bob.createRoom('p', 'bench-bridge', [ready.bridge.bot]);
  const bot = (await bob.members(group)).find(({ username }) => username === ready.bridge.bot);
  if (bot === undefined) throw new Error('The bridge is not in the group');
  await bob.setRoomRole(group, bot.id, 'moderator', true);
  const [command = '', ...args] = program;
  const env = { ...process.env, ...ready.bridge.environment };
  const { stdout } = await promisify(execFile)(command, [...args, 'rooms', 'link', group.name, '--new', '--json'], {
    env,
  });
  const matrix = /"matrixRoomId":"([^"]+)"/.exec(stdout)?.[1] as MatrixRoomId | undefined;
  if (matrix === undefined) throw new Error(`The room was not linked: ${stdout}`);
  const alice = await matrixAs(ready, ready.matrixPeople.bridge);
  const asBot = await matrixAs(
    ready,
    { userId: `@rcfed:${ready.homeserver.serverName}`, token: ready.bridge.asToken },
    true,
  );
  await asBot.invite(matrix, alice.userId);
  await alice.join(matrix);
  return { workspace: group.id, matrix };
}

async function ownRooms(ready: ServersReady): Promise<Rooms> {
  const { account, asToken, matrixUserId } = ready.forwarder;
  const group = await workspaceAs(ready, ready.workspacePeople.forwarder).createRoom('p', 'bench-forwarder', [
    'forwarder',
  ]);
  const ann = await matrixAs(ready, ready.matrixPeople.forwarder);
  const bot = await matrixAs(ready, { userId: matrixUserId, token: asToken }, true);
  await bot.registerGhost('forwarder');
  const matrix = await ann.createRoom({ preset: 'private_chat', visibility: 'private', invite: [bot.userId] });
  await bot.join(matrix);
  if (account.userId === '') throw new Error('The forwarder has no account');
  return { workspace: group.id, matrix };
}

async function startForwarder(
  { workspace, homeserver, forwarder }: ServersReady,
  rooms: Rooms,
): Promise<() => Promise<unknown>> {
  const config: ForwarderConfig = {
    port: forwarder.port,
    workspace: { url: workspace.url, ...forwarder.account, roomId: rooms.workspace },
    homeserver: {
      url: homeserver.url,
      userId: forwarder.matrixUserId,
      asToken: forwarder.asToken,
      roomId: rooms.matrix,
    },
  };
  const child = spawn(process.execPath, [path('forwarder.ts'), JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('The forwarder has ended')));
  gone.catch(() => {});
  await Promise.race([once(createInterface(child.stdout), 'line'), gone]);
  return async () => {
    if (child.exitCode !== null) return;
    child.kill();
    await once(child, 'exit');
  };
}

async function openPair(
  ready: ServersReady,
  which: 'bridge' | 'forwarder',
  rooms: Rooms,
): Promise<Pair & { people: readonly Person[] }> {
  const lanes: Pair = { toMatrix: createLane(() => people.bob), toWorkspace: createLane(() => people.alice) };
  const people = await seatPair(ready, which, rooms, {
    workspace: (sighting) => lanes.toWorkspace.sighted(sighting),
    homeserver: (sighting) => lanes.toMatrix.sighted(sighting),
  });
  return { ...lanes, people: [people.bob, people.alice] };
}
