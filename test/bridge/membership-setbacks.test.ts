import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixUserId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  bobReads,
  fresh,
  matrixBodies,
  newConversation,
  newScene,
  puppetId,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import {
  areInWorkspace,
  type Colleague,
  membershipOnMatrix,
  newColleague,
  newWebhook,
  standsOnMatrix,
} from '../support/member-scene.ts';

const HIDDEN = ['uj', 'ul', 'au', 'ru'];

describe.each(finerHomeservers)('who is in the rooms when something is against it, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver, compareMembersMs: 500, maxMembers: 5 });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const nameOf = async ({ bob }: Pick<Scene, 'bob'>): Promise<string> => (await bob.me()).username;
  /** Somebody joins, and nobody but a comparison of everybody tells so. */
  const found = async (scene: Scene): Promise<Colleague> => {
    const carol = await newColleague(bench);
    const { settings } = bench.workspace.state;
    settings.set('Hide_System_Messages', HIDDEN);
    await carol.account.joinRoom(scene.room.id);
    settings.set('Hide_System_Messages', []);
    await standsOnMatrix(scene, carol.ghost, 'join');
    return carol;
  };
  const bannedNames = async ({ bob, room }: Scene): Promise<string[]> =>
    (await bob.bannedFromRoom(room.id)).map(({ username }) => username);

  test('a puppet that the bot may not kick on Matrix is put back, said once', async () => {
    const scene = await newConversation(bench, running, { ownRoom: true });
    const id = await puppetId(bench, scene);
    const back = expect.stringContaining('is back here');
    // Whoever is put out loses what they were there, and gets it back.
    const reads = (texts: readonly string[]): Promise<void> =>
      eventually(async () => {
        const said = fresh(await workspaceTexts(scene)).filter((text) => !text.startsWith('Roles do not reach'));
        expect(said).toEqual(texts);
      });
    for (const _ of [1, 2]) {
      await scene.bob.removeFromRoom(scene.room, id);
      await areInWorkspace(bench, scene, [await nameOf(scene), scene.puppet]);
      await allIsWell(running);
    }
    await reads([back]);
    await scene.bob.banFromRoom(scene.room.id, id);
    await areInWorkspace(bench, scene, [await nameOf(scene), scene.puppet]);
    await eventually(async () => expect(await bannedNames(scene)).toEqual([]));
    expect(await membershipOnMatrix(scene, scene.alice.userId)).toMatchObject({ membership: 'join' });
    await send(scene.alice, scene.matrixRoom, 'still here');
    await reads([back, 'still here']);
  });

  test('a ghost that the bot may not kick leaves by itself', async () => {
    const scene = await newConversation(bench, running, { ownRoom: true });
    const carol = await newColleague(bench);
    await scene.bob.addToRoom(scene.room, carol.id);
    await standsOnMatrix(scene, carol.ghost, 'join');
    await scene.bob.removeFromRoom(scene.room, carol.id);
    await standsOnMatrix(scene, carol.ghost, 'leave');
    await carol.account.joinRoom(scene.room.id);
    await standsOnMatrix(scene, carol.ghost, 'join');
    await scene.bob.banFromRoom(scene.room.id, carol.id);
    await standsOnMatrix(scene, carol.ghost, 'leave');
    await scene.bob.unbanFromRoom(scene.room.id, carol.id);
    await carol.account.joinRoom(scene.room.id);
    await standsOnMatrix(scene, carol.ghost, 'join');
  });

  test('joins and leaves that Rocket.Chat keeps to itself are found', async () => {
    const scene = await newConversation(bench, running);
    const carol = await found(scene);
    const { settings } = bench.workspace.state;
    settings.set('Hide_System_Messages', HIDDEN);
    try {
      await carol.account.leaveRoom(scene.room);
      await standsOnMatrix(scene, carol.ghost, 'leave');
      await scene.bob.removeFromRoom(scene.room, await puppetId(bench, scene));
      const { homeserver: bot } = running.connected.parts;
      await eventually(async () => expect(await bot.joinedMembers(scene.matrixRoom)).not.toContain(scene.alice.userId));
    } finally {
      settings.set('Hide_System_Messages', []);
    }
  });

  test('somebody who is banned in Rocket.Chat can not be brought back by an invitation on Matrix', async () => {
    const scene = await newConversation(bench, running, { ownRoom: true });
    const carol = await newColleague(bench);
    await scene.bob.addToRoom(scene.room, carol.id);
    await standsOnMatrix(scene, carol.ghost, 'join');
    await scene.bob.banFromRoom(scene.room.id, carol.id);
    // The bot has not the power to ban her there.
    await standsOnMatrix(scene, carol.ghost, 'leave');
    await scene.alice.invite(scene.matrixRoom, carol.ghost);
    await standsOnMatrix(scene, carol.ghost, 'leave');
    await aliceReads(scene, [expect.stringContaining('could not be added in Rocket.Chat')]);
    expect(await bannedNames(scene)).toEqual([carol.username]);
  });

  test('in a private group members come and go as in a channel', async () => {
    const scene = await newConversation(bench, running, { type: 'p' });
    const carol = await newColleague(bench);
    await scene.bob.addToRoom(scene.room, carol.id);
    await standsOnMatrix(scene, carol.ghost, 'join');
    await scene.bob.removeFromRoom(scene.room, carol.id);
    await standsOnMatrix(scene, carol.ghost, 'leave');
    await scene.alice.leave(scene.matrixRoom);
    await areInWorkspace(bench, scene, [await nameOf(scene)]);
    await scene.bob.addToRoom(scene.room, await puppetId(bench, scene));
    await standsOnMatrix({ ...scene, alice: running.connected.parts.homeserver }, scene.alice.userId, 'invite');
    await scene.alice.join(scene.matrixRoom);
    await send(scene.alice, scene.matrixRoom, 'back by invitation');
    await bobReads(scene, ['back by invitation']);
  });

  test('a webhook that writes without being a member stays on Matrix, and is not asked in and out', async () => {
    const scene = await newConversation(bench, running);
    const hook = newWebhook(bench);
    await post(hook.account, scene.room, 'build 7 failed');
    await standsOnMatrix(scene, hook.ghost, 'join');
    await allIsWell(running);
    await found(scene);
    expect(await membershipOnMatrix(scene, hook.ghost)).toMatchObject({ membership: 'join' });
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
    expect(events.filter((event) => event['state_key'] === hook.ghost)).toHaveLength(1);
  });

  test('in a room of many people, ghosts join when they speak', async () => {
    const people = [];
    for (let count = 0; count < 6; count += 1) people.push(await newColleague(bench));
    const scene = await newScene(bench, running);
    const [first, second] = people;
    if (first === undefined || second === undefined) throw new Error('nobody');
    for (const { id } of people) await scene.bob.addToRoom(scene.room, id);
    await post(first.account, scene.room, 'I am one of many');
    await eventually(async () => expect(await matrixBodies(scene)).toContain('I am one of many'));
    await standsOnMatrix(scene, first.ghost, 'join');
    await allIsWell(running);
    const last = people.at(-1);
    expect(last && (await membershipOnMatrix(scene, last.ghost))).toBeUndefined();
    await first.account.leaveRoom(scene.room);
    await standsOnMatrix(scene, first.ghost, 'leave');
  });

  test.each(['apply:before-act', 'apply:acted'] as const)(
    'a bridge that is killed (%s) while somebody leaves makes up for it',
    async (checkpoint) => {
      const scene = await newConversation(bench, running);
      const carol = await newColleague(bench);
      await carol.account.joinRoom(scene.room.id);
      await standsOnMatrix(scene, carol.ghost, 'join');
      await allIsWell(running);
      await running.stop();
      const first = await bench.startDying(checkpoint);
      await carol.account.leaveRoom(scene.room);
      await first.died;
      const second = await bench.startDying(checkpoint);
      await scene.alice.leave(scene.matrixRoom);
      await second.died;
      running = await bench.start();
      const { homeserver: bot } = running.connected.parts;
      await eventually(async () => {
        expect(await bot.joinedMembers(scene.matrixRoom)).not.toContain(carol.ghost);
      });
      await areInWorkspace(bench, scene, [await nameOf(scene)]);
    },
  );

  test('somebody who wrote and left while the bridge was down leaves after what they wrote', async () => {
    const scene = await newConversation(bench, running);
    const carol = await newColleague(bench);
    await running.stop();
    await carol.account.joinRoom(scene.room.id);
    await post(carol.account, scene.room, 'here');
    await post(carol.account, scene.room, 'and gone');
    await carol.account.leaveRoom(scene.room);
    running = await bench.start();
    await aliceReads(scene, ['here', 'and gone']);
    await standsOnMatrix(scene, carol.ghost, 'leave');
  });
});

describe('who is in the rooms of a workspace without bans', () => {
  const [sandbox] = finerHomeservers;
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    if (sandbox === undefined) throw new Error('there is no homeserver');
    bench = await startBench({ homeserver: sandbox, version: '7.13.9' });
    running = await bench.start();
  });
  afterAll(() => bench.stop());

  test('whoever is banned on Matrix is removed, and again when they come back, until the ban ends', async () => {
    const scene = await newConversation(bench, running);
    const carol = await newColleague(bench);
    const { homeserver: bot } = running.connected.parts;
    await allIsWell(running);
    const levels = (await bot.state(scene.matrixRoom, 'm.room.power_levels', '')) ?? {};
    const users = { ...(levels['users'] as Record<MatrixUserId, number>), [scene.alice.userId]: 50 };
    await bot.sendState(scene.matrixRoom, 'm.room.power_levels', '', { ...levels, users });
    const bobName = (await scene.bob.me()).username;
    await carol.account.joinRoom(scene.room.id);
    await standsOnMatrix(scene, carol.ghost, 'join');
    await scene.alice.ban(scene.matrixRoom, carol.ghost);
    await areInWorkspace(bench, scene, [bobName, scene.puppet]);
    await carol.account.joinRoom(scene.room.id);
    await eventually(async () =>
      expect(fresh(await workspaceTexts(scene))).toContainEqual(expect.stringContaining('is banned from this room')),
    );
    await areInWorkspace(bench, scene, [bobName, scene.puppet]);
    await scene.alice.unban(scene.matrixRoom, carol.ghost);
    await eventually(async () => expect((await membershipOnMatrix(scene, carol.ghost))?.['membership']).toBe('leave'));
    // It is behind the end of the ban, which the bridge knows of then.
    await send(scene.alice, scene.matrixRoom, 'she may come back');
    await eventually(async () => expect(await workspaceTexts(scene)).toContain('she may come back'));
    await allIsWell(running);
    await carol.account.joinRoom(scene.room.id);
    await standsOnMatrix(scene, carol.ghost, 'join');
    expect(await running.service.asideRows()).toEqual([]);
  });
});
