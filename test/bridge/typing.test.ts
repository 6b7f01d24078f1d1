import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { WorkspaceApi } from '../../src/lib/rocketchat/types.ts';
import { type Bench, type RunningBridge, bodiesIn, post, startBench } from '../support/bridge-bench.ts';
import { allIsWell, newConversation, newScene, type Scene } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { typingNews, typistsOf } from '../support/typists.ts';

describe.each(finerHomeservers)('typing, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  test('somebody who types in Rocket.Chat is seen typing on Matrix, until they stop', async () => {
    const { bob, room, ghost } = scene;
    const name = (await bob.me()).username;
    const typists = typistsOf(bench, scene);
    // The bridge may be about to subscribe: clients say it every 5 s anyway.
    await eventually(async () => {
      await bob.setTyping(room.id, name, false);
      await bob.setTyping(room.id, name, true);
      expect(await typists()).toEqual([ghost]);
    });
    await bob.setTyping(room.id, name, false);
    await eventually(async () => expect(await typists()).toEqual([]));
  });

  test('somebody who types on Matrix is seen typing in Rocket.Chat, until they stop', async () => {
    const { alice, matrixRoom, puppet, room } = scene;
    await using told = await typingNews(bench, scene.bob, room);
    const news = told.all;
    const typing = { kind: 'typing', roomId: room.id, username: puppet };
    await eventually(async () => {
      await alice.setTyping(matrixRoom, false, 0);
      await alice.setTyping(matrixRoom, true, 30_000);
      await eventually(() => expect(news).toContainEqual({ ...typing, typing: true }), 1_000);
    });
    await alice.setTyping(matrixRoom, false, 0);
    await eventually(() => expect(news.at(-1)).toEqual({ ...typing, typing: false }));
  });

  test('nobody gets an account for having typed', async () => {
    const quiet = await newScene(bench, running);
    await using told = await typingNews(bench, scene.bob, scene.room);
    await quiet.alice.setTyping(quiet.matrixRoom, true, 30_000);
    await scene.alice.setTyping(scene.matrixRoom, true, 30_000);
    await eventually(
      () => expect(told.all).toContainEqual(expect.objectContaining({ username: scene.puppet })),
      30_000,
    );
    expect(await bench.admin.userByName(quiet.puppet)).toBeUndefined();
  });
});

describe.each(finerHomeservers)('typing where people are shown by their real names, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver, settings: { UI_Use_Real_Name: true } });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  });
  afterAll(() => bench.stop());

  test('only who is the only one of that name in the room is seen typing on Matrix', async () => {
    const scene = await newScene(bench, running);
    const { alice, room, matrixRoom } = scene;
    const typists = typistsOf(bench, scene);
    const speak = async (username: string, name: string, text: string): Promise<WorkspaceApi> => {
      const account = await bench.workspaceUser(username, name);
      await account.joinRoom(room.id);
      await post(account, room, text);
      await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toContain(text));
      return account;
    };
    const carla = await speak('carla', 'Carla Root', 'I am Carla');
    const twin = await speak('one', 'Sam Twin', 'I am Sam');
    await speak('two', 'Sam Twin', 'so am I');
    const seen = new Set<string>();
    await eventually(async () => {
      await twin.setTyping(room.id, 'Sam Twin', true);
      await carla.setTyping(room.id, 'Carla Root', false);
      await carla.setTyping(room.id, 'Carla Root', true);
      for (const id of await typists()) seen.add(id);
      expect([...seen]).toEqual([`@rc_carla:${bench.homeserver.serverName}`]);
    });
  });
});
