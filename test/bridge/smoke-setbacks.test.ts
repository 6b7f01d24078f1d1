import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RcfedError } from '../../src/lib/core/errors.ts';
import type { MatrixRoomId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, bodiesIn, startBench } from '../support/bridge-bench.ts';
import { newStrangers } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { runCommand } from '../support/run-command.ts';
import { expectSchema } from '../support/schema.ts';
import { type SmokeAnswer, answerOf, environmentOf, statesOf } from '../support/smoke-run.ts';

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
    await running.service.setFederationRoles({ actions: ['write'], roles: ['admin'] });
    try {
      // A busy bridge may answer after that little time.
      await eventually(async () => {
        const run = await runCommand(['federation', 'smoke', ...brief, '--json'], {
          env: environmentOf(bench, await newStrangers(bench)),
        });
        expect(run.exitCode).toBe(1);
        const answer = answerOf(run);
        expect(answer.data.answer).toBeTypeOf('string');
        expect(answer.error?.why).toContain('The bridge says: ');
      });
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
    bench.workspace.faults.add({ path: 'im\\.create', action: 'status' });
    // A busy bridge may take it after that little time.
    const env = await eventually(async () => {
      const one = environmentOf(bench, await newStrangers(bench));
      const run = await runCommand(['federation', 'smoke', ...brief, '--json'], { env: one });
      expect(run.exitCode).toBe(8);
      expect(statesOf(answerOf(run))).toEqual(['pending', 'not tried']);
      return one;
    }).finally(() => bench.workspace.faults.clear());
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
