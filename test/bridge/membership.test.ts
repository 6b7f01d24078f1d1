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
import { homeservers } from '../support/homeservers.ts';
import {
  areInWorkspace,
  type Colleague,
  membersInWorkspace,
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
    await empowerAlice();
    await scene.alice.kick(scene.matrixRoom, scene.ghost);
    await standsOnMatrix(scene, scene.ghost, 'join');
    await aliceReads(scene, [expect.stringContaining('the last owner of a room stays there')]);
    expect(await membersInWorkspace(bench, scene)).toContain(bobName);
    await post(scene.bob, scene.room, 'still here');
    await eventually(async () => expect(await matrixBodies(scene)).toContain('still here'));
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
