import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startBridge } from '../../src/lib/bridge/bridge.ts';
import { connectBridge } from '../../src/lib/bridge/connect.ts';
import { createBridgeService } from '../../src/lib/bridge/service/service.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { ServerName, WorkspaceUserId } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { makeRegistration } from '../../src/lib/matrix/registration.ts';
import type { Registration } from '../../src/lib/matrix/types.ts';
import { freePort } from '../support/free-port.ts';
import type { Report } from './counter-process.ts';
import { ending, firstLine, startProcess } from './processes.ts';
import { type Account, type ChaosSetting, asMatrixUser, asWorkspaceUser } from './setting.ts';

/** A moment at which the bridge is killed, as the process is told it: checkpoint, and how much later. */
export interface CrashPoint {
  readonly name: string;
  readonly checkpoint: string;
  readonly delayMs: number;
  /** Kill at the nth passing, from 1 to this. */
  readonly within: number;
  /** Answers come late meanwhile, so that the kill falls between act and answer. */
  readonly lateAnswers: boolean;
}

export const CRASH_POINTS: readonly CrashPoint[] = [
  { name: 'before the commit', checkpoint: 'record:before-commit', delayMs: 0, within: 12, lateAnswers: false },
  { name: 'from commit to 200', checkpoint: 'record:committed', delayMs: 0, within: 12, lateAnswers: false },
  { name: 'from act to answer', checkpoint: 'apply:before-act', delayMs: 40, within: 12, lateAnswers: true },
  { name: 'from answer to settle', checkpoint: 'apply:acted', delayMs: 0, within: 12, lateAnswers: false },
  { name: 'in mid catch-up', checkpoint: 'catch-up:half', delayMs: 0, within: 2, lateAnswers: false },
  { name: 'in mid gap check', checkpoint: 'gap:half', delayMs: 0, within: 2, lateAnswers: false },
];
/** The answer to a send comes so much later than the act: well after the kill. */
const LATE_MS = 120;

export interface ChaosHomeserver {
  readonly url: string;
  readonly users: readonly Account[];
  /** undefined: this one is not killed. */
  kill?(): Promise<void>;
  stop(): Promise<void>;
}

export interface ChaosOptions {
  /** Kills of the bridge, spread evenly over the crash points. */
  readonly bridgeKills: number;
  readonly homeserverKills: number;
  readonly homeserver: (registration: Registration, users: readonly string[]) => Promise<ChaosHomeserver>;
  readonly say: (line: string) => void;
  /** `sqlite` file in a temporary folder unless given. */
  readonly store?: string;
  readonly pauseMs?: number;
}

export interface ChaosResult extends Report {
  /** Kills by crash point; `other` where it was not reached in time and the process was killed as it was. */
  readonly kills: Readonly<Record<string, number>>;
  readonly homeserverKills: number;
}

const WAIT_FOR_POINT_MS = 15_000;
/** A real homeserver on a busy machine takes some ten events a second. */
const DRAIN_MS = 240_000;

/** Kills the bridge (and the homeserver) while people on both sides talk, then counts what arrived. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const folder = await mkdtemp(join(tmpdir(), 'rcfed-chaos-'));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  try {
    const { setting, homeserver } = await furnish(options, folder, stack);
    const path = join(folder, 'setting.json');
    await writeFile(path, JSON.stringify(setting));
    const talker = startProcess('talker-process.ts', [path], { CHAOS_PAUSE_MS: String(options.pauseMs ?? 60) });
    const kills = await killBridges(options, setting, path);
    const bridge = startProcess('bridge-process.ts', [path]);
    stack.defer(() => void bridge.kill('SIGKILL'));
    await firstLine(bridge);
    for (let count = 1; count <= options.homeserverKills; count += 1) {
      await pause(1500);
      await homeserver.kill?.();
      options.say(`homeserver killed ${count} times`);
    }
    if (options.homeserverKills > 0) await pause(3000);
    await clearFaults(setting);
    const counted = firstLine(talker);
    talker.stdin?.write('stop\n');
    const report = await countUntilWhole(path, await counted, options.say);
    return { ...report, kills, homeserverKills: options.homeserverKills };
  } finally {
    await stack.disposeAsync();
  }
}

async function furnish(
  options: ChaosOptions,
  folder: string,
  stack: AsyncDisposableStack,
): Promise<{ setting: ChaosSetting; homeserver: ChaosHomeserver }> {
  const listenPort = await freePort();
  const registration = makeRegistration({
    url: `http://127.0.0.1:${listenPort}`,
    serverName: 'chaos.test' as ServerName,
  });
  const workspaceProcess = startProcess('workspace-process.ts', []);
  stack.defer(() => void workspaceProcess.kill('SIGKILL'));
  const workspace = JSON.parse(await firstLine(workspaceProcess)) as { url: string; admin: Account };
  const homeserver = await options.homeserver(registration, ['ann', 'ben']);
  stack.defer(() => homeserver.stop());
  const base: ChaosSetting = {
    workspaceUrl: workspace.url,
    homeserverUrl: homeserver.url,
    serverName: 'chaos.test',
    workspaceBot: workspace.admin,
    asToken: registration.asToken.reveal(),
    hsToken: registration.hsToken.reveal(),
    listenPort,
    store: options.store ?? join(folder, 'store.db'),
    workspaceUsers: [],
    matrixUsers: homeserver.users,
    rooms: [],
  };
  const admin = asWorkspaceUser(base, workspace.admin);
  const bot = await newUser(base, 'rcfed', ['admin', 'bot']);
  // People with the role `bot` may write faster than people.
  const workspaceUsers = [await newUser(base, 'rita', ['user', 'bot']), await newUser(base, 'saul', ['user', 'bot'])];
  const named = { ...base, workspaceBot: bot, workspaceUsers };
  const rooms = [];
  for (const name of ['first-room', 'second-room']) {
    const room = await admin.createRoom('c', name, ['rcfed', 'rita', 'saul']);
    rooms.push({ workspace: room.id as string, matrix: await linkRoom(named, name) });
  }
  for (const user of homeserver.users) {
    const api = await asMatrixUser(base, user);
    for (const room of rooms) await api.join(room.matrix as never);
  }
  return { setting: { ...named, rooms }, homeserver };
}

async function newUser(setting: ChaosSetting, username: string, roles: readonly string[]): Promise<Account> {
  const admin = asWorkspaceUser(setting, setting.workspaceBot);
  const password = new Secret(`Chaos-${username}-password-1`);
  await admin.createUser({ username, name: username, email: `${username}@chaos.test`, password, roles });
  const credentials = await admin.login(username, password);
  const token = await admin.as(credentials).createPersonalAccessToken('chaos', password);
  return { userId: credentials.userId, token: token.reveal() };
}

async function linkRoom(setting: ChaosSetting, name: string): Promise<string> {
  const connected = await connectBridge(
    {
      workspace: {
        url: setting.workspaceUrl,
        credentials: {
          userId: setting.workspaceBot.userId as WorkspaceUserId,
          token: new Secret(setting.workspaceBot.token),
        },
      },
      homeserver: { url: setting.homeserverUrl, serverName: setting.serverName as ServerName },
      registration: { id: 'rcfed', asToken: new Secret(setting.asToken), senderLocalpart: 'rcfed', prefix: 'rc_' },
      store: setting.store,
      key: new Uint8Array(32).fill(5),
      identity: 'puppets',
    },
    { clock: systemClock, log: () => {}, lock: true },
  );
  const bridge = await startBridge({
    parts: connected.parts,
    realtime: connected.realtime,
    listen: { host: '127.0.0.1', port: setting.listenPort, hsToken: new Secret(setting.hsToken) },
    keepBodiesMs: 60 * 60 * 1000,
  });
  const { room } = await createBridgeService(connected.parts, bridge).link({ room: name });
  await bridge.stop();
  await connected.close();
  return room.matrixRoomId ?? '';
}

async function killBridges(
  options: ChaosOptions,
  setting: ChaosSetting,
  path: string,
): Promise<Record<string, number>> {
  const kills: Record<string, number> = {};
  for (let count = 0; count < options.bridgeKills; count += 1) {
    const point = CRASH_POINTS[count % CRASH_POINTS.length];
    if (point === undefined) break;
    await (point.lateAnswers ? lateAnswers(setting) : droppedAnswers(setting, count));
    const nth = 1 + Math.floor(fraction(count) * point.within);
    const child = startProcess('bridge-process.ts', [path], {
      CHAOS_CRASH: `${point.checkpoint}:${nth}:${point.delayMs}`,
    });
    child.stdout?.resume();
    const end = await ending(child, WAIT_FOR_POINT_MS);
    const name = end === 'SIGKILL' ? point.name : 'other';
    kills[name] = (kills[name] ?? 0) + 1;
    options.say(`kill ${count + 1}: ${point.name}, passing ${nth} (${end})`);
    await clearFaults(setting);
  }
  return kills;
}

/** Spread over 0 to 1 without chance, so that a run can be repeated. */
const fraction = (count: number): number => (count * 0.618_033_988_75) % 1;

async function lateAnswers(setting: ChaosSetting): Promise<void> {
  await fault(setting.workspaceUrl, {
    path: 'chat\\.(sendMessage|update|delete)',
    action: 'late-answer',
    delayMs: LATE_MS,
  });
  await fault(setting.homeserverUrl, { path: '/send/', action: 'late-answer', delayMs: LATE_MS, times: 0 });
}

/** Some requests act and their answer is lost: the bridge can't know. */
async function droppedAnswers(setting: ChaosSetting, count: number): Promise<void> {
  const workspace = { path: 'chat\\.(sendMessage|update|delete)', action: 'drop-answer', probability: 0.05 };
  await fault(setting.workspaceUrl, workspace);
  for (const skip of [3, 17, 29]) {
    await fault(setting.homeserverUrl, { path: '/send/', action: 'drop-answer', skip: skip + (count % 7) });
  }
}

/** A real homeserver has no faults on demand: there the sandbox workspace alone misbehaves. */
async function fault(url: string, rule: Record<string, unknown>): Promise<void> {
  await fetch(`${url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(rule) }).catch(() => {});
}

async function clearFaults(setting: ChaosSetting): Promise<void> {
  for (const url of [setting.workspaceUrl, setting.homeserverUrl]) {
    await fetch(`${url}/_sandbox/faults`, { method: 'DELETE' }).catch(() => {});
  }
}

async function countUntilWhole(path: string, counts: string, say: (line: string) => void): Promise<Report> {
  const until = performance.now() + DRAIN_MS;
  for (;;) {
    const counter = startProcess('counter-process.ts', [path, counts]);
    const report = JSON.parse(await firstLine(counter)) as Report;
    const open = report.lost.length + report.unexpected.length;
    say(`sent ${JSON.stringify(report.sent)}: ${open} not there yet`);
    if (open === 0 || performance.now() > until) return report;
    await pause(1000);
  }
}
