import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixRoomId, MatrixUserId, MessageId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  aliceReads,
  bobReads,
  fresh,
  newConversation,
  newScene,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('rooms that are replaced, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const botOnMatrix = (): MatrixUserId => `@rcfed:${bench.homeserver.serverName}` as MatrixUserId;
  const state = async (type: string, key = ''): Promise<Record<string, unknown>> =>
    (await scene.alice.state(scene.matrixRoom, type, key)) ?? {};
  const empower = async (): Promise<void> => {
    const levels = await state('m.room.power_levels');
    const users = { ...(levels['users'] as Record<string, number>), [botOnMatrix()]: 50 };
    await scene.alice.sendState(scene.matrixRoom, 'm.room.power_levels', '', { ...levels, users });
  };
  /** The scene with the room that goes on. */
  const upgraded = async (version = '12'): Promise<Scene> => ({
    ...scene,
    matrixRoom: await scene.alice.upgradeRoom(scene.matrixRoom, version),
  });
  const moved = expect.stringContaining('was replaced by a newer one');

  test('an upgrade to version 12 is followed, and everything goes on there', async () => {
    scene = await newConversation(bench, running, { ownRoom: true });
    await empower();
    await scene.alice.sendState(scene.matrixRoom, 'm.room.topic', '', { topic: 'kept' });
    const [secret, typo, topic] = [
      await post(scene.bob, scene.room, 'from before'),
      await post(scene.bob, scene.room, 'tyop'),
      await post(scene.bob, scene.room, 'who comes?'),
    ];
    await aliceReads(scene, ['from before', 'tyop', 'who comes?']);
    const old = scene;
    scene = await upgraded();
    expect(scene.matrixRoom).not.toContain(':');
    await send(scene.alice, scene.matrixRoom, 'in the new room');
    await eventually(async () =>
      expect(fresh(await workspaceTexts(scene)).toSorted()).toEqual([
        expect.any(String),
        'from before',
        'in the new room',
        'tyop',
        'who comes?',
      ]),
    );
    const id = await post(scene.bob, scene.room, 'and back');
    await aliceReads(scene, ['in the new room', 'and back']);
    expect(await scene.alice.joinedMembers(scene.matrixRoom)).toContain(scene.ghost);
    expect(fresh(await workspaceTexts(scene))).toContainEqual(moved);
    // Ids without a domain, and powers of those who are in no list, are as good as others.
    await scene.bob.saveRoomSettings(scene.room.id, { topic: 'changed here' });
    await eventually(async () => expect((await state('m.room.topic'))['topic']).toBe('changed here'));
    await scene.alice.sendState(scene.matrixRoom, 'm.room.topic', '', { topic: 'changed there' });
    await eventually(async () => expect((await bench.admin.roomById(scene.room.id))?.topic).toBe('changed there'));
    await scene.bob.deleteMessage(scene.room.id, id);
    await aliceReads(scene, ['in the new room']);
    await scene.bob.deleteMessage(scene.room.id, secret);
    await aliceReads(old, ['tyop', 'who comes?']);
    // Nobody of ours may write into the old room any more, and nothing in the new one can answer what is there.
    await scene.bob.updateMessage(scene.room.id, typo, 'typo');
    const edited = expect.stringMatching(/^edited by .*matrix\.to.*: typo$/);
    await aliceReads(scene, ['in the new room', edited]);
    const link = `[ ](${bench.workspace.url}/channel/${scene.room.name}?msg=${topic})`;
    await post(scene.bob, scene.room, `${link} nobody`);
    const quoting = expect.stringMatching(/who comes\?[^]*nobody/);
    await aliceReads(scene, ['in the new room', edited, quoting]);
    const answer = `inthreadof${scene.room.id}`.slice(0, 17) as MessageId;
    await scene.bob.sendMessage({ id: answer, roomId: scene.room.id, text: 'I do', threadId: topic });
    await aliceReads(scene, ['in the new room', edited, quoting, expect.stringMatching(/who comes\?[^]*I do/)]);
    await scene.bob.react(topic, ':heart:', true);
    const lost = expect.stringContaining('reactions from here to messages from before');
    await eventually(async () => expect(fresh(await workspaceTexts(scene))).toContainEqual(lost));
    // What was said of it goes with it.
    await scene.bob.deleteMessage(scene.room.id, typo);
    await aliceReads(old, ['who comes?']);
    await aliceReads(scene, ['in the new room', quoting, expect.stringMatching(/I do$/)]);
    expect(fresh(await workspaceTexts(scene)).filter((text) => text.includes('goes on there'))).toHaveLength(1);
    expect((await running.service.rooms()).find(({ roomId }) => roomId === scene.room.id)?.matrixRoomId).toBe(
      scene.matrixRoom,
    );
  });

  test('a room made for a channel keeps its alias when it is replaced while the bridge is down', async () => {
    scene = await newConversation(bench, running);
    const { alice } = scene;
    const bot = running.connected.parts.homeserver;
    // The bridge writes them too, after the link.
    const levels = await eventually(async () => {
      const now = await state('m.room.power_levels');
      expect(now['users']).toMatchObject({ [scene.ghost]: 100 });
      return now;
    });
    const users = { ...(levels['users'] as Record<string, number>), [alice.userId]: 100 };
    await bot.sendState(scene.matrixRoom, 'm.room.power_levels', '', { ...levels, users });
    await eventually(async () => expect((await state('m.room.power_levels'))['users']).toEqual(users));
    const old = scene;
    await running.stop();
    await send(alice, old.matrixRoom, 'before');
    scene = await upgraded('11');
    await send(alice, scene.matrixRoom, 'after');
    await post(scene.bob, scene.room, 'meanwhile');
    running = await bench.start();
    await eventually(async () =>
      expect(fresh(await workspaceTexts(scene)).filter((text) => !text.includes('replaced by'))).toEqual([
        'meanwhile',
        'before',
        'after',
      ]),
    );
    const portal = (await running.service.rooms()).find(({ roomId }) => roomId === scene.room.id);
    expect(portal?.matrixRoomId).toBe(scene.matrixRoom);
    expect(await alice.resolveAlias(portal?.alias as never)).toBe(scene.matrixRoom);
    await post(scene.bob, scene.room, 'at last');
    await eventually(async () => expect(await bodiesOf(scene)).toContain('at last'));
    expect(await bodiesOf(old)).not.toContain('at last');
  });
  const bodiesOf = async ({ alice, matrixRoom }: Scene): Promise<unknown[]> => {
    const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 100 });
    return events.map(({ content }) => (content as { body?: unknown }).body);
  };

  test.each(['apply:before-act', 'apply:acted'] as const)(
    'a bridge that is killed while it follows (%s) goes on in the new room',
    async (checkpoint) => {
      scene = await newConversation(bench, running, { ownRoom: true });
      await running.stop();
      const first = await bench.startDying(checkpoint);
      scene = await upgraded();
      await first.died;
      await send(scene.alice, scene.matrixRoom, 'after');
      running = await bench.start();
      await eventually(async () =>
        expect(fresh(await workspaceTexts(scene)).toSorted()).toEqual([expect.anything(), 'after']),
      );
      expect(fresh(await workspaceTexts(scene))).toContainEqual(moved);
      await post(scene.bob, scene.room, 'and back');
      await aliceReads(scene, ['after', 'and back']);
    },
  );

  test('a room that is unlinked while its replacement is followed ends for good', async () => {
    scene = await newConversation(bench, running, { ownRoom: true });
    const { room } = scene;
    await running.stop();
    let unlinked: Promise<unknown> | undefined;
    let isReplaced = false;
    running = await bench.start((checkpoint) => {
      // Something from before may still be carried at the start.
      if (isReplaced && checkpoint === 'apply:before-act') unlinked ??= running.service.unlink({ room: room.id });
    });
    isReplaced = true;
    scene = await upgraded();
    await eventually(() => expect(unlinked).toBeDefined());
    await unlinked;
    expect(running.bridge.portals.ofWorkspaceRoom(room.id)).toBeUndefined();
    expect(await scene.alice.joinedMembers(scene.matrixRoom)).not.toContain(botOnMatrix());
    await running.stop();
    running = await bench.start();
  });

  test('a replacement that can’t be joined is said once, and followed when the bridge is invited', async () => {
    scene = await newConversation(bench, running, { ownRoom: true });
    const old = scene;
    await scene.alice.sendState(scene.matrixRoom, 'm.room.join_rules', '', { join_rule: 'invite' });
    scene = await upgraded('11');
    const said = expect.stringMatching(/can't be followed.*invited there/);
    await bobReads(old, [said]);
    await scene.alice.invite(scene.matrixRoom, botOnMatrix());
    await send(scene.alice, scene.matrixRoom, 'welcome');
    await eventually(async () => expect(fresh(await workspaceTexts(scene))).toContain('welcome'));
    expect(fresh(await workspaceTexts(scene)).toSorted()).toEqual([expect.anything(), expect.anything(), 'welcome']);
  });

  test('a room that does not say that it replaces this one is not followed', async () => {
    scene = await newConversation(bench, running, { ownRoom: true });
    const { alice, matrixRoom } = scene;
    const elsewhere = await alice.createRoom({ preset: 'public_chat', visibility: 'private' });
    const tombstone = (replacement: MatrixRoomId) =>
      alice.sendState(matrixRoom, 'm.room.tombstone', '', { body: 'gone', replacement_room: replacement });
    await tombstone(elsewhere);
    const said = expect.stringContaining('does not say that it replaces this one');
    await bobReads(scene, [said]);
    await tombstone(elsewhere);
    await send(alice, matrixRoom, 'still here');
    await bobReads(scene, [said, 'still here']);
    expect(await alice.joinedMembers(elsewhere)).not.toContain(botOnMatrix());
    // Synapse keeps its own people from naming the room itself; another server need not.
    if (homeserver.name === 'synapse') return;
    await tombstone(matrixRoom);
    await bobReads(scene, [said, 'still here', expect.stringContaining('replaced by no other')]);
    expect(await alice.joinedMembers(matrixRoom)).toContain(botOnMatrix());
  });

  test('a room of version 12 is linked and spoken in like any other', async () => {
    const { alice } = (scene = await newScene(bench, running, { ownRoom: true }));
    const old = await alice.createRoom({ preset: 'public_chat', visibility: 'private' });
    const room = await scene.bob.createRoom('c', `twelve-${scene.room.name}`);
    scene = { ...scene, room, matrixRoom: await alice.upgradeRoom(old, '12') };
    await running.service.link({ room: room.name, matrixRoom: scene.matrixRoom });
    await send(alice, scene.matrixRoom, 'hello there');
    await bobReads(scene, ['hello there']);
    await post(scene.bob, room, 'hello yourself');
    await aliceReads(scene, ['hello there', 'hello yourself']);
    // Who made it may do everything, and is in no list.
    await alice.sendState(scene.matrixRoom, 'm.room.name', '', { name: `named-${room.name}` });
    await eventually(async () => expect((await bench.admin.roomById(room.id))?.name).toBe(`named-${room.name}`));
    const content = { msgtype: 'm.text', body: '@room all of you', 'm.mentions': { room: true } };
    await alice.sendEvent(scene.matrixRoom, 'm.room.message', `all-${room.name}`, content);
    await eventually(async () => expect(fresh(await workspaceTexts(scene)).at(-1)).toBe('@all all of you'));
  });
});
