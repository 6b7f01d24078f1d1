import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixUserId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  bobReads,
  fresh,
  matrixBodies,
  newConversation,
  newScene,
  type Scene,
  type SceneOptions,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

const pictureOf = (mark: string): Buffer =>
  Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452000000080000000808060000', 'hex'), Buffer.from(mark)]);

describe.each(finerHomeservers)('what a room is like, on $name', (homeserver) => {
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
    bench.workspace.state.settings.set('Hide_System_Messages', []);
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const botOnMatrix = (): MatrixUserId => `@rcfed:${bench.homeserver.serverName}` as MatrixUserId;
  const open = async (options: SceneOptions = { ownRoom: true }, level = 100): Promise<void> => {
    scene = await newConversation(bench, running, options);
    if (options.ownRoom === true) await empower(level);
  };
  const empower = async (level: number): Promise<void> => {
    const levels = await onMatrix('m.room.power_levels');
    const users = { ...(levels['users'] as Record<string, number>), [botOnMatrix()]: level };
    await set('m.room.power_levels', { ...levels, users });
    // Then the bridge gives bob his there, which must not cross with what a test writes.
    if (level < 100) return;
    await eventually(async () =>
      expect((await onMatrix('m.room.power_levels'))['users']).toMatchObject({ [scene.ghost]: 100 }),
    );
  };
  const onMatrix = async (type: string): Promise<Record<string, unknown>> =>
    (await scene.alice.state(scene.matrixRoom, type, '')) ?? {};
  const set = (type: string, content: Record<string, unknown>) =>
    scene.alice.sendState(scene.matrixRoom, type, '', content);
  const details = async () => {
    const room = await bench.admin.as(bench.config.workspace.credentials).roomDetails(scene.room.id);
    if (room === undefined) throw new Error('the room is gone');
    return room;
  };
  const bothAreCalled = (name: string, inWorkspace = name): Promise<void> =>
    eventually(async () => {
      expect((await onMatrix('m.room.name'))['name']).toBe(name);
      expect((await details()).name).toBe(inWorkspace);
    });
  const topicIs = (topic: string): Promise<void> =>
    eventually(async () => {
      expect((await onMatrix('m.room.topic'))['topic']).toBe(topic);
      expect((await details()).topic).toBe(topic);
    });
  const topicEvents = async (): Promise<unknown[]> => {
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
    return events.filter(({ type }) => type === 'm.room.topic');
  };

  test('name, topic and announcement changed in Rocket.Chat appear on Matrix', async () => {
    await open();
    const { bob, room } = scene;
    await bob.saveRoomSettings(room.id, { name: `${room.name}-renamed`, topic: 'line one\nline \u202etwo' });
    await bothAreCalled(`${room.name}-renamed`);
    await eventually(async () => expect((await onMatrix('m.room.topic'))['topic']).toBe('line one\nline two'));
    await bob.saveRoomSettings(room.id, { announcement: 'lunch at *noon*' });
    const said = 'Announcement in Rocket.Chat: lunch at *noon*';
    await eventually(async () => expect(fresh(await matrixBodies(scene))).toEqual([said]));
    await bob.saveRoomSettings(room.id, { announcement: 'later' });
    await bob.saveRoomSettings(room.id, { announcement: 'lunch at *noon*' });
    await eventually(async () => expect(fresh(await matrixBodies(scene)).at(-1)).toBe(said));
    await eventually(async () =>
      expect((await running.service.rooms()).map(({ room: name }) => name)).toContain(`${room.name}-renamed`),
    );
  });

  test('name and topic changed on Matrix appear in Rocket.Chat, once', async () => {
    await open();
    const { room } = scene;
    await set('m.room.name', { name: `${room.name}-on-matrix` });
    await set('m.room.topic', { topic: 'from Matrix' });
    await bothAreCalled(`${room.name}-on-matrix`);
    await topicIs('from Matrix');
    await send(scene.alice, scene.matrixRoom, 'afterwards');
    await bobReads(scene, ['afterwards']);
    await set('m.room.topic', { topic: '' });
    await eventually(async () => expect((await details()).topic).toBe(''));
    expect(await topicEvents()).toHaveLength(2);
  });

  test('a name that Rocket.Chat does not take, or that is taken, is spelled otherwise there and stays on Matrix', async () => {
    await open();
    const { bob, room } = scene;
    await set('m.room.name', { name: `Café „${room.name}“ 日本` });
    await bothAreCalled(`Café „${room.name}“ 日本`, `Cafe-${room.name}`);
    const other = await bob.createRoom('c', `${room.name}-taken`);
    await set('m.room.name', { name: other.name });
    await bothAreCalled(other.name, `${other.name}-1`);
    await set('m.room.name', { name: '日本' });
    await set('m.room.topic', { topic: 'after the name' });
    await topicIs('after the name');
    await bothAreCalled('日本', `${other.name}-1`);
    await bob.saveRoomSettings(room.id, { name: `${room.name}-back` });
    await bothAreCalled(`${room.name}-back`);
  });

  test('pictures go both ways, and go away', async () => {
    await open();
    const { bob, alice, room } = scene;
    const bot = bench.admin.as(bench.config.workspace.credentials);
    const [one, two] = [pictureOf('one'), pictureOf('two')];
    await bob.setRoomAvatar(room.id, { bytes: one, contentType: 'image/png' });
    await eventually(async () => {
      const { url } = await onMatrix('m.room.avatar');
      expect(Buffer.from((await alice.media(String(url), 1024)).bytes)).toEqual(one);
    });
    const mxc = await alice.createMedia();
    await alice.putMedia(mxc, two, 'image/png');
    await set('m.room.avatar', { url: mxc });
    await eventually(async () => {
      expect(Buffer.from((await bot.roomAvatar(room.id, 1024))?.bytes ?? [])).toEqual(two);
    });
    expect((await onMatrix('m.room.avatar'))['url']).toBe(mxc);
    await bob.setRoomAvatar(room.id, undefined);
    await eventually(async () => expect((await onMatrix('m.room.avatar'))['url']).toBeUndefined());
    await set('m.room.avatar', { url: mxc });
    await eventually(async () => expect((await details()).avatarEtag).toBeDefined());
    await set('m.room.avatar', {});
    await eventually(async () => expect((await details()).avatarEtag).toBeUndefined());
  });

  test('who may join follows both ways', async () => {
    await open({ type: 'p' });
    const { bob, room } = scene;
    await bob.saveRoomSettings(room.id, { type: 'c' });
    await eventually(async () => expect((await onMatrix('m.room.join_rules'))['join_rule']).toBe('public'));
    await bob.saveRoomSettings(room.id, { type: 'p' });
    await eventually(async () => expect((await onMatrix('m.room.join_rules'))['join_rule']).toBe('invite'));
    await eventually(async () =>
      expect((await onMatrix('m.room.history_visibility'))['history_visibility']).toBe('joined'),
    );
    await open();
    await set('m.room.join_rules', { join_rule: 'knock' });
    await eventually(async () => expect((await details()).type).toBe('p'));
    expect((await onMatrix('m.room.join_rules'))['join_rule']).toBe('knock');
    // Who is made to join now has to be invited.
    const carla = await bench.workspaceUser(`carla.${scene.room.name}`);
    const { userId } = carla.credentials ?? bench.config.workspace.credentials;
    await scene.bob.addToRoom({ id: scene.room.id, type: 'p' }, userId);
    await post(carla, scene.room, 'let in');
    await eventually(async () => expect(fresh(await matrixBodies(scene))).toEqual(['let in']));
    await set('m.room.join_rules', { join_rule: 'public' });
    await eventually(async () => expect((await details()).type).toBe('c'));
  });

  test('a read-only room is one where only moderators speak, both ways', async () => {
    await open();
    const { bob, room } = scene;
    const speak = async (): Promise<unknown> => (await onMatrix('m.room.power_levels'))['events_default'] ?? 0;
    await bob.saveRoomSettings(room.id, { readOnly: true });
    await eventually(async () => expect(await speak()).toBe(50));
    await set('m.room.power_levels', { ...(await onMatrix('m.room.power_levels')), events_default: 0 });
    await eventually(async () => expect((await details()).readOnly).toBe(false));
    await set('m.room.power_levels', { ...(await onMatrix('m.room.power_levels')), events_default: 100 });
    await eventually(async () => expect((await details()).readOnly).toBe(true));
    expect(await speak()).toBe(100);
    await bob.saveRoomSettings(room.id, { readOnly: false });
    await eventually(async () => expect(await speak()).toBe(0));
  });

  test('a Matrix room made for a read-only room with a picture has both from the start', async () => {
    const bob = await bench.workspaceUser('owner.of.both');
    const room = await bob.createRoom('c', 'read-only-from-the-start');
    await bob.saveRoomSettings(room.id, { readOnly: true });
    await bob.setRoomAvatar(room.id, { bytes: pictureOf('start'), contentType: 'image/png' });
    const { room: linked } = await running.service.link({ room: room.name });
    await eventually(async () => {
      const bot = running.connected.parts.homeserver;
      const state = (type: string) => bot.state(linked.matrixRoomId as Scene['matrixRoom'], type, '');
      expect((await state('m.room.power_levels'))?.['events_default']).toBe(50);
      expect((await state('m.room.avatar'))?.['url']).toMatch(/^mxc:/);
    });
  });

  test('who may not write on Matrix may not in Rocket.Chat either, also if the link began so', async () => {
    const alice = await bench.matrixUser('announcer');
    const bob = await bench.workspaceUser('reader');
    const room = await bob.createRoom('c', 'news');
    const matrixRoom = await alice.createRoom({
      preset: 'public_chat',
      visibility: 'private',
      powerLevels: { events_default: 50 },
    });
    await running.service.link({ room: room.name, matrixRoom });
    const bot = bench.admin.as(bench.config.workspace.credentials);
    await eventually(async () => expect((await bot.roomDetails(room.id))?.readOnly).toBe(true));
  });

  test('a listed channel that is made private is listed no longer', async () => {
    const { room } = await running.service.create({ name: 'once-listed' });
    const { homeserver: bot } = running.connected.parts;
    const matrixRoom = room?.matrixRoomId as Scene['matrixRoom'];
    expect(await bot.isListed(matrixRoom)).toBe(true);
    await bench.admin.saveRoomSettings(room?.roomId as Scene['room']['id'], { type: 'p' });
    await eventually(async () =>
      expect((await bot.state(matrixRoom, 'm.room.join_rules', ''))?.['join_rule']).toBe('invite'),
    );
    expect(await bot.isListed(matrixRoom)).toBe(false);
  });

  test('two rooms that were there before the link stay as they are', async () => {
    scene = await newScene(bench, running, { ownRoom: true });
    await send(scene.alice, scene.matrixRoom, 'linked');
    await bobReads(scene, ['linked']);
    expect(await onMatrix('m.room.name')).toEqual({});
    expect((await details()).name).toBe(scene.room.name);
  });

  test('changes are made up for that were made while the bridge was down; of both Rocket.Chat’s counts', async () => {
    await open();
    const { bob, room } = scene;
    await running.stop();
    bench.workspace.state.settings.set('Hide_System_Messages', ['room_changed_topic']);
    await bob.saveRoomSettings(room.id, { topic: 'changed while nobody looked' });
    await set('m.room.name', { name: `${room.name}-meanwhile` });
    running = await bench.start();
    await topicIs('changed while nobody looked');
    await bothAreCalled(`${room.name}-meanwhile`);
    await running.stop();
    await bob.saveRoomSettings(room.id, { topic: 'theirs' });
    await set('m.room.topic', { topic: 'ours' });
    running = await bench.start();
    await topicIs('theirs');
  });

  test('a change whose system message the workspace hides is told of all the same', async () => {
    await open();
    bench.workspace.state.settings.set('Hide_System_Messages', ['r', 'room_changed_topic']);
    let times = 0;
    // After its start the bridge is subscribed to one thing after another.
    await eventually(async () => {
      await scene.bob.saveRoomSettings(scene.room.id, { topic: `quietly ${(times += 1)}` });
      expect((await onMatrix('m.room.topic'))['topic']).toContain('quietly');
    });
    await topicIs(`quietly ${times}`);
  });

  test.each(['apply:before-act', 'apply:acted'] as const)(
    'a change during which the bridge is killed (%s) ends on both sides',
    async (checkpoint) => {
      await open();
      const { bob, room } = scene;
      const taken = await bob.createRoom('c', `${room.name}-taken`);
      await running.stop();
      const first = await bench.startDying(checkpoint);
      await bob.saveRoomSettings(room.id, { topic: 'first' });
      await first.died;
      const second = await bench.startDying(checkpoint);
      // What Rocket.Chat makes of it differs, and must not come back as a change of its own.
      await set('m.room.name', { name: taken.name });
      await second.died;
      running = await bench.start();
      await topicIs('first');
      await bothAreCalled(taken.name, `${taken.name}-1`);
      await bob.saveRoomSettings(room.id, { topic: 'last' });
      await topicIs('last');
      await bothAreCalled(taken.name, `${taken.name}-1`);
    },
  );

  test('what the bridge may not change on Matrix is taken back in Rocket.Chat, and said', async () => {
    await open({ ownRoom: true }, 0);
    const { bob, room } = scene;
    await set('m.room.topic', { topic: 'as agreed' });
    await topicIs('as agreed');
    await bob.saveRoomSettings(room.id, { topic: 'only here' });
    await topicIs('as agreed');
    const said = expect.stringMatching(/topic was taken back: @.?rcfed.*power level 50/);
    await bobReads(scene, [said]);
    await empower(100);
    await bob.saveRoomSettings(room.id, { topic: 'everywhere' });
    await topicIs('everywhere');
    expect(fresh(await workspaceTexts(scene))).toEqual([said]);
  });

  test('what the bridge may not change in Rocket.Chat is taken back on Matrix, and said', async () => {
    await open({ ownRoom: true }, 99);
    const { bob, room } = scene;
    const { permissions } = bench.workspace.state;
    await bob.saveRoomSettings(room.id, { topic: 'as agreed' });
    await topicIs('as agreed');
    permissions.set('edit-room', ['owner']);
    try {
      await set('m.room.topic', { topic: 'only there' });
      await eventually(async () => expect(fresh(await matrixBodies(scene))).toEqual([said]));
      await topicIs('as agreed');
      await empower(0);
      await set('m.room.topic', { topic: 'only there' });
      await eventually(async () => expect(fresh(await matrixBodies(scene))).toEqual([said, kept]));
      await set('m.room.topic', { topic: 'still only there' });
      await send(scene.alice, scene.matrixRoom, 'heard');
      await bobReads(scene, ['heard']);
      expect((await details()).topic).toBe('as agreed');
    } finally {
      permissions.set('edit-room', ['admin', 'owner', 'moderator']);
    }
    expect(fresh(await matrixBodies(scene))).toEqual([said, kept, 'heard']);
  });
  const said = expect.stringContaining("change of the room's topic was taken back");
  const kept = expect.stringContaining("room's topic does not appear in Rocket.Chat");

  test('what is written on Matrix while the room is archived waits, and both are said', async () => {
    await open();
    const { bob, room } = scene;
    const admin = bench.admin.as(bench.config.workspace.credentials);
    await admin.archiveRoom(room.id, true);
    const archived = expect.stringContaining('is archived in Rocket.Chat');
    await eventually(async () => expect(fresh(await matrixBodies(scene))).toEqual([archived]));
    await send(scene.alice, scene.matrixRoom, 'written meanwhile');
    await eventually(async () => {
      const status = await running.service.status();
      expect(status.waiting).toHaveLength(1);
    });
    await eventually(async () =>
      expect((await running.service.rooms()).find(({ roomId }) => roomId === room.id)?.problems).toEqual([
        expect.stringContaining('archived'),
      ]),
    );
    await admin.archiveRoom(room.id, false);
    await bobReads(scene, ['written meanwhile']);
    const open_ = expect.stringContaining('no longer archived');
    const bodies = [archived, 'written meanwhile', open_];
    await eventually(async () => expect(fresh(await matrixBodies(scene))).toEqual(bodies));
    await post(bob, room, 'and back');
    await eventually(async () => expect(await matrixBodies(scene)).toContain('and back'));
  });

  test('a room that is archived while the bridge is down: that is said at its start, and what waits comes later', async () => {
    await open();
    const { room } = scene;
    const admin = bench.admin.as(bench.config.workspace.credentials);
    await running.stop();
    await send(scene.alice, scene.matrixRoom, 'written meanwhile');
    await admin.archiveRoom(room.id, true);
    running = await bench.start();
    const notice = expect.stringContaining('is archived in Rocket.Chat');
    await eventually(async () => expect(fresh(await matrixBodies(scene))).toEqual(['written meanwhile', notice]));
    await admin.archiveRoom(room.id, false);
    await bobReads(scene, ['written meanwhile']);
  });
});
