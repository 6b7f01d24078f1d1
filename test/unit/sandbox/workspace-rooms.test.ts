import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Identity, startWorkspaceUnderTest, type WorkspaceUnderTest } from '../../support/sandbox-workspace.ts';

let workspace: WorkspaceUnderTest;
let alice: Identity & { username: string };
let bob: Identity & { username: string };
beforeEach(async () => {
  workspace = await startWorkspaceUnderTest();
  alice = workspace.user('alice');
  bob = workspace.user('bob');
});
afterEach(() => workspace[Symbol.asyncDispose]());

const systemMessages = (rid: string): unknown[] =>
  workspace.server.state.messages
    .inRoom(rid)
    .flatMap(({ t, msg, u, role }) =>
      t === undefined ? [] : [[t, msg, u.username, ...(role === undefined ? [] : [role])]],
    );
const errorType = async (answer: Promise<{ body: Record<string, unknown> }>): Promise<unknown> =>
  (await answer).body['errorType'];

describe('rooms of the sandbox workspace', () => {
  it('are made with unknown members left out, under a valid name that is free', async () => {
    const { body } = await workspace.post('channels.create', {
      name: 'town',
      members: ['alice', 'nobody-known'],
      extraData: { topic: 'T' },
    });
    expect(body['channel']).toMatchObject({ t: 'c', name: 'town', topic: 'T', usersCount: 2 });
    expect(await errorType(workspace.post('groups.create', { name: 'town' }))).toBe('error-duplicate-channel-name');
    expect(await errorType(workspace.post('channels.create', { name: 'two words' }))).toBe('error-invalid-room-name');
    workspace.server.state.settings.set('UI_Allow_room_names_with_special_chars', true);
    const special = await workspace.post('channels.create', { name: 'two words' });
    expect(special.body['channel']).toMatchObject({ name: 'two-words', fname: 'two words' });
  });

  it('tell who came and went: uj, au, ru, ul', async () => {
    const rid = await workspace.room('channels', 'town');
    await workspace.post('channels.join', { roomId: rid }, alice);
    await workspace.post('channels.join', { roomId: rid }, alice);
    await workspace.post('channels.invite', { roomId: rid, userId: bob.userId });
    await workspace.post('channels.kick', { roomId: rid, userId: bob.userId });
    await workspace.post('channels.leave', { roomId: rid }, alice);
    expect(systemMessages(rid)).toEqual([
      ['uj', 'alice', 'alice'],
      ['au', 'bob', 'admin'],
      ['ru', 'bob', 'admin'],
      ['ul', 'alice', 'alice'],
    ]);
    expect(await errorType(workspace.post('channels.leave', { roomId: rid }))).toBe('error-you-are-last-owner');
  });

  it('of the private kind are not there for admins outside, who may not add anybody to them either', async () => {
    const { body } = await workspace.post('groups.create', { name: 'secret' }, alice);
    const rid = body['group']._id;
    expect(await errorType(workspace.get(`groups.info?roomId=${rid}`))).toBe('error-room-not-found');
    expect(await errorType(workspace.post('groups.invite', { roomId: rid, userId: bob.userId }))).toBe(
      'error-room-not-found',
    );
    expect((await workspace.post('chat.sendMessage', { message: { rid, msg: 'x' } })).body).toEqual({
      success: false,
      error: 'error-not-allowed',
    });
    expect(await errorType(workspace.get(`chat.syncMessages?roomId=${rid}&lastUpdate=2020-01-01T00:00:00.000Z`))).toBe(
      'error-not-allowed',
    );
    await workspace.post('groups.invite', { roomId: rid, userId: workspace.server.admin.userId }, alice);
    expect((await workspace.post('groups.invite', { roomId: rid, userId: bob.userId })).status).toBe(200);
  });

  it('let only owners, moderators and admins add people', async () => {
    const rid = await workspace.room('groups', 'team', ['alice']);
    const invite = (): Promise<unknown> =>
      errorType(workspace.post('groups.invite', { roomId: rid, userId: bob.userId }, alice));
    expect(await invite()).toBe('error-not-allowed');
    expect(await errorType(workspace.post('groups.addModerator', { roomId: rid, userId: alice.userId }, alice))).toBe(
      'error-not-allowed',
    );
    await workspace.post('groups.addModerator', { roomId: rid, userId: alice.userId });
    expect(await errorType(workspace.post('groups.addModerator', { roomId: rid, userId: alice.userId }))).toBe(
      'error-user-already-moderator',
    );
    expect(await invite()).toBeUndefined();
    const { body } = await workspace.get(`groups.roles?roomId=${rid}`);
    expect(body['roles'].map(({ u, roles }) => [u.username, roles])).toEqual([
      ['admin', ['owner']],
      ['alice', ['moderator']],
    ]);
    expect(systemMessages(rid)[0]).toEqual(['subscription-role-added', 'alice', 'admin', 'moderator']);
  });

  it('list their members in pages of at most API_Upper_Count_Limit', async () => {
    const names = Array.from({ length: 120 }, (_, i) => `user${String(i).padStart(3, '0')}`);
    for (const name of names) workspace.user(name);
    const rid = await workspace.room('channels', 'town', names);
    const page = async (query: string): Promise<unknown[]> => {
      const { body } = await workspace.get(`channels.members?roomId=${rid}${query}`);
      return [body['members'].length, body['count'], body['offset'], body['total']];
    };
    expect(await page('')).toEqual([50, 50, 0, 121]);
    expect(await page('&count=500&offset=100')).toEqual([21, 21, 100, 121]);
    expect(await page('&count=500')).toEqual([100, 100, 0, 121]);
    expect(await page('&count=0')).toEqual([121, 121, 0, 121]);
  });

  it('change name and topic with a system message, and free the old name', async () => {
    const rid = await workspace.room('channels', 'town');
    await workspace.post('rooms.saveRoomSettings', { rid, roomName: 'city', roomTopic: 'News' });
    expect(systemMessages(rid)).toEqual([
      ['r', 'city', 'admin'],
      ['room_changed_topic', 'News', 'admin'],
    ]);
    expect((await workspace.get('rooms.info?roomName=city')).body['room']).toMatchObject({ _id: rid, topic: 'News' });
    expect((await workspace.post('channels.create', { name: 'town' })).status).toBe(200);
    expect(await errorType(workspace.post('rooms.saveRoomSettings', { rid, roomName: 'x' }, bob))).toBe(
      'error-action-not-allowed',
    );
  });

  it('report what changed and what was removed since a time', async () => {
    const kept = await workspace.room('channels', 'kept', ['alice']);
    const removed = await workspace.room('channels', 'removed', ['alice']);
    const before = new Date(Date.now() - 60_000).toISOString();
    await workspace.post('channels.delete', { roomId: removed });
    const { body: rooms } = await workspace.get(`rooms.get?updatedSince=${before}`, alice);
    expect([rooms['update'].map(({ _id }) => _id), rooms['remove'].map(({ _id }) => _id)]).toEqual([[kept], [removed]]);
    const { body: subscriptions } = await workspace.get(`subscriptions.get?updatedSince=${before}`, alice);
    expect([subscriptions['update'].length, subscriptions['remove'].length]).toEqual([1, 1]);
    const later = new Date(Date.now() + 60_000).toISOString();
    expect((await workspace.get(`rooms.get?updatedSince=${later}`, alice)).body).toMatchObject({
      update: [],
      remove: [],
    });
  });

  it('of two people are one and the same room, with nobody to be added', async () => {
    const { body: first } = await workspace.post('im.create', { username: 'bob' }, alice);
    const { body: second } = await workspace.post('im.create', { usernames: 'alice,nobody-known' }, bob);
    expect(second['room']._id).toBe(first['room']._id);
    expect([first['room'].inserted, second['room'].inserted]).toEqual([true, undefined]);
    expect(first['room']._id).toBe([alice.userId, bob.userId].toSorted((a, b) => (a < b ? -1 : 1)).join(''));
    expect((await workspace.get('im.list.everyone')).body['ims']).toHaveLength(1);
    expect(await errorType(workspace.get(`im.messages?roomId=${first['room']._id}`))).toBe('error-not-allowed');
    expect(
      await errorType(workspace.post('groups.invite', { roomId: first['room']._id, username: 'admin' }, alice)),
    ).toBe('error-room-not-found');
  });
});

describe('history of the sandbox workspace', () => {
  it('hides thread replies in channels and shows them in groups', async () => {
    for (const [prefix, expected] of [
      ['channels', ['root']],
      ['groups', ['reply', 'root']],
    ] as const) {
      const rid = await workspace.room(prefix, `${prefix}-history`, ['alice']);
      const root = await workspace.say(alice, rid, 'root');
      await workspace.say(alice, rid, 'reply', { tmid: root['_id'], ts: new Date(Date.now() + 1000).toISOString() });
      const { body } = await workspace.get(
        `${prefix}.history?roomId=${rid}&latest=${new Date(Date.now() + 5000).toISOString()}`,
        alice,
      );
      expect(body['messages'].map(({ msg }) => msg)).toEqual(expected);
    }
  });

  it('marks rooms read', async () => {
    await workspace.room('channels', 'town', ['alice']);
    const rid = workspace.server.state.rooms.byName('town')?._id ?? '';
    expect((await workspace.post('subscriptions.read', { rid }, alice)).status).toBe(200);
    expect((await workspace.get(`subscriptions.getOne?roomId=${rid}`, alice)).body['subscription'].ls).toEqual(
      expect.any(String),
    );
  });
});
