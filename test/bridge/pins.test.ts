import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId, MatrixUserId, MessageId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  bobReads,
  eventOnMatrix,
  fresh,
  matrixBodies,
  messageInWorkspace,
  newConversation,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

describe.each(finerHomeservers)('pins, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  let one: { id: MessageId; event: EventId };
  let two: { id: MessageId; event: EventId };

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });

  /** A room in which both may pin, with a message of bob's and one of alice's. */
  beforeEach(async () => {
    scene = await newConversation(bench, running, { ownRoom: true });
    await empower(scene, 50);
    const id = await post(scene.bob, scene.room, 'one');
    const event = await send(scene.alice, scene.matrixRoom, 'two');
    one = { id, event: await eventually(async () => (await eventOnMatrix(scene, 'one'))['event_id'] as EventId) };
    two = { event, id: await eventually(async () => (await messageInWorkspace(scene, 'two'))._id) };
    await allIsWell(running);
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const botOnMatrix = (): MatrixUserId => `@rcfed:${bench.homeserver.serverName}` as MatrixUserId;
  const empower = async ({ alice, matrixRoom }: Scene, level: number): Promise<void> => {
    const levels = (await alice.state(matrixRoom, 'm.room.power_levels', '')) ?? {};
    const users = { ...(levels['users'] as Record<string, number>), [botOnMatrix()]: level };
    await alice.sendState(matrixRoom, 'm.room.power_levels', '', { ...levels, users });
  };
  const pinnedOnMatrix = async ({ alice, matrixRoom } = scene): Promise<unknown> =>
    (await alice.state(matrixRoom, 'm.room.pinned_events', ''))?.['pinned'] ?? [];
  const pinOnMatrix = (events: readonly string[], { alice, matrixRoom } = scene): Promise<EventId> =>
    alice.sendState(matrixRoom, 'm.room.pinned_events', '', { pinned: events });
  const pinnedInWorkspace = async ({ bob, room } = scene): Promise<string[]> =>
    (await bob.pinnedMessages(room.id)).map((message) => String(message['msg'])).toSorted();
  const bothShow = (events: readonly string[], texts: readonly string[]): Promise<void> =>
    eventually(async () => {
      expect(await pinnedOnMatrix()).toEqual(events);
      expect(await pinnedInWorkspace()).toEqual(texts);
    });

  test('what is pinned and unpinned in Rocket.Chat is pinned and unpinned on Matrix', async () => {
    await scene.bob.pinMessage(two.id);
    await bothShow([two.event], ['two']);
    await scene.bob.pinMessage(one.id);
    await bothShow([two.event, one.event], ['one', 'two']);
    await scene.bob.unpinMessage(two.id);
    await bothShow([one.event], ['one']);
    await send(scene.alice, scene.matrixRoom, 'after');
    await bobReads(scene, ['one', 'two', 'after']);
    // That something was pinned is no message of anybody.
    expect(fresh(await matrixBodies(scene)).toSorted()).toEqual(['after', 'one', 'two']);
  });

  test('what is pinned and unpinned on Matrix is pinned and unpinned in Rocket.Chat', async () => {
    await pinOnMatrix([one.event, two.event]);
    await bothShow([one.event, two.event], ['one', 'two']);
    await pinOnMatrix([two.event]);
    await bothShow([two.event], ['two']);
    await pinOnMatrix([]);
    await bothShow([], []);
    await scene.bob.pinMessage(one.id);
    await bothShow([one.event], ['one']);
    await pinOnMatrix([]);
    await bothShow([], []);
  });

  test('pins of messages that the other side does not have stay as they are', async () => {
    const { bob, alice } = scene;
    const room = await bob.createRoom('c', `pins-${two.id}`);
    const old = await post(bob, room, 'old in Rocket.Chat');
    await bob.pinMessage(old);
    const pinnedAt = Date.now();
    // Servers tell their time in whole seconds: what happened in the second of the link counts as after it.
    await eventually(async () => expect((await bench.admin.info()).serverTime).toBeGreaterThan(pinnedAt));
    const matrixRoom = await alice.createRoom({ preset: 'public_chat', visibility: 'private' });
    const oldEvent = await send(alice, matrixRoom, 'old on Matrix');
    await alice.sendState(matrixRoom, 'm.room.pinned_events', '', { pinned: [oldEvent] });
    await running.service.link({ room: room.name, matrixRoom });
    const older = { ...scene, room, matrixRoom };
    await empower(older, 50);
    const id = await post(bob, room, 'new');
    const event = await eventually(async () => (await eventOnMatrix(older, 'new'))['event_id'] as EventId);
    await bob.pinMessage(id);
    await eventually(async () => expect(await pinnedOnMatrix(older)).toEqual([oldEvent, event]));
    await pinOnMatrix([oldEvent], older);
    await eventually(async () => expect(await pinnedInWorkspace(older)).toEqual(['old in Rocket.Chat']));
    expect(await pinnedOnMatrix(older)).toEqual([oldEvent]);
  });

  test('quick changes end with the last one', async () => {
    await scene.bob.pinMessage(one.id);
    await scene.bob.unpinMessage(one.id);
    await scene.bob.pinMessage(one.id);
    // It is behind them: they were like that after the first of the three already.
    await post(scene.bob, scene.room, 'pinned');
    await eventually(async () => expect(await matrixBodies(scene)).toContain('pinned'));
    await bothShow([one.event], ['one']);
    await pinOnMatrix([]);
    await pinOnMatrix([two.event]);
    await pinOnMatrix([]);
    await pinOnMatrix([one.event, two.event]);
    await bothShow([one.event, two.event], ['one', 'two']);
  });

  test('changes at the same moment leave the same pins on both sides', async () => {
    for (const text of ['three', 'four', 'five']) {
      const id = await post(scene.bob, scene.room, text);
      const event = await eventually(async () => (await eventOnMatrix(scene, text))['event_id'] as EventId);
      await Promise.all([scene.bob.pinMessage(id), pinOnMatrix([two.event])]);
      // A Matrix client writes all pins at once: what it did not know of is lost, unless the bridge wrote last.
      await eventually(async () => {
        const [onMatrix, inWorkspace] = [await pinnedOnMatrix(), await pinnedInWorkspace()];
        expect([
          [[two.event], ['two']],
          [[two.event, event], [text, 'two'].toSorted()],
          [[event, two.event], [text, 'two'].toSorted()],
        ]).toContainEqual([onMatrix, inWorkspace]);
      });
      await allIsWell(running);
      await pinOnMatrix([]);
      await bothShow([], []);
    }
  });

  test('pins made and taken away while the bridge was down are made up for', async () => {
    await scene.bob.pinMessage(one.id);
    await bothShow([one.event], ['one']);
    await allIsWell(running);
    await running.stop();
    await scene.bob.unpinMessage(one.id);
    await pinOnMatrix([one.event, two.event]);
    running = await bench.start();
    await bothShow([two.event], ['two']);
    await allIsWell(running);
    await running.stop();
    await scene.bob.pinMessage(one.id);
    await pinOnMatrix([]);
    running = await bench.start();
    await bothShow([one.event], ['one']);
  });

  test.each(['apply:before-act', 'apply:acted'] as const)(
    'a pin during which the bridge is killed (%s) ends on both sides',
    async (checkpoint) => {
      await running.stop();
      const first = await bench.startDying(checkpoint);
      await scene.bob.pinMessage(two.id);
      await first.died;
      const second = await bench.startDying(checkpoint);
      await pinOnMatrix([...((await pinnedOnMatrix()) as string[]), one.event]);
      await second.died;
      running = await bench.start();
      await eventually(async () => {
        expect((await pinnedOnMatrix()) as string[]).toHaveLength(2);
        expect(await pinnedInWorkspace()).toEqual(['one', 'two']);
      });
      await pinOnMatrix([]);
      await bothShow([], []);
    },
  );

  test('a pin that somebody takes back while the bridge that carried it lies dead stays away', async () => {
    await running.stop();
    const first = await bench.startDying('apply:acted');
    await scene.bob.pinMessage(one.id);
    await first.died;
    await eventually(async () => expect(await pinnedOnMatrix()).toEqual([one.event]));
    await pinOnMatrix([]);
    running = await bench.start();
    await bothShow([], []);
    await allIsWell(running);
    await running.stop();
    const second = await bench.startDying('apply:acted');
    await pinOnMatrix([two.event]);
    await second.died;
    await eventually(async () => expect(await pinnedInWorkspace()).toEqual(['two']));
    await scene.bob.unpinMessage(two.id);
    running = await bench.start();
    await bothShow([], []);
  });

  test('a pin that is taken off while the bridge that carried another one lies dead is taken off on Matrix, too', async () => {
    await scene.bob.pinMessage(one.id);
    await bothShow([one.event], ['one']);
    await allIsWell(running);
    await running.stop();
    const first = await bench.startDying('apply:acted');
    await scene.bob.pinMessage(two.id);
    await first.died;
    await scene.bob.unpinMessage(one.id);
    running = await bench.start();
    await bothShow([two.event], ['two']);
    await allIsWell(running);
    await bothShow([two.event], ['two']);
  });

  test('a long message that is several in Rocket.Chat is pinned as one', async () => {
    const text = Array.from({ length: 1_500 }, (_, index) => `word${index}`).join(' ');
    const event = await send(scene.alice, scene.matrixRoom, text);
    await send(scene.alice, scene.matrixRoom, 'end');
    const parts = await eventually(async () => {
      const texts = await workspaceTexts(scene);
      expect(texts).toContain('end');
      return texts.filter((each) => each.startsWith('word'));
    });
    expect(parts.length).toBeGreaterThan(1);
    const { _id: last } = await messageInWorkspace(scene, parts.at(-1) ?? '');
    await scene.bob.pinMessage(last);
    await eventually(async () => expect(await pinnedOnMatrix()).toEqual([event]));
    await pinOnMatrix([]);
    await bothShow([], []);
    await pinOnMatrix([event]);
    await bothShow([event], [parts[0] ?? '']);
  });

  test('a bot without the power to pin on Matrix says so once, and how to change it', async () => {
    await empower(scene, 0);
    await scene.bob.pinMessage(one.id);
    const said = expect.stringContaining('give it power level 50');
    await bobReads(scene, ['one', 'two', said]);
    await scene.bob.pinMessage(two.id);
    await post(scene.bob, scene.room, 'both are tried');
    await eventually(async () => expect(await matrixBodies(scene)).toContain('both are tried'));
    await empower(scene, 50);
    await scene.bob.unpinMessage(two.id);
    await bothShow([one.event], ['one']);
    expect(fresh(await workspaceTexts(scene))).toEqual(['one', 'two', said, 'both are tried']);
    expect(bench.logged.filter((line) => line.startsWith('warn notice.pins'))).toHaveLength(1);
  });

  test('a workspace that lets the bridge pin nothing is said so of once', async () => {
    const { settings } = bench.workspace.state;
    settings.set('Message_AllowPinning', false);
    try {
      await pinOnMatrix([one.event]);
      await eventually(async () => expect(await matrixBodies(scene)).toContainEqual(said));
      await pinOnMatrix([one.event, two.event]);
      await post(scene.bob, scene.room, 'after');
      await eventually(async () => expect(await matrixBodies(scene)).toContain('after'));
      await allIsWell(running);
    } finally {
      settings.set('Message_AllowPinning', true);
    }
    expect((await matrixBodies(scene)).filter((body) => body.includes('Message_AllowPinning'))).toHaveLength(1);
    await pinOnMatrix([two.event]);
    await bothShow([two.event], ['two']);
  });
  const said = expect.stringContaining('(Message_AllowPinning)');
});
