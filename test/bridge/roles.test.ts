import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixUserId, WorkspaceUserId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  type Scene,
  type SceneOptions,
  allIsWell,
  eventOnMatrix,
  fresh,
  matrixBodies,
  newConversation,
  puppetId,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers, homeservers } from '../support/homeservers.ts';
import { levelsIn, newcomerIn, roomOfAlice, setLevel } from '../support/power.ts';

let bench: Bench;
let running: RunningBridge;
let scene: Scene;

const bot = (): MatrixApi => running.connected.parts.homeserver;
const alicesAccount = (): Promise<WorkspaceUserId> => puppetId(bench, scene);
const bobsAccount = async (): Promise<WorkspaceUserId> => (await scene.bob.me()).id;

const levels = (): Promise<Record<string, unknown>> => levelsIn(scene.alice, scene.matrixRoom);
const levelOf = async (userId: MatrixUserId): Promise<unknown> =>
  ((await levels())['users'] as Record<string, number> | undefined)?.[userId];

const rolesOf = async (id: WorkspaceUserId): Promise<readonly string[]> =>
  (await bench.admin.roomRoles(scene.room)).get(id) ?? [];
const muted = async (): Promise<readonly string[]> => (await bench.admin.roomDetails(scene.room.id))?.muted ?? [];
const becomes = (id: WorkspaceUserId, roles: readonly string[]): Promise<void> =>
  eventually(async () => expect(await rolesOf(id)).toEqual(roles));
const hasLevel = (userId: MatrixUserId, level: number | undefined): Promise<void> =>
  eventually(async () => expect(await levelOf(userId)).toBe(level));

const alicesRoom = async (botLevel: number, version?: string): Promise<void> => {
  scene = await roomOfAlice(bench, running, { botLevel, version });
};
const newcomer = (): ReturnType<typeof newcomerIn> => newcomerIn(bench, scene);
const aliceSpeaks = async (): Promise<void> => {
  await send(scene.alice, scene.matrixRoom, 'hi');
  await eventually(async () => expect(await workspaceTexts(scene)).toContain('hi'));
};

describe.each(homeservers)('roles, on $name', (homeserver) => {
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
  const enter = async (options: SceneOptions = {}): Promise<void> => {
    scene = await newConversation(bench, running, options);
  };

  test('who owns the room in Rocket.Chat has power 100 on Matrix from the beginning, and notifies all there', async () => {
    await enter();
    await hasLevel(scene.ghost, 100);
    await post(scene.bob, scene.room, '@all come here');
    const event = await eventually(() => eventOnMatrix(scene, '@room come here'));
    expect((event['content'] as Record<string, unknown>)['m.mentions']).toMatchObject({ room: true });
  });

  test('what somebody becomes in Rocket.Chat they become on Matrix, and nothing else changes there', async () => {
    await enter();
    const { alice, bob, room } = scene;
    const account = await alicesAccount();
    await hasLevel(scene.ghost, 100);
    const before = await levels();
    await bob.setRoomRole(room, account, 'leader', true);
    await bob.setRoomRole(room, account, 'moderator', true);
    await hasLevel(alice.userId, 50);
    await bob.setRoomRole(room, account, 'moderator', false);
    await hasLevel(alice.userId, undefined);
    await bob.muteInRoom(room.id, scene.puppet, true);
    await hasLevel(alice.userId, -1);
    await expect(send(alice, scene.matrixRoom, 'not heard')).rejects.toThrow('M_FORBIDDEN');
    await bob.muteInRoom(room.id, scene.puppet, false);
    await hasLevel(alice.userId, undefined);
    expect(await levels()).toEqual(before);
    expect(await rolesOf(account)).toEqual(['leader']);
  });

  test('what somebody becomes on Matrix they become in Rocket.Chat', async () => {
    await alicesRoom(100);
    const { alice } = scene;
    const carol = await newcomer();
    // What the bridge writes after the link must not cross with what alice does.
    await hasLevel(scene.ghost, 100);
    await scene.bob.setRoomRole(scene.room, carol.account.id, 'leader', true);
    await setLevel(alice, scene.matrixRoom, carol.userId, 50);
    await becomes(carol.account.id, ['leader', 'moderator']);
    await setLevel(alice, scene.matrixRoom, carol.userId, 75);
    await setLevel(alice, scene.matrixRoom, carol.userId, 10);
    await becomes(carol.account.id, ['leader']);
    await setLevel(alice, scene.matrixRoom, carol.userId, -1);
    await eventually(async () => expect(await muted()).toEqual([carol.account.username]));
    await setLevel(alice, scene.matrixRoom, carol.userId, 100);
    await becomes(carol.account.id, ['leader', 'owner']);
    await eventually(async () => expect(await muted()).toEqual([]));
  });

  test('who is an owner on both sides is an owner no more when somebody in Rocket.Chat says so', async () => {
    await enter();
    const carol = await bench.workspaceUser(`carol-${scene.room.name}`);
    await carol.joinRoom(scene.room.id);
    const { id, username } = await carol.me();
    const ghost = `@rc_${username}:${bench.homeserver.serverName}` as MatrixUserId;
    await scene.bob.setRoomRole(scene.room, id, 'owner', true);
    await hasLevel(ghost, 100);
    await scene.bob.setRoomRole(scene.room, id, 'owner', false);
    await hasLevel(ghost, undefined);
  });

  test('whoever made the room on Matrix owns it in Rocket.Chat as soon as they are there', async () => {
    await alicesRoom(0);
    await aliceSpeaks();
    await becomes(await alicesAccount(), ['owner']);
  });

  test('the last owner stays one on both sides', async () => {
    await alicesRoom(100);
    await hasLevel(scene.ghost, 100);
    // Nobody takes power from an equal: alice has what a homeserver's admin may give her.
    await setLevel(bot().as(scene.ghost), scene.matrixRoom, scene.ghost, 60);
    const asked = (): Promise<void> => setLevel(scene.alice, scene.matrixRoom, scene.ghost, undefined);
    await asked();
    await hasLevel(scene.ghost, 100);
    await eventually(async () => expect(fresh(await matrixBodies(scene))).toEqual([said]));
    expect(await rolesOf(await bobsAccount())).toEqual(['owner']);
    await setLevel(bot().as(scene.ghost), scene.matrixRoom, scene.ghost, 60);
    await asked();
    await hasLevel(scene.ghost, 100);
    await allIsWell(running);
    expect(fresh(await matrixBodies(scene))).toEqual([said]);
  });
  const said = expect.stringContaining('a room has to have one');

  test('a bot without power on Matrix puts back what was changed in Rocket.Chat, and says so once', async () => {
    await alicesRoom(0);
    await aliceSpeaks();
    const account = await alicesAccount();
    await becomes(account, ['owner']);
    for (let times = 0; times < 2; times += 1) {
      await scene.bob.setRoomRole(scene.room, account, 'owner', false);
      await becomes(account, ['owner']);
    }
    await allIsWell(running);
    expect(fresh(await workspaceTexts(scene))).toEqual([expect.stringContaining('Roles do not reach Matrix')]);
    // As soon as it may, what was not possible at the link is made up for.
    await setLevel(scene.alice, scene.matrixRoom, bot().userId, 100);
    await hasLevel(scene.ghost, 100);
    await scene.bob.setRoomRole(scene.room, account, 'owner', false);
    await becomes(account, ['owner']);
    await eventually(async () =>
      expect(fresh(await workspaceTexts(scene)).at(-1)).toContain('has as much power as the bridge'),
    );
  });

  test('creators of a room of version 12 are its owners, and stay so', async () => {
    await alicesRoom(100, '12');
    await hasLevel(scene.ghost, 100);
    await aliceSpeaks();
    const account = await alicesAccount();
    await becomes(account, ['owner']);
    await scene.bob.setRoomRole(scene.room, account, 'owner', false);
    await becomes(account, ['owner']);
    // She stands above all others.
    await setLevel(scene.alice, scene.matrixRoom, scene.ghost, 50);
    await becomes(await bobsAccount(), ['moderator']);
    expect(await levelOf(scene.alice.userId)).toBeUndefined();
  });

  test('changes while the bridge was down are made up for', async () => {
    await alicesRoom(100);
    const carol = await newcomer();
    await aliceSpeaks();
    await becomes(await alicesAccount(), ['owner']);
    await running.stop();
    await scene.bob.setRoomRole(scene.room, await alicesAccount(), 'moderator', true);
    await scene.bob.muteInRoom(scene.room.id, carol.account.username, true);
    await setLevel(scene.alice, scene.matrixRoom, scene.ghost, 100);
    await setLevel(scene.alice, scene.matrixRoom, carol.userId, 10);
    running = await bench.start();
    await hasLevel(carol.userId, -1);
    await running.stop();
    await setLevel(scene.alice, scene.matrixRoom, carol.userId, 50);
    running = await bench.start();
    await becomes(carol.account.id, ['moderator']);
    await eventually(async () => expect(await muted()).toEqual([]));
  });

  test('changes whose messages the workspace hides are seen all the same', async () => {
    const { settings } = bench.workspace.state;
    await enter();
    settings.set('Hide_System_Messages', ['subscription-role-added', 'subscription-role-removed']);
    try {
      await scene.bob.setRoomRole(scene.room, await alicesAccount(), 'moderator', true);
      await hasLevel(scene.alice.userId, 50);
    } finally {
      settings.set('Hide_System_Messages', []);
    }
  });

  test.each(['apply:before-act', 'apply:acted'] as const)(
    'a role during which the bridge is killed (%s) ends on both sides',
    async (checkpoint) => {
      await alicesRoom(100);
      const { userId, account } = await newcomer();
      await allIsWell(running);
      await running.stop();
      const first = await bench.startDying(checkpoint);
      await scene.bob.setRoomRole(scene.room, account.id, 'moderator', true);
      await first.died;
      running = await bench.start();
      await hasLevel(userId, 50);
      await allIsWell(running);
      await running.stop();
      const second = await bench.startDying(checkpoint);
      await setLevel(scene.alice, scene.matrixRoom, userId, undefined);
      await second.died;
      // Taken back before anybody knows what the dead bridge did.
      await setLevel(scene.alice, scene.matrixRoom, userId, 50);
      running = await bench.start();
      await allIsWell(running);
      await becomes(account.id, ['moderator']);
      expect(await levelOf(userId)).toBe(50);
    },
  );
});

describe.each(finerHomeservers)('roles that nobody tells of, on $name', (homeserver) => {
  beforeAll(async () => {
    bench = await startBench({ homeserver, compareRolesMs: 200 });
    bench.workspace.state.settings.set('Hide_System_Messages', ['mute_unmute', 'subscription-role-added']);
    bench.workspace.state.settings.set('UI_DisplayRoles', false);
    running = await bench.start();
    scene = await newConversation(bench, running);
  });
  afterAll(() => bench.stop());

  test('are found by comparing', async () => {
    await scene.bob.muteInRoom(scene.room.id, scene.puppet, true);
    await hasLevel(scene.alice.userId, -1);
    await scene.bob.muteInRoom(scene.room.id, scene.puppet, false);
    await scene.bob.setRoomRole(scene.room, await alicesAccount(), 'moderator', true);
    await hasLevel(scene.alice.userId, 50);
  });
});
