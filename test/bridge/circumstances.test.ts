// The same conversation under other circumstances: versions, clocks, deliveries, identities. Each needs a bench of its own.
import { afterEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/lib/core/clock.ts';
import type { MessageId } from '../../src/lib/core/ids.ts';
import {
  type Bench,
  type BenchOptions,
  type RunningBridge,
  edit,
  post,
  send,
  startBench,
} from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  authorInWorkspace,
  bobReads,
  eventOnMatrix,
  fresh,
  matrixBodies,
  newConversation,
  newScene,
  type Scene,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

const [sandbox] = homeservers;
let bench: Bench;
let running: RunningBridge;

async function begin(options: Omit<BenchOptions, 'homeserver'>): Promise<void> {
  if (sandbox === undefined) throw new Error('there is always a sandbox');
  bench = await startBench({ homeserver: sandbox, ...options });
  running = await bench.start();
}

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  await bench.stop();
});

/** A message, an edit and a deletion each way, and a moderator's change of each. */
async function oneRound(scene: Scene): Promise<void> {
  const kept = await post(scene.bob, scene.room, 'from bob');
  const regretted = await post(scene.bob, scene.room, 'from bob, regretted');
  await aliceReads(scene, ['from bob', 'from bob, regretted']);
  const event = await send(scene.alice, scene.matrixRoom, 'from alice');
  const taken = await send(scene.alice, scene.matrixRoom, 'from alice, regretted');
  await bobReads(scene, ['from bob', 'from bob, regretted', 'from alice', 'from alice, regretted']);
  await scene.bob.updateMessage(scene.room.id, kept, 'from Bob');
  await scene.bob.deleteMessage(scene.room.id, regretted);
  await edit(scene.alice, scene.matrixRoom, event, 'from Alice');
  await scene.alice.redact(scene.matrixRoom, taken, `regret-${scene.room.name}`);
  await bobReads(scene, ['from Bob', 'from Alice']);
  await aliceReads(scene, ['from Bob', 'from Alice']);
  expect(await running.service.asideRows()).toEqual([]);
  await allIsWell(running);
}

describe('each version of Rocket.Chat', () => {
  test.each(['6.13', '7.13', '8.8.1', '9.0'])(
    '%s: one round each way, and what was said while the bridge was down',
    async (version) => {
      await begin({ version });
      const scene = await newConversation(bench, running);
      await oneRound(scene);
      await running.stop();
      await post(scene.bob, scene.room, 'while down');
      running = await bench.start();
      await aliceReads(scene, ['from Bob', 'from Alice', 'while down']);
    },
  );
});

describe('a workspace whose clock is wrong', () => {
  const shifted = (ms: number): Clock => ({
    now: () => systemClock.now() + ms,
    sleep: (wait, signal) => systemClock.sleep(wait, signal),
  });

  test.each([
    ['ahead', 5 * 60_000],
    ['behind', -5 * 60_000],
  ])('five minutes %s: nothing is lost, deletions neither', async (_, ms) => {
    await begin({ clock: shifted(ms), watchMs: 200 });
    const scene = await newConversation(bench, running);
    await oneRound(scene);
    await running.stop();
    await post(scene.bob, scene.room, 'while down');
    const id = await post(scene.bob, scene.room, 'regretted while down');
    await scene.bob.deleteMessage(scene.room.id, id);
    running = await bench.start();
    await aliceReads(scene, ['from Bob', 'from Alice', 'while down']);
    // What realtime does not bring is found as well.
    bench.workspace.faults.delivery.loseEvery = 1;
    await post(scene.bob, scene.room, 'never streamed');
    await aliceReads(scene, ['from Bob', 'from Alice', 'while down', 'never streamed']);
  });

  test('a day ahead until somebody sets it right: what is said while the bridge is down is found all the same', async () => {
    let ahead = 0;
    await begin({ clock: { ...shifted(0), now: () => systemClock.now() + ahead } });
    const scene = await newConversation(bench, running);
    await running.stop();
    ahead = 24 * 60 * 60_000;
    await post(scene.bob, scene.room, 'from tomorrow');
    running = await bench.start();
    await aliceReads(scene, ['from tomorrow']);
    await running.stop();
    ahead = 0;
    await post(scene.bob, scene.room, 'while down');
    running = await bench.start();
    await aliceReads(scene, ['from tomorrow', 'while down']);
  });
});

describe('realtime delivery', () => {
  test('events that come twice or late change nothing', async () => {
    await begin({});
    const scene = await newConversation(bench, running);
    // Which ones are late goes by their number.
    await allIsWell(running);
    Object.assign(bench.workspace.faults.delivery, { doubleEvery: 2, lateEvery: 3, lateMs: 300, updatedAtStepMs: 50 });
    await oneRound(scene);
    const ids: MessageId[] = [];
    for (let n = 0; n < 10; n += 1) ids.push(await post(scene.bob, scene.room, `n${n}`));
    for (const [n, id] of ids.entries()) await scene.bob.updateMessage(scene.room.id, id, `N${n}`);
    await eventually(async () => {
      const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
      const posts = events.filter((event) => /^n\d|^N\d/.test(String((event['content'] as { body?: unknown }).body)));
      expect(posts).toHaveLength(10);
    });
    await aliceReadsInAnyOrder(scene, ['from Bob', 'from Alice', ...ids.map((_, n) => `N${n}`)]);
    await allIsWell(running);
  });

  test('events that never come are found by asking', async () => {
    await begin({ watchMs: 200 });
    const scene = await newConversation(bench, running);
    // Which ones are lost goes by their number.
    await allIsWell(running);
    bench.workspace.faults.delivery.loseEvery = 2;
    await oneRound(scene);
    for (let n = 0; n < 6; n += 1) await post(scene.bob, scene.room, `n${n}`);
    await aliceReadsInAnyOrder(scene, ['from Bob', 'from Alice', 'n0', 'n1', 'n2', 'n3', 'n4', 'n5']);
    await eventually(() => expect(bench.logged.join('\n')).toContain('workspace.caught-up'));
  });

  /** What the stream brings late or never has lost its place. */
  function aliceReadsInAnyOrder(scene: Scene, bodies: readonly string[]): Promise<void> {
    return eventually(async () => expect(fresh(await matrixBodies(scene)).toSorted()).toEqual(bodies.toSorted()));
  }
});

describe('without accounts for external users', () => {
  test.each(['c', 'p'] as const)(
    'in a room of type %s the bot speaks under their names, and all changes carry over',
    async (type) => {
      await begin({ identity: 'alias' });
      const scene = await newScene(bench, running, { type });
      await oneRound(scene);
      const { username, alias } = await authorInWorkspace(scene, 'from Alice');
      expect([username, alias]).toEqual(['rcfed', expect.stringContaining('alice')]);
      expect((await eventOnMatrix(scene, 'from bob'))['sender']).toBe(scene.ghost);
      expect(await bench.admin.userByName(scene.puppet)).toBeUndefined();
      expect((await running.service.status()).people).toMatchObject({ puppets: 0 });
    },
  );
});
