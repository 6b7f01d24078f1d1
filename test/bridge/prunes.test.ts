import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { prunesOf } from '../../src/lib/bridge/workspace/prunes.ts';
import type { EventId, MessageId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, edit, post, send, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  askWorkspace,
  bobReads,
  eventOnMatrix,
  messageInWorkspace,
  newConversation,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe.each(finerHomeservers)('messages that are pruned in Rocket.Chat, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  let bobs: MessageId;
  let alices: MessageId;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });

  /** Both have said something that is on both sides. */
  beforeEach(async () => {
    scene = await newConversation(bench, running, { ownRoom: true });
    const { matrixBot } = running.connected.parts.identity;
    const power = await scene.alice.state(scene.matrixRoom, 'm.room.power_levels', '');
    const users = { ...(power?.['users'] as Record<string, number>), [matrixBot]: 50 };
    await scene.alice.sendState(scene.matrixRoom, 'm.room.power_levels', '', { ...power, users });
    bobs = await post(scene.bob, scene.room, 'from bob');
    await aliceReads(scene, ['from bob']);
    await send(scene.alice, scene.matrixRoom, 'from alice');
    await bobReads(scene, ['from bob', 'from alice']);
    alices = (await messageInWorkspace(scene, 'from alice'))._id;
    await allIsWell(running);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    for (const id of ['Enabled', 'AppliesToChannels'])
      bench.workspace.state.settings.set(`RetentionPolicy_${id}`, false);
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const prune = (more: Record<string, unknown> = {}): Promise<void> =>
    askWorkspace(bench, bench.admin, 'rooms.cleanHistory', {
      roomId: scene.room.id,
      oldest: new Date(0).toISOString(),
      latest: new Date(Date.now() + 1000).toISOString(),
      inclusive: true,
      ...more,
    });
  const outcomeOf = async (id: MessageId): Promise<string | undefined> => {
    const { steps } = await running.service.trace({ ref: id });
    return steps.findLast(({ type }) => type === 'pruned' || type === 'deleted')?.outcome;
  };
  const relink = (retention: 'keep' | 'redact') =>
    running.service.link({ room: scene.room.name, matrixRoom: scene.matrixRoom, retention });

  test('stay on Matrix, and nobody brings them back', async () => {
    const event = (await eventOnMatrix(scene, 'from alice'))['event_id'] as EventId;
    await prune();
    await eventually(async () => {
      expect(await outcomeOf(bobs)).toBe('pruned, stays on Matrix');
      expect(await outcomeOf(alices)).toBe('pruned, stays on Matrix');
    });
    await edit(scene.alice, scene.matrixRoom, event, 'from alice, changed');
    await send(scene.alice, scene.matrixRoom, 'later');
    await post(scene.bob, scene.room, 'even later');
    await aliceReads(scene, ['from bob', 'from alice, changed', 'later', 'even later']);
    await eventually(async () => expect((await workspaceTexts(scene)).toSorted()).toEqual(['even later', 'later']));
    await running.stop();
    running = await bench.start();
    await allIsWell(running);
    await aliceReads(scene, ['from bob', 'from alice, changed', 'later', 'even later']);
  });

  test('go from Matrix as well where the room says redact, until it says keep', async () => {
    expect((await relink('redact')).changed).toBe(true);
    expect((await relink('redact')).changed).toBe(false);
    const views = await running.service.rooms();
    expect(views.find(({ room }) => room === scene.room.name)?.retention).toBe('redact');
    await prune();
    await aliceReads(scene, []);
    await relink('keep');
    const id = await post(scene.bob, scene.room, 'stays');
    await aliceReads(scene, ['stays']);
    await prune();
    await eventually(async () => expect(await outcomeOf(id)).toBe('pruned, stays on Matrix'));
    await aliceReads(scene, ['stays']);
  });

  test('are told from one that somebody deletes in the same moment', async () => {
    const regretted = await post(scene.bob, scene.room, 'regretted');
    await aliceReads(scene, ['from bob', 'from alice', 'regretted']);
    await scene.bob.deleteMessage(scene.room.id, regretted);
    await prune();
    await eventually(async () => expect(await outcomeOf(bobs)).toBe('pruned, stays on Matrix'));
    await aliceReads(scene, ['from bob', 'from alice']);
  });

  test('of one person only do not hide what another deleted while the bridge was away', async () => {
    await prune({ users: [scene.puppet] });
    await eventually(async () => expect(await outcomeOf(alices)).toBe('pruned, stays on Matrix'));
    await running.stop();
    await scene.bob.deleteMessage(scene.room.id, bobs);
    running = await bench.start();
    await aliceReads(scene, ['from alice']);
  });

  test('are known as pruned even if the bridge ends before it could look which they are', async () => {
    const fault = bench.workspace.faults.add({ path: 'chat\\.syncMessages', action: 'status', status: 503 });
    await prune();
    await eventually(() => expect(bench.workspace.faults.list().find(({ id }) => id === fault)?.hits).not.toBe(0));
    // Not the request of somebody else was hit: the bridge knows of the prune.
    const { parts } = running.connected;
    const portal = running.bridge.portals.ofWorkspaceRoom(scene.room.id);
    await eventually(async () => expect(portal && (await prunesOf(parts, portal))).not.toEqual([]));
    await running.stop();
    bench.workspace.faults.clear();
    running = await bench.start();
    await eventually(async () => expect(await outcomeOf(bobs)).toBe('pruned, stays on Matrix'));
    await aliceReads(scene, ['from bob', 'from alice']);
  });

  test('by the retention policy while the bridge was away stay, and what is younger than that goes', async () => {
    const { settings, messages } = bench.workspace.state;
    settings.set('RetentionPolicy_Enabled', true);
    settings.set('RetentionPolicy_AppliesToChannels', true);
    settings.set('RetentionPolicy_TTL_Channels', 2 * DAY_MS);
    await running.stop();
    await bench.peek(async (store) => {
      const [pair] = await store.ledger.byMessage(bobs);
      if (pair === undefined) throw new Error('bob wrote nothing');
      const lease = await store.leases.acquire('lane:elsewhere', 'test', 60_000);
      const [row] = await store.inbox.record({
        rows: [{ side: 'workspace', lane: 'elsewhere', key: `aged ${bobs}`, ref: 'aged', type: 'aged', body: '{}' }],
      });
      if (lease === undefined || row === undefined) throw new Error('nothing to settle');
      const ledger = [{ ...pair, ts: pair.ts - 3 * DAY_MS }];
      await store.inbox.settle({ inboxId: row.id, lease, outcome: 'aged', ledger });
    });
    for (const id of [bobs, alices]) {
      const message = messages.get(id);
      if (message !== undefined) messages.remove(message, new Date());
    }
    running = await bench.start();
    await aliceReads(scene, ['from bob']);
    await eventually(async () => {
      expect(await outcomeOf(bobs)).toBe('pruned, stays on Matrix');
      expect(await outcomeOf(alices)).toBe('relayed');
    });
  });
});
