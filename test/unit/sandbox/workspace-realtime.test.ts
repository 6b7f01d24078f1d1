import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Doc } from '../../support/workspace-documents.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type Identity,
  manualClock,
  startWorkspaceUnderTest,
  type WorkspaceUnderTest,
} from '../../support/sandbox-workspace.ts';

let workspace: WorkspaceUnderTest;
let alice: Identity;
beforeEach(async () => {
  workspace = await startWorkspaceUnderTest();
  alice = workspace.user('alice');
});
afterEach(() => workspace[Symbol.asyncDispose]());

describe('who hears what on the sandbox workspace', () => {
  it('gives an admin public channels and its own rooms, never a private group it is not in', async () => {
    const town = await workspace.room('channels', 'town');
    const { body } = await workspace.post('groups.create', { name: 'secret' }, alice);
    const secret = body['group']._id;
    const { body: dm } = await workspace.post('im.create', { username: 'admin' }, alice);
    const admin = await workspace.realtime(workspace.server.admin);
    await admin.subscribe('stream-room-messages', '__my_messages__');
    for (const rid of [town, secret, dm['room']._id]) await workspace.say(alice, rid, 'hello');
    await admin.settle();
    expect(admin.messages().map(({ rid }) => rid)).toEqual([town, dm['room']._id]);
    expect(admin.events('stream-room-messages').map(([, room]) => room)).toMatchObject([
      { roomParticipant: true, roomType: 'c', roomName: 'town' },
      { roomParticipant: true, roomType: 'd' },
    ]);
    await workspace.post('groups.invite', { roomId: secret, userId: workspace.server.admin.userId }, alice);
    await workspace.say(alice, secret, 'now you hear');
    await admin.settle();
    expect(admin.messages().at(-1)).toMatchObject({ rid: secret, msg: 'now you hear' });
  });

  it("refuses other people's streams, strangers, and streams that do not exist", async () => {
    const { body } = await workspace.post('groups.create', { name: 'secret' });
    const client = await workspace.realtime(alice);
    expect(await client.subscribe('stream-notify-user', `${workspace.server.admin.userId}/message`)).toMatchObject({
      msg: 'nosub',
      error: { error: 'not-allowed' },
    });
    expect(await client.subscribe('stream-room-messages', body['group']._id)).toMatchObject({ msg: 'nosub' });
    expect(await client.subscribe('stream-notify-room', `${body['group']._id}/deleteMessage`)).toMatchObject({
      msg: 'nosub',
    });
    expect(await client.subscribe('no-such-stream', 'x')).toMatchObject({ msg: 'nosub', error: { error: 404 } });
    expect(await client.subscribe('stream-notify-user', `${alice.userId}/message`)).toMatchObject({ msg: 'ready' });
    const stranger = await workspace.realtime();
    expect(await stranger.subscribe('stream-room-messages', '__my_messages__')).toMatchObject({ msg: 'nosub' });
  });

  it('prints dates as EJSON', async () => {
    const client = await workspace.realtime(alice);
    await client.subscribe('stream-room-messages', 'GENERAL');
    await workspace.say(alice, 'GENERAL', 'x');
    await client.settle();
    expect(client.messages()[0]).toMatchObject({
      ts: { $date: expect.any(Number) },
      _updatedAt: { $date: expect.any(Number) },
    });
  });

  it('does not announce system messages that Hide_System_Messages names', async () => {
    const client = await workspace.realtime(alice);
    await client.subscribe('stream-room-messages', '__my_messages__');
    const rid = await workspace.room('channels', 'town');
    workspace.server.state.settings.set('Hide_System_Messages', ['uj']);
    await workspace.post('channels.join', { roomId: rid }, alice);
    await workspace.post('channels.leave', { roomId: rid }, alice);
    await client.settle();
    expect(client.messages().map(({ t }) => t)).toEqual(['ul']);
  });

  it('tells people of their own rooms, also of removal without the room id', async () => {
    const client = await workspace.realtime(alice);
    await client.subscribe('stream-notify-user', `${alice.userId}/subscriptions-changed`);
    const rid = await workspace.room('channels', 'town', ['alice']);
    await workspace.post('channels.leave', { roomId: rid }, alice);
    await client.settle();
    const [[first, subscription], [second, removed]] = client.events('stream-notify-user') as [
      [string, Doc],
      [string, Doc],
    ];
    expect([first, subscription.rid, second, removed.rid, removed._id === subscription._id]).toEqual([
      'inserted',
      rid,
      'removed',
      undefined,
      true,
    ]);
  });

  it('carries typing, in one’s own name only', async () => {
    const bob = workspace.user('bob');
    const [a, b] = [await workspace.realtime(alice), await workspace.realtime(bob)];
    await a.subscribe('stream-notify-room', 'GENERAL/user-activity');
    const rid = await workspace.room('channels', 'typing', ['alice', 'bob']);
    await a.subscribe('stream-notify-room', `${rid}/user-activity`);
    await b.call('stream-notify-room', `${rid}/user-activity`, 'bob', ['user-typing'], {});
    await expect(
      b.call('stream-notify-room', `${rid}/user-activity`, 'alice', ['user-typing'], {}),
    ).rejects.toMatchObject({ error: 'not-allowed' });
    await a.settle();
    expect(a.events('stream-notify-room')).toEqual([['bob', ['user-typing'], {}]]);
  });
});

describe('connections to the sandbox workspace', () => {
  it('lose what is said while they are away', async () => {
    const before = await workspace.realtime(alice);
    await before.subscribe('stream-room-messages', '__my_messages__');
    workspace.server.cutRealtime();
    await eventually(() => expect([before.closed, workspace.server.realtimeConnections()]).toEqual([true, 0]));
    await workspace.say(alice, 'GENERAL', 'unheard');
    const after = await workspace.realtime(alice);
    await after.subscribe('stream-room-messages', '__my_messages__');
    await workspace.say(alice, 'GENERAL', 'heard');
    await after.settle();
    expect(after.messages().map(({ msg }) => msg)).toEqual(['heard']);
  });

  it('end when their token is revoked, by logout, deactivation or a new password', async () => {
    const endings: readonly ((username: string, userId: string, token: string) => Promise<unknown>)[] = [
      (_, userId, token) => workspace.post('logout', {}, { userId, token }),
      (_, userId) => workspace.post('users.setActiveStatus', { userId, activeStatus: false }),
      (_, userId) => workspace.post('users.update', { userId, data: { password: 'another' } }),
      async (username) => workspace.server.revokeTokens(username),
    ];
    for (const [i, end] of endings.entries()) {
      const user = workspace.user(`leaver${i}`);
      const client = await workspace.realtime(user);
      await end(user.username, user.userId, user.token);
      await eventually(() => expect(client.closed).toBe(true));
      expect((await workspace.get('me', user)).status).toBe(401);
      const again = await workspace.realtime();
      await expect(again.call('login', { resume: user.token })).rejects.toMatchObject({ error: 403 });
    }
  });

  it('delete a personal access token by logging out with it', async () => {
    const client = await workspace.realtime(alice);
    await client.call('logout');
    expect((await workspace.get('me', alice)).status).toBe(401);
  });

  it('log in with a password, plain or hashed, and refuse a wrong one', async () => {
    const client = await workspace.realtime();
    const user = { username: 'admin' };
    expect(await client.call('login', { user, password: workspace.server.admin.password })).toMatchObject({
      id: workspace.server.admin.userId,
      type: 'password',
    });
    const digest = '0'.repeat(64);
    await expect(client.call('login', { user, password: { digest, algorithm: 'sha-256' } })).rejects.toMatchObject({
      error: 403,
    });
  });

  it('are pinged, and dropped when they do not answer', async () => {
    const clock = manualClock();
    await using timed = await startWorkspaceUnderTest({ clock });
    const lively = await timed.realtime(timed.server.admin);
    const mute = await timed.realtime(timed.server.admin);
    mute.silent = true;
    const pinged = async (): Promise<void> => {
      await eventually(() => {
        clock.advance(17_500);
        expect(mute.frames.some(({ msg }) => msg === 'ping')).toBe(true);
      });
    };
    await pinged();
    await lively.settle();
    await eventually(async () => {
      await lively.settle();
      clock.advance(5000);
      expect(mute.closed).toBe(true);
    });
    expect(lively.closed).toBe(false);
  });

  it('are limited by method: 10 in 10 s, subscriptions to streams 40 in 40 s', async () => {
    const clock = manualClock();
    await using timed = await startWorkspaceUnderTest({ clock });
    const client = await timed.realtime(timed.server.admin);
    const rooms = Array.from({ length: 41 }, (_, i) => `GENERAL/event${i}`);
    const answers = [];
    for (const key of rooms) answers.push(await client.subscribe('stream-notify-room', key));
    expect(answers.slice(0, 40).every(({ msg }) => msg === 'ready')).toBe(true);
    expect(answers[40]).toMatchObject({
      msg: 'nosub',
      error: { error: 'too-many-requests', details: { timeToReset: 40_000 } },
    });
    clock.advance(40_000);
    expect(await client.subscribe('stream-notify-room', 'GENERAL/later')).toMatchObject({ msg: 'ready' });
    const calls = Array.from({ length: 11 }, () =>
      client.call('no-such-method').catch(({ error }: { error: unknown }) => error),
    );
    expect((await Promise.all(calls)).at(-1)).toBe('too-many-requests');
  });
});

describe('unruly delivery on the sandbox workspace', () => {
  it('delivers doubled, late or not at all when told to', async () => {
    const client = await workspace.realtime(alice);
    await client.subscribe('stream-room-messages', 'GENERAL');
    const { delivery } = workspace.server.faults;
    delivery.doubleEvery = 1;
    await workspace.say(alice, 'GENERAL', 'twice');
    delivery.doubleEvery = 0;
    Object.assign(delivery, { lateEvery: 1, lateMs: 30 });
    await workspace.say(alice, 'GENERAL', 'late');
    delivery.lateEvery = 0;
    await workspace.say(alice, 'GENERAL', 'punctual');
    delivery.loseEvery = 1;
    await workspace.say(alice, 'GENERAL', 'lost');
    await eventually(() =>
      expect(client.messages().map(({ msg }) => msg)).toEqual(['twice', 'twice', 'punctual', 'late']),
    );
  });

  it('gives several messages one _updatedAt when told to', async () => {
    const clock = manualClock();
    await using coarse = await startWorkspaceUnderTest({ clock });
    coarse.server.faults.delivery.updatedAtStepMs = 1000;
    const first = await coarse.say(coarse.server.admin, 'GENERAL', 'a');
    clock.advance(999);
    const second = await coarse.say(coarse.server.admin, 'GENERAL', 'b');
    expect(second['_updatedAt']).toBe(first['_updatedAt']);
    expect(second['ts']).not.toBe(first['ts']);
  });
});
