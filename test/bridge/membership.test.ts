import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  bobReads,
  matrixBodies,
  newConversation,
  newScene,
  type Scene,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';
import {
  areInWorkspace,
  type Colleague,
  membershipOnMatrix,
  newColleague,
  standsOnMatrix,
} from '../support/member-scene.ts';

describe.each(homeservers)('who is in the rooms, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  let carol: Colleague;
  let bobName: string;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });

  beforeEach(async () => {
    scene = await newConversation(bench, running);
    carol = await newColleague(bench);
    bobName = (await scene.bob.me()).username;
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  /** alice is given the power of a moderator in the room that the bridge made. */
  const empowerAlice = async (): Promise<void> => {
    // The bridge may still write levels itself.
    await allIsWell(running);
    const { homeserver: bot } = running.connected.parts;
    const levels = (await bot.state(scene.matrixRoom, 'm.room.power_levels', '')) ?? {};
    const users = { ...(levels['users'] as Record<string, number>), [scene.alice.userId]: 50 };
    await bot.sendState(scene.matrixRoom, 'm.room.power_levels', '', { ...levels, users });
  };
  const carolIsIn = async (): Promise<void> => {
    await carol.account.joinRoom(scene.room.id);
    await standsOnMatrix(scene, carol.ghost, 'join');
  };

  test('whoever joins and leaves in Rocket.Chat does so on Matrix, after what they said', async () => {
    await carolIsIn();
    await post(carol.account, scene.room, 'goodbye');
    await carol.account.leaveRoom(scene.room);
    await standsOnMatrix(scene, carol.ghost, 'leave');
    await aliceReads(scene, ['goodbye']);
    await scene.bob.addToRoom(scene.room, carol.id);
    await standsOnMatrix(scene, carol.ghost, 'join');
  });

  test('whoever is removed in Rocket.Chat is kicked on Matrix, where it says by whom', async () => {
    await carolIsIn();
    await scene.bob.removeFromRoom(scene.room, carol.id);
    await standsOnMatrix(scene, carol.ghost, 'leave', { reason: `Removed in Rocket.Chat by @${bobName}` });
  });

  test('who joins on Matrix gets no puppet, and one who has a puppet is added in Rocket.Chat until they leave', async () => {
    const { puppets } = await running.connected.parts.store.people.count();
    const other = await newScene(bench, running);
    const otherBob = (await other.bob.me()).username;
    await scene.alice.join(other.matrixRoom);
    await areInWorkspace(bench, other, [otherBob, scene.puppet]);
    // Of `other`, alice has joined and said nothing.
    expect((await running.connected.parts.store.people.count()).puppets).toBe(puppets);
    await send(scene.alice, other.matrixRoom, 'and off');
    await scene.alice.leave(other.matrixRoom);
    await areInWorkspace(bench, other, [otherBob]);
    await bobReads(other, ['and off']);
  });

  test('a ghost that is kicked or banned on Matrix takes its user out of the room, which is said there', async () => {
    await empowerAlice();
    await carolIsIn();
    await scene.alice.kick(scene.matrixRoom, carol.ghost, 'spam');
    await areInWorkspace(bench, scene, [bobName, scene.puppet]);
    const said = new RegExp(`^${carol.username} was removed on Matrix by .*: spam$`);
    await bobReads(scene, [expect.stringMatching(said)]);
    await carolIsIn();
    await scene.alice.ban(scene.matrixRoom, carol.ghost);
    await areInWorkspace(bench, scene, [bobName, scene.puppet]);
    await eventually(async () => {
      expect((await scene.bob.bannedFromRoom(scene.room.id)).map(({ id }) => id)).toEqual([carol.id]);
    });
    await scene.alice.unban(scene.matrixRoom, carol.ghost);
    await eventually(async () => expect(await scene.bob.bannedFromRoom(scene.room.id)).toEqual([]));
    await carolIsIn();
  });

  test('what happened while the bridge was down is made up for, hidden or not', async () => {
    await carolIsIn();
    const { settings } = bench.workspace.state;
    const dave = await newColleague(bench);
    const mallory = await bench.matrixUser(`mallory-${carol.username}`);
    await mallory.join(scene.matrixRoom);
    await send(mallory, scene.matrixRoom, 'hello all');
    await bobReads(scene, ['hello all']);
    await running.stop();
    settings.set('Hide_System_Messages', ['uj', 'ul', 'au', 'ru']);
    try {
      await post(carol.account, scene.room, 'last words');
      await carol.account.leaveRoom(scene.room);
      await dave.account.joinRoom(scene.room.id);
      await mallory.leave(scene.matrixRoom);
      running = await bench.start();
      await standsOnMatrix(scene, carol.ghost, 'leave');
      await standsOnMatrix(scene, dave.ghost, 'join');
      await areInWorkspace(bench, scene, [bobName, dave.username, scene.puppet]);
      expect(await matrixBodies(scene)).toContain('last words');
      expect(await membershipOnMatrix(scene, scene.ghost)).toMatchObject({ membership: 'join' });
    } finally {
      settings.set('Hide_System_Messages', []);
    }
  });
});
