// Somebody on Matrix invites the bot, or a colleague, into a room that is no direct message.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixRoomId, MatrixUserId, WorkspaceRoomId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type Bench, type RunningBridge, bodiesIn, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import { allIsWell } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('an invitation, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let alice: MatrixApi;
  let bot: MatrixUserId;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
    alice = await bench.matrixUser('alice');
    bot = running.connected.parts.identity.matrixBot;
    await allIsWell(running);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-40).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const received = async () => (await running.service.invitations()).received;
  const invitedInto = async (name: string): Promise<MatrixRoomId> => {
    const room = await alice.createRoom({ preset: 'private_chat', visibility: 'private', name, invite: [bot] });
    await eventually(async () =>
      expect(await received()).toContainEqual({
        roomId: room,
        name,
        inviter: alice.userId,
        since: expect.stringContaining('T'),
        open: false,
        encrypted: false,
      }),
    );
    return room;
  };

  test('of the bot is listed, also after a restart, and accepted once', async () => {
    const matrixRoom = await invitedInto('Board');
    await running.stop();
    running = await bench.start();
    expect((await received()).map(({ roomId }) => roomId)).toEqual([matrixRoom]);
    const joined = await running.service.acceptInvitation({ room: matrixRoom, name: 'board' });
    expect(joined).toMatchObject({ changed: true, room: { room: 'board', type: 'group', matrixRoomId: matrixRoom } });
    expect(await received()).toEqual([]);
    expect(await running.service.acceptInvitation({ room: matrixRoom })).toMatchObject({ changed: false });
    const bob = await bench.workspaceUser('bob-board');
    const room = { id: joined.room?.roomId as WorkspaceRoomId, type: 'p' };
    await running.connected.parts.workspace.addToRoom(room, (await bob.me()).id);
    await send(alice, matrixRoom, 'welcome');
    await eventually(async () => expect(await textsIn(bob, room.id)).toContain('welcome'));
  });

  test('of the bot is turned down, once', async () => {
    const matrixRoom = await invitedInto('Unwanted');
    expect(await running.service.rejectInvitation({ room: matrixRoom })).toEqual({ roomId: matrixRoom, changed: true });
    expect(await alice.state(matrixRoom, 'm.room.member', bot)).toMatchObject({ membership: 'leave' });
    expect(await running.service.rejectInvitation({ room: matrixRoom })).toMatchObject({ changed: false });
    expect(await received()).toEqual([]);
    await expect(running.service.acceptInvitation({ room: matrixRoom })).rejects.toMatchObject({
      code: 'RCFED_INVITE_UNKNOWN',
    });
  });

  test('of the bot that was taken back is gone', async () => {
    const matrixRoom = await invitedInto('Withdrawn');
    await alice.kick(matrixRoom, bot);
    await eventually(async () => expect(await received()).toEqual([]));
  });

  test('that was sent is listed until it is answered', async () => {
    const carol = await bench.matrixUser('carol');
    const made = await running.service.create({ name: 'guests', private: true, members: [carol.userId] });
    const mine = async () => (await running.service.invitations()).sent.filter(({ room }) => room === 'guests');
    expect(await mine()).toEqual([{ room: 'guests', user: carol.userId, inviter: bot, since: expect.anything() }]);
    await carol.join(made.room?.matrixRoomId as MatrixRoomId);
    expect(await mine()).toEqual([]);
  });

  test('of a colleague into a private room makes a group for them', async () => {
    const bob = await bench.workspaceUser('bob-group');
    const eve = await bench.workspaceUser('eve-group');
    const ghost = (name: string) => `@rc_${name}:${bench.homeserver.serverName}` as MatrixUserId;
    const matrixRoom = await alice.createRoom({
      preset: 'private_chat',
      visibility: 'private',
      name: 'Plan B',
      powerLevels: { invite: 0 },
      invite: [ghost('bob-group'), ghost('eve-group')],
    });
    await send(alice, matrixRoom, 'before you came');
    const room = await eventually(async () => {
      const found = await bob.roomByName('Plan-B');
      expect(found).toMatchObject({ type: 'p' });
      if (found === undefined) throw new Error('there is no group yet');
      return found;
    });
    await eventually(async () => expect((await alice.joinedMembers(matrixRoom)).length).toBe(4));
    await eventually(async () => expect((await running.service.rooms()).map((each) => each.room)).toContain('Plan-B'));
    expect(await eve.roomByName('Plan-B')).toMatchObject({ id: room.id });
    await post(bob, room, 'I am here');
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toContain('I am here'));
    await send(alice, matrixRoom, 'good');
    await eventually(async () => expect(await textsIn(eve, room.id)).toContain('good'));
  });

  test('of a colleague into a room that anybody may join makes a channel', async () => {
    const bob = await bench.workspaceUser('bob-channel');
    const ghost = `@rc_bob-channel:${bench.homeserver.serverName}` as MatrixUserId;
    const matrixRoom = await alice.createRoom({ preset: 'public_chat', visibility: 'private', name: 'Town hall' });
    await alice.invite(matrixRoom, ghost);
    const room = await eventually(async () => {
      const found = await bob.roomByName('Town-hall');
      if (found === undefined) throw new Error('there is no channel yet');
      return found;
    });
    expect(room.type).toBe('c');
    await eventually(async () =>
      expect((await bob.members(room)).map(({ username }) => username)).toContain('bob-channel'),
    );
    await eventually(async () =>
      expect(await alice.joinedMembers(matrixRoom)).toEqual(expect.arrayContaining([bot, ghost])),
    );
  });

  test('of a colleague who may not bring the bridge is declined, with what to do', async () => {
    await bench.workspaceUser('bob-alone');
    const ghost = `@rc_bob-alone:${bench.homeserver.serverName}` as MatrixUserId;
    const matrixRoom = await alice.createRoom({
      preset: 'private_chat',
      visibility: 'private',
      name: 'Closed circle',
      powerLevels: { invite: 50 },
      invite: [ghost],
    });
    await eventually(async () => expect((await bodiesIn(alice, matrixRoom)).join()).toContain(`please invite ${bot}`));
    await eventually(async () => expect(await alice.joinedMembers(matrixRoom)).toEqual([alice.userId]));
    expect(await bench.admin.roomByName('Closed-circle')).toBeUndefined();
    await alice.invite(matrixRoom, bot);
    await running.connected.parts.homeserver.join(matrixRoom);
    await alice.invite(matrixRoom, ghost);
    await eventually(async () =>
      expect((await running.service.rooms()).map((each) => each.room)).toContain('Closed-circle'),
    );
  });
});

test.each([
  ['workspace', 'groups\\.create'],
  ['homeserver', '/join/'],
  ['homeserver', '/messages'],
] as const)('a group that is cut short while it is opened is opened once: %s, %s', async (side, path) => {
  const [sandbox] = homeservers;
  if (sandbox === undefined) throw new Error('there is always a sandbox');
  const bench = await startBench({ homeserver: sandbox });
  try {
    const running = await bench.start();
    await allIsWell(running);
    const alice = await bench.matrixUser('alice');
    await bench.workspaceUser('bob');
    const { faults } = side === 'workspace' ? bench.workspace : (bench.homeserver as SandboxHomeserver);
    // The client asks some things a second time by itself.
    faults.add({ path, action: 'drop-answer', times: 3 });
    const ghost = `@rc_bob:${bench.homeserver.serverName}` as MatrixUserId;
    await alice.createRoom({
      preset: 'private_chat',
      visibility: 'private',
      name: 'Workshop',
      powerLevels: { invite: 0 },
      invite: [ghost],
    });
    await eventually(async () =>
      expect(await running.service.rooms()).toMatchObject([{ room: 'Workshop', state: 'active' }]),
    );
    const groups = bench.workspace.state.rooms.all().filter(({ name }) => name?.startsWith('Workshop'));
    expect(groups).toHaveLength(1);
    await eventually(async () => {
      const members = await running.connected.parts.workspace.members({ id: groups[0]?._id as never, type: 'p' });
      expect(members.map(({ username }) => username)).toContain('bob');
    });
    expect(await running.service.asideRows()).toEqual([]);
  } finally {
    await bench.stop();
  }
});
