// Rooms that are on Matrix become rooms of Rocket.Chat, and go again.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixRoomId, WorkspaceRoomId } from '../../src/lib/core/ids.ts';
import type { MatrixApi, NewMatrixRoom } from '../../src/lib/matrix/types.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type Bench, type RunningBridge, bodiesIn, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import { allIsWell } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

const open = (name: string, more: Partial<NewMatrixRoom> = {}): NewMatrixRoom => ({
  preset: 'public_chat',
  visibility: 'private',
  name,
  ...more,
});

describe.each(homeservers)('joining a room, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let alice: MatrixApi;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
    alice = await bench.matrixUser('alice');
  });
  afterEach(() => allIsWell(running));
  afterAll(() => bench.stop());

  test('that anybody may join makes a channel; its people are in it', async () => {
    const bob = await bench.workspaceUser('bob');
    const alias = `#partners:${bench.homeserver.serverName}`;
    const matrixRoom = await alice.createRoom(
      open('Our Pärtners', { aliasLocalpart: 'partners', topic: 'De\u202eals' }),
    );
    const joined = await running.service.join({ room: alias });
    expect(joined).toMatchObject({
      changed: true,
      room: { room: 'Our-Partners', type: 'channel', matrixRoomId: matrixRoom, state: 'active' },
    });
    const room = await bob.roomByName('Our-Partners');
    expect(room?.topic).toBe('Deals');
    if (room === undefined) throw new Error('the channel is not there');
    const members = (await bob.members(room)).map(({ username }) => username);
    expect(members).toContain(`alice.${bench.homeserver.serverName}`);
    await post(bob, room, 'hello');
    await send(alice, matrixRoom, 'hi');
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toContain('hello'));
    await eventually(async () => expect(await textsIn(bob, room.id)).toContain('hi'));
    expect(await running.service.join({ room: alias })).toMatchObject({
      changed: false,
      room: { room: 'Our-Partners' },
    });
    expect(await running.service.join({ room: matrixRoom })).toMatchObject({ changed: false });
  });

  test('whose name is taken gets a number, which is said; many people come when they speak', async () => {
    const matrixRoom = await alice.createRoom(open('general'));
    const joined = await running.service.join({ room: matrixRoom, maxMembers: 0 });
    expect(joined.room?.room).toBe('general-1');
    expect(joined.warnings.join('\n')).toContain('this one is called general-1');
    expect(joined.warnings.join('\n')).toContain('when they first say something');
    const members = await bench.admin.members({ id: joined.room?.roomId as WorkspaceRoomId, type: 'c' });
    expect(members.map(({ username }) => username)).toEqual(['rcfed']);
  });

  test('that one must be invited to is refused with what to do', async () => {
    const closed = await alice.createRoom({ preset: 'private_chat', visibility: 'private' });
    await expect(running.service.join({ room: closed })).rejects.toMatchObject({ code: 'RCFED_ROOM_NOT_JOINABLE' });
    const { matrixBot } = running.connected.parts.identity;
    const barred = await alice.createRoom(open('Barred'));
    await alice.ban(barred, matrixBot);
    await expect(running.service.join({ room: barred })).rejects.toMatchObject({ code: 'RCFED_ROOM_NOT_JOINABLE' });
    const knocking = await alice.createRoom({
      ...open('Knock first'),
      initialState: [{ type: 'm.room.join_rules', stateKey: '', content: { join_rule: 'knock' } }],
    });
    await expect(running.service.join({ room: knocking })).rejects.toMatchObject({ code: 'RCFED_ROOM_NOT_JOINABLE' });
  });

  test('that can not be bridged is left at once', async () => {
    const secret = { type: 'm.room.encryption', stateKey: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
    const encrypted = await alice.createRoom(open('Encrypted', { initialState: [secret] }));
    await expect(running.service.join({ room: encrypted })).rejects.toMatchObject({ code: 'RCFED_ROOM_ENCRYPTED' });
    const { matrixBot } = running.connected.parts.identity;
    expect(await alice.joinedMembers(encrypted)).not.toContain(matrixBot);
    expect(await bench.admin.roomByName('Encrypted')).toBeUndefined();
    const replaced = await alice.createRoom(open('Replaced'));
    const newer = await alice.upgradeRoom(replaced, '11');
    await expect(running.service.join({ room: replaced })).rejects.toMatchObject({
      code: expect.stringMatching(/RCFED_ROOM_NOT_(FEDERABLE|JOINABLE)/),
    });
    expect((await running.service.join({ room: newer })).room?.room).toBe('Replaced');
  });

  test('that is nowhere, or on a server that is kept out', async () => {
    const { service } = running;
    await expect(service.join({ room: `#nowhere:${bench.homeserver.serverName}` })).rejects.toMatchObject({
      code: 'RCFED_ROOM_UNKNOWN',
    });
    await expect(service.join({ room: 'general' })).rejects.toMatchObject({ code: 'RCFED_MATRIX_ID_INVALID' });
    await service.changeAccess({ change: 'block', pattern: 'bad.org' });
    await expect(service.join({ room: '#a:bad.org' })).rejects.toMatchObject({ code: 'RCFED_SERVER_BLOCKED' });
    const via = service.join({ room: `!a:${bench.homeserver.serverName}`, via: ['bad.org'] });
    await expect(via).rejects.toMatchObject({ code: 'RCFED_SERVER_BLOCKED' });
    await service.changeAccess({ change: 'remove', pattern: 'bad.org' });
  });

  test('is shown with both its halves, and left; what is in Rocket.Chat stays', async () => {
    const { service } = running;
    const matrixRoom = await alice.createRoom(open('Visited'));
    await service.join({ room: matrixRoom });
    const { matrixBot } = running.connected.parts.identity;
    expect(await service.show({ room: 'Visited' })).toMatchObject({
      room: { room: 'Visited', matrixRoomId: matrixRoom },
      workspace: { members: 2, archived: false },
      matrix: { name: 'Visited', members: 2, joinRule: 'public', listed: false, encrypted: false, power: 0 },
      setAside: 0,
    });
    expect(await service.leave({ room: 'Visited', archive: true })).toMatchObject({ changed: true, warnings: [] });
    expect(await alice.joinedMembers(matrixRoom)).not.toContain(matrixBot);
    expect(await bench.admin.roomByName('Visited')).toMatchObject({ archived: true });
    await expect(service.leave({ room: 'Visited' })).rejects.toMatchObject({ code: 'RCFED_ROOM_UNKNOWN' });
    await expect(service.show({ room: 'Visited' })).rejects.toMatchObject({ code: 'RCFED_ROOM_UNKNOWN' });
  });

  test('of ours is deleted on both sides', async () => {
    const { service } = running;
    const made = await service.create({ name: 'short-lived' });
    const matrixRoom = made.room?.matrixRoomId as MatrixRoomId;
    await alice.join(matrixRoom);
    expect(await service.delete({ room: 'short-lived' })).toMatchObject({ changed: true, warnings: [] });
    expect(await bench.admin.roomByName('short-lived')).toBeUndefined();
    expect(await alice.resolveAlias(made.room?.alias as never)).toBeUndefined();
    expect(await alice.isListed(matrixRoom)).toBe(false);
    expect(await alice.joinedMembers(matrixRoom)).toEqual([alice.userId]);
    expect((await bodiesIn(alice, matrixRoom)).join()).toContain('was deleted in Rocket.Chat');
    await expect(service.delete({ room: 'short-lived' })).rejects.toMatchObject({ code: 'RCFED_ROOM_UNKNOWN' });
  });
});

describe.each(homeservers)('rehearsing a link, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  afterAll(() => bench.stop());

  test('says who and what, and changes nothing on either side', async () => {
    const { service, connected } = running;
    const alice = await bench.matrixUser('alice');
    const server = bench.homeserver.serverName;
    const bob = await bench.workspaceUser('bob');
    await bench.workspaceUser(`alice.${server}`);
    const room = await bob.createRoom('c', 'plans');
    const matrixRoom = await alice.createRoom(open('Plans', { aliasLocalpart: 'plans' }));
    const hidden = { roomId: matrixRoom, alias: `#plans:${server}`, isNew: false, seen: false };
    const everything = async () => ({
      workspace: JSON.stringify([
        bench.workspace.state.accounts.all().map(({ user }) => user.username),
        bench.workspace.state.rooms.all().map(({ _id, name, usersCount, msgs }) => [_id, name, usersCount, msgs]),
      ]),
      matrix: await alice.fullState(matrixRoom),
      aliases: await alice.resolveAlias(`#rc_plans:${server}` as never),
      portals: await service.rooms(),
    });
    const before = await everything();
    const unseen = await service.rehearse({ room: 'plans', matrixRoom: `#plans:${server}` });
    expect(unseen).toMatchObject({
      room: { name: 'plans', roomId: room.id, type: 'channel' },
      matrixRoom: hidden,
      people: { colleagues: 1, external: null },
      seats: { needed: null },
      refused: null,
    });
    expect(unseen.degrades.join()).toContain('not in the Matrix room');
    expect(await service.rehearse({ room: 'plans' })).toMatchObject({
      matrixRoom: { roomId: null, alias: `#rc_plans:${server}`, isNew: true },
      history: { onMatrix: expect.stringContaining('also from before they came') },
      cost: { minutes: 1 },
    });
    expect(await everything()).toEqual(before);

    await connected.parts.homeserver.join(matrixRoom);
    const joined = await everything();
    const seen = await service.rehearse({ room: 'plans', matrixRoom });
    expect(seen).toMatchObject({
      matrixRoom: { seen: true },
      people: { external: 1 },
      seats: { needed: 1 },
      collisions: [{ user: alice.userId, username: `alice.${server}` }],
    });
    expect(seen.degrades.join()).toContain('The bot has power 0');
    expect(await everything()).toEqual(joined);

    await service.link({ room: 'plans', matrixRoom });
    expect((await service.rehearse({ room: 'plans' })).refused).toContain('is linked with');
    await expect(service.rehearse({ room: 'nowhere' })).rejects.toMatchObject({ code: 'RCFED_ROOM_UNKNOWN' });
  });
});

describe('what is cut short is finished by the next run', () => {
  let bench: Bench;
  let running: RunningBridge;
  let alice: MatrixApi;

  beforeAll(async () => {
    const [sandbox] = homeservers;
    if (sandbox === undefined) throw new Error('there is always a sandbox');
    bench = await startBench({ homeserver: sandbox });
    running = await bench.start();
    alice = await bench.matrixUser('alice');
  });
  afterAll(() => bench.stop());

  const broken = async (side: 'workspace' | 'homeserver', path: string, act: () => Promise<unknown>) => {
    const { faults } = side === 'workspace' ? bench.workspace : (bench.homeserver as SandboxHomeserver);
    const action = 'drop-answer' as const;
    faults.add(side === 'workspace' ? { path, action } : { path, action, times: 0 });
    await expect(act()).rejects.toThrow();
    faults.clear();
  };

  test.each([
    ['workspace', '(channels|groups)\\.create'],
    ['workspace', 'saveRoomSettings'],
    ['homeserver', '/join/'],
    ['homeserver', '/messages'],
  ] as const)('joining, at the %s: %s', async (side, path) => {
    const name = `joined-${path.replaceAll(/\W/g, '')}`;
    const matrixRoom = await alice.createRoom({ ...open(name), topic: 'ours' });
    await broken(side, path, () => running.service.join({ room: matrixRoom }));
    expect(await running.service.join({ room: matrixRoom })).toMatchObject({ room: { room: name, state: 'active' } });
    const channels = bench.workspace.state.rooms.all().filter((room) => room.name?.startsWith(name));
    expect(channels).toHaveLength(1);
    expect(await running.service.join({ room: matrixRoom })).toMatchObject({ changed: false });
  });

  test.each([
    ['homeserver', '/directory/room/'],
    ['homeserver', '/leave'],
    ['workspace', 'channels\\.delete'],
  ] as const)('deleting, at the %s: %s', async (side, path) => {
    const name = `deleted-${path.replaceAll(/\W/g, '')}`;
    await running.service.create({ name });
    await broken(side, path, () => running.service.delete({ room: name }));
    expect(await running.service.delete({ room: name })).toMatchObject({ room: { state: 'closed' } });
    expect(bench.workspace.state.rooms.byName(name)).toBeUndefined();
    await expect(running.service.delete({ room: name })).rejects.toMatchObject({ code: 'RCFED_ROOM_UNKNOWN' });
  });
});
