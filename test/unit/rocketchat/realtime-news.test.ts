import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import { silentLog } from '../../../src/lib/core/log.ts';
import { createRealtime } from '../../../src/lib/rocketchat/realtime.ts';
import { newsFrom } from '../../../src/lib/rocketchat/realtime-events.ts';
import type { RealtimeInterest, RealtimeNews } from '../../../src/lib/rocketchat/realtime-news.ts';
import type { RealtimeSession, WorkspaceApi } from '../../../src/lib/rocketchat/types.ts';
import { startWorkspaceClients, type WorkspaceClients } from '../../support/workspace-accounts.ts';
import { eventually } from '../../support/eventually.ts';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1');
const ends: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const until = (check: () => void): Promise<void> => eventually(check);

async function clientsOf(version: string): Promise<WorkspaceClients> {
  const clients = await startWorkspaceClients({ version });
  ends.push(() => clients[Symbol.asyncDispose]());
  return clients;
}

async function listen(
  { server }: WorkspaceClients,
  api: WorkspaceApi,
  wants: readonly RealtimeInterest[] | undefined,
  onNews: (news: RealtimeNews) => void = () => {},
): Promise<{ session: RealtimeSession; news: RealtimeNews[]; life: string[] }> {
  const news: RealtimeNews[] = [];
  const life: string[] = [];
  const session = createRealtime({
    url: server.url,
    credentials: api.credentials!,
    clock: systemClock,
    log: silentLog,
    longestPauseMs: 20,
    handlers: {
      onEvent: ({ kind }) => life.push(kind),
      onReady: () => life.push('ready'),
      onLost: () => life.push('lost'),
      onRefused: () => life.push('refused'),
      ...(wants === undefined ? {} : { wants }),
      onNews(one) {
        news.push(one);
        onNews(one);
      },
    },
  });
  ends.push(() => session.close());
  await session.start();
  return { session, news, life };
}

/** Subscriptions follow one another: says it again until it is heard. */
const heard = (news: readonly RealtimeNews[], say: () => Promise<unknown>, wanted: object): Promise<void> =>
  eventually(async () => {
    await say();
    await vi.waitFor(() => expect(news).toContainEqual(expect.objectContaining(wanted)), {
      timeout: 100,
      interval: 5,
    });
  });

describe.each(['6.13', '7.13', '8.8', '9.0'])('a workspace of version %s', (version) => {
  test('tells of typing in watched rooms, also after its connections were cut', async () => {
    const clients = await clientsOf(version);
    const { room, server } = clients;
    const alice = await clients.person('alice');
    const { session, news, life } = await listen(clients, clients.admin, ['typing']);
    await session.watchRoom(room.id);
    const typing = { kind: 'typing', roomId: room.id, username: 'alice', typing: true };
    await heard(news, () => alice.setTyping(room.id, 'alice', true), typing);
    await alice.setTyping(room.id, 'alice', false);
    await until(() => expect(news.at(-1)).toEqual({ ...typing, typing: false }));
    server.cutRealtime();
    await until(() => expect(life).toEqual(['ready', 'lost', 'ready']));
    news.length = 0;
    await heard(news, () => alice.setTyping(room.id, 'alice', true), typing);
    await session.unwatchRoom(room.id);
    news.length = 0;
    await alice.setTyping(room.id, 'alice', false);
    await clients.say(alice, 'afterwards');
    await until(() => expect(life.at(-1)).toBe('message'));
    expect(news).toEqual([]);
  });

  test('tells of names, pictures and the end of people', async () => {
    const clients = await clientsOf(version);
    const { admin, server } = clients;
    const alice = await clients.person('alice');
    const { news } = await listen(clients, admin, ['users']);
    const setPicture = (): Promise<void> => admin.setAvatar(alice.userId, PNG, 'image/png');
    await heard(news, setPicture, { kind: 'user', change: 'avatar', username: 'alice', etag: expect.any(String) });
    const asAdmin = { 'x-user-id': server.admin.userId, 'x-auth-token': server.admin.token };
    const post = (endpoint: string, body: object): Promise<Response> =>
      fetch(`${server.url}/api/v1/${endpoint}`, {
        method: 'POST',
        headers: { ...asAdmin, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    let names = 0;
    const rename = (): Promise<Response> =>
      post('users.update', { userId: alice.userId, data: { username: `alice${(names += 1)}` } });
    await heard(news, rename, { kind: 'user', change: 'name', userId: alice.userId, name: 'alice' });
    const others: string[] = [];
    const remove = async (): Promise<Response> => {
      const { userId } = server.createUser({ username: `other${others.length}` });
      others.push(userId);
      return await post('users.delete', { userId });
    };
    await heard(news, remove, { kind: 'user', change: 'deleted', messages: 'deleted' });
    await post('rooms.saveRoomSettings', { rid: clients.room.id, roomAvatar: 'data:image/png;base64,AAAA' });
    await until(() => expect(news.at(-1)).toMatchObject({ kind: 'room-avatar', roomId: clients.room.id }));
  });

  test('tells when the account is in a room no longer, or there is no such room any more', async () => {
    const clients = await clientsOf(version);
    const { admin } = clients;
    const carol = await clients.person('carol');
    const { news } = await listen(clients, carol, ['own-rooms']);
    const deleted = async (): Promise<void> => {
      const room = await admin.createRoom('c', `gone${Math.random()}`.replace('.', ''), ['carol']);
      await admin.deleteRoom(room);
    };
    await heard(news, deleted, { kind: 'own-rooms', change: 'removed' });
    const room = await admin.createRoom('c', 'left', ['carol']);
    const before = news.length;
    await admin.removeFromRoom(room, carol.credentials!.userId);
    await until(() => expect(news.length).toBeGreaterThan(before));
    expect(news.at(-1)).toEqual({ kind: 'own-rooms', change: 'removed' });
  });

  test('tells of every change of a room, also where the workspace hides the words for it', async () => {
    const clients = await clientsOf(version);
    const { admin, room, server } = clients;
    server.state.settings.set('Hide_System_Messages', ['r', 'room_changed_topic']);
    const { news } = await listen(clients, admin, ['rooms']);
    let topics = 0;
    const change = (): Promise<void> => admin.saveRoomSettings(room.id, { topic: `topic ${(topics += 1)}` });
    const document = expect.objectContaining({ topic: expect.stringMatching(/^topic/) });
    await heard(news, change, { kind: 'room', change: 'updated', roomId: room.id, document });
    await admin.archiveRoom(room.id, true);
    const archived = expect.objectContaining({ archived: true });
    await until(() => expect(news.at(-1)).toMatchObject({ kind: 'room', roomId: room.id, document: archived }));
  });

  test('tells of what was pruned, which a catch-up shows among what was deleted', async () => {
    const clients = await clientsOf(version);
    const { admin, room, server, say } = clients;
    const alice = await clients.person('alice');
    const { session, news, life } = await listen(clients, admin, ['prunes']);
    await session.watchRoom(room.id);
    const gone: string[] = [];
    const [oldest, latest] = ['2020-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z'];
    const since = Date.now() - 1;
    const kept = await say(admin, 'mine');
    const prune = async (): Promise<void> => {
      gone.push(await say(alice, 'old'));
      const response = await fetch(`${server.url}/api/v1/rooms.cleanHistory`, {
        method: 'POST',
        headers: {
          'x-user-id': server.admin.userId,
          'x-auth-token': server.admin.token,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ roomId: room.id, oldest, latest, users: ['alice'], inclusive: true }),
      });
      expect(await response.json()).toMatchObject({ count: 1 });
    };
    const range = { from: Date.parse(oldest), to: Date.parse(latest), inclusive: true };
    await heard(news, prune, { kind: 'pruned', roomId: room.id, ...range, usernames: ['alice'], keepsPinned: false });
    expect((await admin.syncMessages(room.id, since)).deleted.map(({ id }) => id).toSorted()).toEqual(gone.toSorted());
    expect(await admin.getMessage(kept)).toMatchObject({ msg: 'mine' });
    expect(life).not.toContain('deleted');
  });

  test('tells of presence and emoji', async () => {
    const clients = await clientsOf(version);
    const { admin, room } = clients;
    const alice = await clients.person('alice');
    const { session, news } = await listen(clients, admin, ['presence', 'emoji']);
    await session.watchRoom(room.id);
    const presence = { kind: 'presence', userId: alice.userId, username: 'alice', status: 'busy', message: 'no' };
    await heard(news, () => alice.setStatus('busy', 'no'), presence);
    let made = 0;
    const emoji = { name: 'cat1', aliases: [], extension: 'png', etag: expect.any(String) };
    const create = (): Promise<void> => admin.createCustomEmoji(`cat${(made += 1)}`, PNG, 'image/png');
    await heard(news, create, { kind: 'emoji', change: 'updated', emoji: { ...emoji, name: expect.any(String) } });
  });
});

test('who wants nothing more is told nothing more', async () => {
  const clients = await clientsOf('8.8');
  const alice = await clients.person('alice');
  const { session, news, life } = await listen(clients, clients.admin, undefined);
  await session.watchRoom(clients.room.id);
  await alice.setTyping(clients.room.id, 'alice', true);
  await alice.setStatus('busy');
  await clients.say(alice, 'x');
  await until(() => expect(life).toEqual(['ready', 'message']));
  expect(news).toEqual([]);
});

test('news that a handler stumbles over ends nothing', async () => {
  const clients = await clientsOf('8.8');
  const alice = await clients.person('alice');
  const { news, life } = await listen(clients, clients.admin, ['presence'], () => {
    throw new Error('stumbled');
  });
  await heard(news, () => alice.setStatus('busy'), { kind: 'presence', username: 'alice' });
  await clients.say(alice, 'x');
  await until(() => expect(life).toEqual(['ready', 'message']));
});

test('news of odd shapes is no news', () => {
  const odd: [string, string, unknown[]][] = [
    ['stream-notify-room', 'r/user-activity', [undefined, []]],
    ['stream-notify-room', 'r/user-activity', ['alice', 'user-typing']],
    ['stream-notify-room', 'r/deleteMessageBulk', [{ rid: 'r' }]],
    ['stream-notify-logged', 'user-status', [['id', 'alice', 9]]],
    ['stream-notify-logged', 'user-status', [{}]],
    ['stream-notify-logged', 'updateAvatar', [{}]],
    ['stream-notify-logged', 'Users:NameChanged', [{ _id: 'x' }]],
    ['stream-notify-logged', 'Users:Deleted', [null]],
    ['stream-notify-logged', 'updateEmojiCustom', [{ emojiData: { name: 'x' } }]],
    ['stream-notify-logged', 'permissions-changed', [{}]],
    ['stream-roles', 'roles', [{}]],
  ];
  for (const [stream, name, args] of odd) expect(newsFrom(stream, name, args)).toBeUndefined();
  expect(newsFrom('stream-notify-room', 'r/user-activity', ['a', ['user-typing'], { tmid: 't' }])).toMatchObject({
    threadId: 't',
  });
  expect(newsFrom('stream-notify-logged', 'updateAvatar', [{ username: 'a' }])).toEqual({
    kind: 'user',
    change: 'avatar',
    username: 'a',
  });
});
