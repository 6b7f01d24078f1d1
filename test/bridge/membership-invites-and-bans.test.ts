import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  bobReads,
  matrixBodies,
  newConversation,
  newScene,
  puppetId,
  type Scene,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import {
  areInWorkspace,
  type Colleague,
  membersInWorkspace,
  newColleague,
  standsOnMatrix,
} from '../support/member-scene.ts';

describe.each(finerHomeservers)('who is invited, banned and brought along, on $name', (homeserver) => {
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

  test('whoever is banned in Rocket.Chat is banned on Matrix, until the ban ends', async () => {
    await carolIsIn();
    expect(await scene.bob.banFromRoom(scene.room.id, carol.id)).toBe('done');
    await standsOnMatrix(scene, carol.ghost, 'ban', { reason: `Banned in Rocket.Chat by @${bobName}` });
    await scene.bob.unbanFromRoom(scene.room.id, carol.id);
    await standsOnMatrix(scene, carol.ghost, 'leave');
    await carolIsIn();
  });

  test('a Matrix user whose puppet is removed in Rocket.Chat is kicked, and may come back', async () => {
    await scene.bob.removeFromRoom(scene.room, await puppetId(bench, scene));
    const { userId } = scene.alice;
    const { homeserver: bot } = running.connected.parts;
    await eventually(async () => {
      const member = await bot.state(scene.matrixRoom, 'm.room.member', userId);
      expect(member).toMatchObject({ membership: 'leave', reason: `Removed in Rocket.Chat by @${bobName}` });
    });
    await scene.alice.join(scene.matrixRoom);
    await areInWorkspace(bench, scene, [bobName, scene.puppet]);
    await send(scene.alice, scene.matrixRoom, 'here again');
    await bobReads(scene, ['here again']);
  });

  test('a Matrix user whose puppet is banned in Rocket.Chat is banned, until the ban ends', async () => {
    const id = await puppetId(bench, scene);
    await scene.bob.banFromRoom(scene.room.id, id);
    const { homeserver: bot } = running.connected.parts;
    const stands = (membership: string): Promise<void> =>
      eventually(async () => {
        const member = await bot.state(scene.matrixRoom, 'm.room.member', scene.alice.userId);
        expect(member).toMatchObject({ membership });
      });
    await stands('ban');
    await scene.bob.unbanFromRoom(scene.room.id, id);
    await stands('leave');
    await scene.alice.join(scene.matrixRoom);
    await areInWorkspace(bench, scene, [bobName, scene.puppet]);
  });

  test('a puppet that is added in Rocket.Chat is an invitation on Matrix, which may be accepted or declined', async () => {
    const other = await newScene(bench, running);
    const id = await puppetId(bench, scene);
    const otherBob = (await other.bob.me()).username;
    await other.bob.addToRoom(other.room, id);
    await standsOnMatrix(other, scene.alice.userId, 'invite');
    await scene.alice.join(other.matrixRoom);
    await send(scene.alice, other.matrixRoom, 'thank you');
    await bobReads(other, ['thank you']);

    const third = await newScene(bench, running);
    const thirdBob = (await third.bob.me()).username;
    await third.bob.addToRoom(third.room, id);
    await standsOnMatrix(third, scene.alice.userId, 'invite');
    await scene.alice.leave(third.matrixRoom);
    await areInWorkspace(bench, third, [thirdBob]);
    const turnedDown = expect.stringMatching(new RegExp(`^@${thirdBob} .*turned the invitation down`));
    await bobReads(third, [turnedDown]);
    expect(await membersInWorkspace(bench, other)).toEqual([otherBob, scene.puppet].toSorted());
  });

  test('who is banned on Matrix is banned in Rocket.Chat, until the ban ends', async () => {
    const { homeserver: bot } = running.connected.parts;
    const mallory = await bench.matrixUser(`mallory-${carol.username}`);
    await mallory.join(scene.matrixRoom);
    await send(mallory, scene.matrixRoom, 'rude');
    await bobReads(scene, ['rude']);
    await empowerAlice();
    await scene.alice.ban(scene.matrixRoom, mallory.userId, 'rude');
    const banned = async (): Promise<string[]> =>
      (await scene.bob.bannedFromRoom(scene.room.id)).map(({ username }) => username);
    await eventually(async () => expect(await banned()).toHaveLength(1));
    await areInWorkspace(bench, scene, [bobName, scene.puppet]);
    await scene.alice.unban(scene.matrixRoom, mallory.userId);
    await eventually(async () => expect(await banned()).toEqual([]));
    expect(await bot.joinedMembers(scene.matrixRoom)).not.toContain(mallory.userId);
  });

  test('a ghost that is invited on Matrix brings its user into the room, and nobody brings in nobody', async () => {
    await empowerAlice();
    await scene.alice.invite(scene.matrixRoom, carol.ghost);
    await areInWorkspace(bench, scene, [bobName, carol.username, scene.puppet]);
    await standsOnMatrix(scene, carol.ghost, 'join');
    const nobody = `@rc_nobody-${carol.username}:${bench.homeserver.serverName}` as typeof carol.ghost;
    await scene.alice.invite(scene.matrixRoom, nobody);
    await standsOnMatrix(scene, nobody, 'leave');
    await eventually(async () => expect(await matrixBodies(scene)).toContainEqual(expect.stringContaining(nobody)));
  });

  test('the last owner stays: their ghost comes back, and alice is told', async () => {
    scene = await newConversation(bench, running, { ownRoom: 'as moderator' });
    bobName = (await scene.bob.me()).username;
    await scene.alice.kick(scene.matrixRoom, scene.ghost);
    await standsOnMatrix(scene, scene.ghost, 'join');
    await aliceReads(scene, [expect.stringContaining('the last owner of a room stays there')]);
    expect(await membersInWorkspace(bench, scene)).toContain(bobName);
    await post(scene.bob, scene.room, 'still here');
    await eventually(async () => expect(await matrixBodies(scene)).toContain('still here'));
  });

  test('a Matrix user who is named by their whole id is mentioned, and can be found in Rocket.Chat from then on', async () => {
    const silent = await bench.matrixUser(`silent-${carol.username}`);
    await silent.join(scene.matrixRoom);
    await post(scene.bob, scene.room, `${silent.userId}, are you there?`);
    await aliceReads(scene, [expect.stringContaining('are you there?')]);
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 20 });
    const mentions = events.map((event) => (event['content'] as Record<string, unknown>)['m.mentions']);
    expect(mentions).toContainEqual({ user_ids: [silent.userId] });
    const { serverName } = bench.homeserver;
    await areInWorkspace(bench, scene, [bobName, scene.puppet, `silent-${carol.username}.${serverName}`]);
  });

  test('the people of a newly linked room come with it', async () => {
    const room = await scene.bob.createRoom('c', `linked-${carol.username}`, [carol.username]);
    const linked = await running.service.link({ room: room.name });
    const matrixRoom = linked.room.matrixRoomId as Scene['matrixRoom'];
    const { homeserver: bot } = running.connected.parts;
    await eventually(async () => {
      expect((await bot.joinedMembers(matrixRoom)).toSorted()).toEqual(
        [bot.userId, carol.ghost, scene.ghost].toSorted(),
      );
    });
  });
});
