import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RcfedError } from '../../src/lib/core/errors.ts';
import type { MatrixRoomId, WorkspaceRoomId } from '../../src/lib/core/ids.ts';
import { createFederation } from '../../src/sandbox/homeserver/federation/network.ts';
import { startHomeserver } from '../../src/sandbox/homeserver/server.ts';
import { type Bench, type RunningBridge, bodiesIn, startBench, textsIn } from '../support/bridge-bench.ts';
import { type Strangers, newStrangers } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers, homeservers } from '../support/homeservers.ts';
import { type CommandRun, runCommand } from '../support/run-command.ts';
import { expectSchema } from '../support/schema.ts';

interface SmokeAnswer {
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly why?: string };
  readonly data: {
    readonly state: string;
    readonly ways: readonly { readonly state: string; readonly latencyMs?: number }[];
    readonly room?: {
      readonly matrixRoomId: MatrixRoomId;
      readonly workspaceRoomId: WorkspaceRoomId;
      readonly made: boolean;
    };
    readonly answer?: string;
    readonly cleaned: boolean;
  };
}

/** What a CI job has: two ordinary accounts, and nothing on its disk. */
function environmentOf(bench: Bench, { alice, bob }: Pick<Strangers, 'alice' | 'bob'>): Record<string, string> {
  return {
    RCFED_WORKSPACE_URL: bench.workspace.url,
    RCFED_SMOKE_WORKSPACE_USER_ID: bob.credentials?.userId ?? '',
    RCFED_SMOKE_WORKSPACE_TOKEN: bob.credentials?.token.reveal() ?? '',
    RCFED_HOMESERVER_URL: bench.homeserver.url,
    RCFED_SMOKE_HOMESERVER_TOKEN: bench.matrixToken(alice),
  };
}

/** The JSON answer, seen to be as its schema says. */
function answerOf(run: CommandRun): SmokeAnswer {
  const answer = run.json<SmokeAnswer>();
  expectSchema(answer);
  return answer;
}

const statesOf = ({ data }: SmokeAnswer): string[] => data.ways.map(({ state }) => state);

describe.each(homeservers)('federation smoke, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver, settings: { API_Enable_Rate_Limiter: true } });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-40).join('\n')}\n`);
    bench.logged.length = 0;
  });
  afterAll(() => bench.stop());

  test('two people who never met: a message each way, a room that the next run uses again, nothing left in it', async () => {
    const strangers = await newStrangers(bench);
    const env = environmentOf(bench, strangers);
    const first = await runCommand(['federation', 'smoke', '--json'], { env });
    expect(first.exitCode).toBe(0);
    const begun = answerOf(first);
    expect(begun.data).toMatchObject({ state: 'passed', room: { made: true }, cleaned: true });
    const second = await runCommand(['federation', 'smoke', '--json'], { env });
    expect(second.exitCode).toBe(0);
    const again = answerOf(second);
    expect(statesOf(again)).toEqual(['arrived', 'arrived']);
    for (const { latencyMs } of again.data.ways) expect(latencyMs).toBeLessThan(30_000);
    expect(again.data.room).toEqual({ ...begun.data.room, made: false });
    const room = again.data.room;
    if (room === undefined) throw new Error('there is no room');
    expect(await textsIn(strangers.bob, room.workspaceRoomId)).toEqual([]);
    expect(await bodiesIn(strangers.alice, room.matrixRoomId)).toEqual([]);
    for (const secret of Object.values(env).slice(2, 5))
      expect(first.stdout).not.toContain(secret.length > 30 ? secret : '\0');
  });

  test('a linked channel of both, where direct messages are not wanted', async () => {
    const { bob, alice } = await newStrangers(bench);
    const channel = await bench.admin.createRoom('c', 'smoke-tests');
    const linked = await running.service.link({ room: 'smoke-tests' });
    const run = await runCommand(
      ['federation', 'smoke', '--room', 'smoke-tests', '--matrix-room', linked.room.matrixRoomId ?? '', '--json'],
      { env: environmentOf(bench, { bob, alice }) },
    );
    expect(run.exitCode).toBe(0);
    expect(answerOf(run).data).toMatchObject({ state: 'passed', room: { workspaceRoomId: channel.id, made: false } });
    expect(await textsIn(bob, channel.id)).toEqual([]);
  });
});

describe.each(finerHomeservers)('what federation smoke finds wrong, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rcfed-smoke-'));
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  afterAll(async () => {
    await bench.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const brief = ['--timeout', '1500ms', '--grace', '500ms'];

  test('everything is missing: all of it is named at once', async () => {
    const run = await runCommand(['federation', 'smoke', '--json'], { env: {} });
    expect(run.exitCode).toBe(3);
    const answer = run.json<{ error: { code: string; message: string } }>();
    expectSchema(answer);
    expect(answer.error).toMatchObject({ code: 'RCFED_SMOKE_UNCONFIGURED' });
    expect(answer.error.message).toBe(
      'The environment lacks RCFED_WORKSPACE_URL, RCFED_SMOKE_WORKSPACE_USER_ID, RCFED_SMOKE_WORKSPACE_TOKEN, RCFED_HOMESERVER_URL, RCFED_SMOKE_HOMESERVER_TOKEN',
    );
  });

  test.each([
    ['RCFED_SMOKE_WORKSPACE_TOKEN', 'The workspace does not accept'],
    ['RCFED_SMOKE_HOMESERVER_TOKEN', 'The homeserver does not accept'],
  ])('a wrong %s is not accepted, and the variable is named', async (variable, message) => {
    const env = { ...environmentOf(bench, await newStrangers(bench)), [variable]: 'wrong' };
    const run = await runCommand(['federation', 'smoke'], { env });
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain(variable);
  });

  test('what keeps the test from running is an error in the report, not a failure', async () => {
    const env = { ...environmentOf(bench, await newStrangers(bench)), RCFED_SMOKE_WORKSPACE_TOKEN: 'wrong' };
    const junit = await runCommand(['federation', 'smoke', '--format', 'junit'], { env });
    expect(junit.exitCode).toBe(4);
    expect(junit.stdout).toContain('tests="2" failures="0" errors="2" skipped="0"');
    const output = join(folder, 'smoke.json');
    const json = await runCommand(['federation', 'smoke', '--format', 'json', '--output', output], { env });
    expect(json.exitCode).toBe(4);
    const report = JSON.parse(await readFile(output, 'utf8')) as SmokeAnswer;
    expectSchema(report);
    expect(report).toMatchObject({ error: { code: 'RCFED_NOT_ALLOWED' }, data: { state: 'unable' } });
  });

  test('both servers are down: the answer names both', async () => {
    const env = environmentOf(bench, await newStrangers(bench));
    const run = await runCommand(['federation', 'smoke'], {
      env: { ...env, RCFED_WORKSPACE_URL: 'http://127.0.0.1:1', RCFED_HOMESERVER_URL: 'http://127.0.0.1:1' },
    });
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toContain("The workspace can't be reached");
    expect(run.stderr).toContain("The homeserver can't be reached as well");
  });

  test('ghosts that are called otherwise: nobody accepts the invitation, and the message is taken back', async () => {
    const strangers = await newStrangers(bench);
    const output = join(folder, 'smoke.xml');
    const run = await runCommand(
      ['federation', 'smoke', ...brief, '--prefix', 'other_', '--format', 'junit', '--output', output],
      { env: environmentOf(bench, strangers) },
    );
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain(`@other_${strangers.bobName}:`);
    expect(run.stdout).toContain('missing');
    const junit = await readFile(output, 'utf8');
    expect(junit).toContain('tests="2" failures="1" errors="0" skipped="1"');
    expect(junit).toContain('<failure type="missing" message="The message from Matrix to Rocket.Chat did not come');
    const [room] = await strangers.alice.joinedRooms();
    if (room === undefined) throw new Error('no room was made');
    expect(await bodiesIn(strangers.alice, room)).toEqual([]);
  });

  test('the bridge refuses: what it says is passed on', async () => {
    const strangers = await newStrangers(bench);
    await running.service.setFederationRoles({ actions: ['write'], roles: ['admin'] });
    try {
      const run = await runCommand(['federation', 'smoke', ...brief, '--json'], {
        env: environmentOf(bench, strangers),
      });
      expect(run.exitCode).toBe(1);
      const answer = answerOf(run);
      expect(answer.data.answer).toBeTypeOf('string');
      expect(answer.error?.why).toContain('The bridge says: ');
    } finally {
      await running.service.setFederationRoles({ actions: ['write'], roles: null });
    }
  });

  test('the bridge stops between two runs: neither message comes', async () => {
    const strangers = await newStrangers(bench);
    const env = environmentOf(bench, strangers);
    expect((await runCommand(['federation', 'smoke'], { env })).exitCode).toBe(0);
    await running.stop();
    const run = await runCommand(['federation', 'smoke', ...brief, '--json'], { env });
    expect(run.exitCode).toBe(1);
    expect(statesOf(answerOf(run))).toEqual(['missing', 'missing']);
    running = await bench.start();
    expect((await runCommand(['federation', 'smoke'], { env })).exitCode).toBe(0);
  });

  test('a room that was left is not used again, nor any with --new-room', async () => {
    const strangers = await newStrangers(bench);
    const env = environmentOf(bench, strangers);
    const roomOf = async (...more: string[]) => {
      const run = await runCommand(['federation', 'smoke', '--json', ...more], { env });
      const { data } = answerOf(run);
      expect(data).toMatchObject({ state: 'passed', room: { made: true } });
      return data.room;
    };
    const [first, second] = [await roomOf(), await roomOf('--new-room')];
    await strangers.alice.leave(second?.matrixRoomId ?? ('' as MatrixRoomId));
    const third = await roomOf();
    expect(new Set([first, second, third].map((room) => room?.matrixRoomId)).size).toBe(3);
    expect(third?.workspaceRoomId).toBe(first?.workspaceRoomId);
  });

  test('a message that comes after the timeout is late, not lost', async () => {
    const env = environmentOf(bench, await newStrangers(bench));
    const run = await runCommand(['federation', 'smoke', '--timeout', '1ms', '--grace', '60s', '--json'], { env });
    expect(run.exitCode).toBe(8);
    const answer = answerOf(run);
    expect(answer.error?.code).toBe('RCFED_SMOKE_PENDING');
    expect(statesOf(answer)).toEqual(['late', 'late']);
  });

  test('the bridge takes the invitation but Rocket.Chat holds it up: the message is pending', async () => {
    const env = environmentOf(bench, await newStrangers(bench));
    bench.workspace.faults.add({ path: 'im\\.create', action: 'status' });
    const run = await runCommand(['federation', 'smoke', ...brief, '--json'], { env });
    bench.workspace.faults.clear();
    expect(run.exitCode).toBe(8);
    expect(statesOf(answerOf(run))).toEqual(['pending', 'not tried']);
    expect((await runCommand(['federation', 'smoke', '--timeout', '1m'], { env })).exitCode).toBe(0);
  });

  test('Ctrl-C takes the message back', async () => {
    const strangers = await newStrangers(bench);
    const { alice } = strangers;
    const ending = new AbortController();
    const interrupted = runCommand(['federation', 'smoke', '--prefix', 'other_'], {
      env: environmentOf(bench, strangers),
      signal: ending.signal,
    });
    const room = await eventually(async () => {
      const [found] = await alice.joinedRooms();
      if (found === undefined) throw new Error('no room was made');
      expect(await bodiesIn(alice, found)).toHaveLength(1);
      return found;
    });
    ending.abort(new RcfedError('RCFED_INTERRUPTED', 'Interrupted'));
    expect((await interrupted).exitCode).toBe(130);
    expect(await bodiesIn(alice, room)).toEqual([]);
  });

  test('an encrypted room is refused before anything is sent', async () => {
    const strangers = await newStrangers(bench);
    const room = await strangers.alice.createRoom({
      preset: 'private_chat',
      visibility: 'private',
      initialState: [{ type: 'm.room.encryption', stateKey: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    });
    await bench.admin.createRoom('c', 'smoke-encrypted');
    const run = await runCommand(['federation', 'smoke', '--room', 'smoke-encrypted', '--matrix-room', room], {
      env: environmentOf(bench, strangers),
    });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain('RCFED_SMOKE_ROOM');
  });
});

describe('federation smoke from another server', () => {
  test('the Matrix account may be anywhere, when the server of the ghosts is named', async () => {
    const federation = createFederation();
    const bench = await startBench({
      homeserver: {
        name: 'sandbox',
        start: (options = {}) => startHomeserver({ ...options, federation, backoffScale: 0.01 }),
      },
    });
    const elsewhere = await startHomeserver({ serverName: 'elsewhere.test', federation });
    try {
      await bench.start();
      const env = {
        ...environmentOf(bench, await newStrangers(bench)),
        RCFED_HOMESERVER_URL: elsewhere.url,
        RCFED_SMOKE_HOMESERVER_TOKEN: (await elsewhere.registerUser('visitor')).accessToken,
      };
      const brief = ['federation', 'smoke', '--timeout', '1s', '--grace', '0s'];
      const unnamed = await runCommand(brief, { env });
      expect(unnamed.exitCode).toBe(1);
      expect(unnamed.stderr).toContain(':elsewhere.test: no bridge runs');
      const run = await runCommand(['federation', 'smoke', '--server-name', bench.homeserver.serverName, '--json'], {
        env,
      });
      expect(run.exitCode).toBe(0);
      expect(answerOf(run).data).toMatchObject({ state: 'passed', cleaned: true });
    } finally {
      await bench.stop();
      await elsewhere.stop();
    }
  });
});
