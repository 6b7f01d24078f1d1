import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHearing } from '../../src/lib/bridge/workspace/hearing.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import { type Bench, type RunningBridge, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import { allIsWell, bobReads, newConversation, type Scene } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

describe.each(finerHomeservers)('what a bridge says of its health, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
    scene = await newConversation(bench, running);
  });
  afterAll(() => bench.stop());

  const now = (): number => systemClock.now();
  const lastActive = async (): Promise<number> => {
    const { rooms } = await running.service.health();
    expect(rooms).toHaveLength(1);
    return Date.parse(rooms[0]?.lastActive ?? '');
  };

  test('names itself, its rooms and when something was last carried over there, either way', async () => {
    const { bridgeId, workspaceId, rooms } = await running.service.health();
    expect([bridgeId, workspaceId]).not.toContain('');
    expect(rooms).toMatchObject([{ room: scene.room.name, roomId: scene.room.id }]);
    for (const say of [
      () => post(scene.bob, scene.room, 'from here'),
      () => send(scene.alice, scene.matrixRoom, 'from there'),
    ]) {
      const before = now();
      await say();
      await eventually(async () => expect(await lastActive()).toBeGreaterThanOrEqual(before));
    }
    await bobReads(scene, ['from here', 'from there']);
  });

  test('tells which accounts of people from Matrix are logged out, and which again are not', async () => {
    expect((await running.service.health()).puppets).toEqual({ tried: 1, refused: [] });
    bench.workspace.revokeTokens(scene.puppet);
    expect((await running.service.health()).puppets).toEqual({ tried: 1, refused: [scene.puppet] });
    await send(scene.alice, scene.matrixRoom, 'back again');
    await eventually(async () => expect(await textsIn(scene.bob, scene.room.id)).toContain('back again'));
    expect((await running.service.health()).puppets).toEqual({ tried: 1, refused: [] });
  });

  test('hears what the bot writes to itself, and leaves nothing behind on either side', async () => {
    await eventually(async () => expect((await running.service.status()).workspace?.realtime).toBe(true));
    const roomsBefore = (await running.service.rooms()).length;
    for (const time of ['first', 'again']) {
      const { durationMs } = await running.service.hearing();
      expect(durationMs, time).toBeGreaterThanOrEqual(0);
    }
    const bot = running.connected.parts.workspace;
    const { username } = await bot.me();
    const { id, usernames } = await bot.openDirect([username]);
    expect(usernames).toEqual([username]);
    expect(await textsIn(bot, id)).toEqual([]);
    expect((await running.service.rooms()).length).toBe(roomsBefore);
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });

  test('says so where the workspace lets nobody write to themselves', async () => {
    bench.workspace.state.settings.set('Message_AllowDirectMessagesToYourself', false);
    expect(await running.service.hearing()).toEqual({ durationMs: null, refused: 'error-invalid-user' });
    bench.workspace.state.settings.set('Message_AllowDirectMessagesToYourself', true);
    expect(await running.service.hearing()).toMatchObject({ refused: null });
  });

  test('says that nothing came where the live connection is deaf', async () => {
    const { workspace } = running.connected.parts;
    // Nobody tells it of any event, and its patience is at an end at once.
    const deaf = createHearing({ workspace, clock: { ...systemClock, sleep: () => Promise.resolve() } });
    expect(await deaf.hears()).toBeUndefined();
  });
});
