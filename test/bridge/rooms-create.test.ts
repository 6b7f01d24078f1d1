// A room that is made on both sides at once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixRoomAlias, MatrixRoomId, MatrixUserId } from '../../src/lib/core/ids.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type Bench, type RunningBridge, bodiesIn, post, startBench } from '../support/bridge-bench.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('creating a room, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  afterAll(() => bench.stop());

  const state = (roomId: MatrixRoomId, type: string, key = '') =>
    running.connected.parts.homeserver.state(roomId, type, key);

  test('a channel: listed, with colleagues in it and others asked in, once', async () => {
    const { service } = running;
    const bob = await bench.workspaceUser('bob');
    const alice = await bench.matrixUser('alice');
    const wanted = { name: 'team', topic: 'All about us', members: ['bob', alice.userId], owner: 'bob' };
    const planned = await service.create({ ...wanted, dryRun: true });
    expect(planned).toMatchObject({ room: null, changed: false });
    expect(planned.plan).toContain(`+ Matrix room #rc_team:${bench.homeserver.serverName}`);
    expect(await bob.roomByName('team')).toBeUndefined();

    const made = await service.create(wanted);
    expect(made).toMatchObject({
      changed: true,
      room: { room: 'team', type: 'channel', alias: `#rc_team:${bench.homeserver.serverName}`, state: 'active' },
      people: [{ user: alice.userId, outcome: 'invited' }],
      warnings: [],
    });
    const matrixRoom = made.room?.matrixRoomId as MatrixRoomId;
    expect(await state(matrixRoom, 'm.room.topic')).toMatchObject({ topic: 'All about us' });
    expect(await state(matrixRoom, 'm.room.join_rules')).toEqual({ join_rule: 'public' });
    expect(await state(matrixRoom, 'm.room.power_levels')).toMatchObject({ invite: 50 });
    const { workspaceId, matrixBot } = running.connected.parts.identity;
    const info = await state(matrixRoom, 'uk.half-shot.bridge', `chat.rocket://${workspaceId}/${made.room?.roomId}`);
    expect(info).toMatchObject({
      bridgebot: matrixBot,
      protocol: { id: 'rocketchat' },
      channel: { displayname: 'team', external_url: expect.stringMatching(/\/channel\/team$/) },
    });
    expect(await state(matrixRoom, 'm.bridge', `chat.rocket://${workspaceId}/${made.room?.roomId}`)).toEqual(info);
    const { rooms } = await service.search({ limit: 50 });
    expect(rooms.map(({ roomId }) => roomId)).toContain(matrixRoom);
    const ghost = `@rc_bob:${bench.homeserver.serverName}` as MatrixUserId;
    await alice.join(matrixRoom);
    expect(await alice.joinedMembers(matrixRoom)).toContain(ghost);
    const room = { id: made.room?.roomId as never, type: 'c' };
    const bobId = (await bob.me()).id;
    expect((await bob.roomRoles(room)).get(bobId)).toContain('owner');

    expect(await service.create(wanted)).toMatchObject({ changed: false, people: [{ outcome: 'already' }] });
    await post(bob, room, 'it works');
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toContain('it works'));
  });

  test('a private group: hidden, its history for members only', async () => {
    const made = await running.service.create({ name: 'secret', private: true, version: '11' });
    const matrixRoom = made.room?.matrixRoomId as MatrixRoomId;
    expect(made.room).toMatchObject({ type: 'group', state: 'active' });
    expect(await state(matrixRoom, 'm.room.history_visibility')).toEqual({ history_visibility: 'joined' });
    expect(await state(matrixRoom, 'm.room.join_rules')).toMatchObject({ join_rule: 'invite' });
    expect(await state(matrixRoom, 'm.room.create')).toMatchObject({ room_version: '11' });
    expect(await running.connected.parts.homeserver.isListed(matrixRoom)).toBe(false);
  });

  test('a version without domains in ids, an alias of choice, and out of the directory', async () => {
    const serverName = bench.homeserver.serverName;
    const made = await running.service.create({ name: 'modern', version: '12', alias: 'rc_new', unlisted: true });
    expect(made.room).toMatchObject({ alias: `#rc_new:${serverName}`, matrixRoomId: expect.not.stringContaining(':') });
    const { homeserver: bot } = running.connected.parts;
    expect(await bot.isListed(made.room?.matrixRoomId as MatrixRoomId)).toBe(false);
    const taken = running.service.create({ name: 'another', alias: `#rc_new:${serverName}` });
    await expect(taken).rejects.toMatchObject({ code: 'RCFED_ALIAS_TAKEN' });
    expect(await bench.admin.roomByName('another')).toBeUndefined();
  });

  test.each([
    [{ name: 'general' }, 'RCFED_ROOM_NAME_TAKEN'],
    [{ name: 'old' }, 'RCFED_ROOM_NAME_TAKEN'],
    [{ name: 'what ever?' }, 'RCFED_ROOM_NAME_INVALID'],
    [{ name: ' ' }, 'RCFED_ROOM_NAME_INVALID'],
    [{ name: 'fresh', members: ['nobody'] }, 'RCFED_PERSON_UNKNOWN'],
    [{ name: 'fresh', members: ['@a:not a server'] }, 'RCFED_MATRIX_ID_INVALID'],
    [{ name: 'fresh', version: '99' }, 'RCFED_ROOM_VERSION'],
    [{ name: 'fresh', alias: 'general' }, 'RCFED_ALIAS_INVALID'],
    [{ name: 'fresh', alias: '#rc_fresh:elsewhere.org' }, 'RCFED_ALIAS_INVALID'],
  ])('refuses %j: %s', async (wanted, code) => {
    if (wanted.name === 'old' && (await bench.admin.roomByName('old')) === undefined) {
      const { id } = await bench.admin.createRoom('c', 'old');
      await bench.admin.archiveRoom(id, true);
    }
    await expect(running.service.create(wanted)).rejects.toMatchObject({ code });
    expect(await bench.admin.roomByName('fresh')).toBeUndefined();
  });

  test('names that Matrix has no letters for have a valid alias', async () => {
    bench.workspace.state.settings.set('UTF8_Channel_Names_Validation', '.+');
    const made = await running.service.create({ name: '会議室' });
    expect(made.room?.alias).toMatch(/^#rc_[0-9a-z_.-]+:/);
    const { homeserver: bot } = running.connected.parts;
    expect(await bot.resolveAlias(made.room?.alias as MatrixRoomAlias)).toBe(made.room?.matrixRoomId);
    expect(await running.service.create({ name: '会議室' })).toMatchObject({ changed: false });
  });
});

const [sandbox] = homeservers;

describe('a run that is cut short is finished by the next', () => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    if (sandbox === undefined) throw new Error('there is always a sandbox');
    bench = await startBench({ homeserver: sandbox });
    running = await bench.start();
    await bench.workspaceUser('bob');
  });
  afterAll(() => bench.stop());

  /** Where both servers are asked for something that stays. */
  const cuts: readonly (readonly [side: 'workspace' | 'homeserver', path: string])[] = [
    ['workspace', 'channels\\.create'],
    ['workspace', 'rooms\\.saveRoomSettings'],
    ['workspace', 'channels\\.join'],
    ['homeserver', '/createRoom'],
    ['homeserver', '/join/'],
    ['homeserver', '/messages'],
    ['homeserver', '/directory/list/'],
    ['workspace', 'channels\\.invite'],
    ['homeserver', '/invite$'],
  ];

  test.each(
    cuts.flatMap(([side, path], n) => [[side, path, 'drop-answer', n] as const, [side, path, 'cut', n] as const]),
  )('at the %s, %s (%s)', async (side, path, action, n) => {
    const name = `team-${n}-${action === 'cut' ? 'before' : 'after'}`;
    const alice = await bench.matrixUser(`alice-${name}`);
    const { faults } = side === 'workspace' ? bench.workspace : (bench.homeserver as SandboxHomeserver);
    const wanted = { name, topic: 'ours', members: ['bob', alice.userId] };
    faults.add(side === 'workspace' ? { path, action } : { path, action, times: 0 });
    await expect(running.service.create(wanted)).rejects.toThrow();
    faults.clear();
    const made = await running.service.create(wanted);
    expect(made.room).toMatchObject({ room: name, state: 'active', alias: expect.stringContaining(`#rc_${name}:`) });
    const channels = bench.workspace.state.rooms.all().filter((room) => room.name?.startsWith(name));
    expect(channels).toHaveLength(1);
    const { homeserver: bot } = running.connected.parts;
    const claims = await Promise.all(
      (await bot.joinedRooms()).map((id) =>
        bot.state(id, 'chat.rocket.bridge', running.connected.parts.identity.workspaceId),
      ),
    );
    expect(claims.filter((claim) => claim?.['room'] === made.room?.roomId)).toHaveLength(1);
    await alice.join(made.room?.matrixRoomId as MatrixRoomId);
    expect(await running.service.create(wanted)).toMatchObject({ changed: false });
  });
});
