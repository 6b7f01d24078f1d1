import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createFederation } from '../../src/sandbox/homeserver/federation/network.ts';
import { startHomeserver } from '../../src/sandbox/homeserver/server.ts';
import { type Bench, type RunningBridge, bodiesIn, startBench, textsIn } from '../support/bridge-bench.ts';
import { newStrangers } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';
import { runCommand } from '../support/run-command.ts';
import { answerOf, environmentOf, statesOf } from '../support/smoke-run.ts';

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
    await eventually(async () => expect(await textsIn(strangers.bob, room.workspaceRoomId)).toEqual([]));
    await eventually(async () => expect(await bodiesIn(strangers.alice, room.matrixRoomId)).toEqual([]));
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
    await eventually(async () => expect(await textsIn(bob, channel.id)).toEqual([]));
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
