import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { startWorkspaceClients, type WorkspaceClients } from '../../support/workspace-accounts.ts';

describe.each(['6.13', '7.13', '8.8', '9.0'])('a workspace of version %s', (version) => {
  let clients: WorkspaceClients;
  beforeEach(async () => {
    clients = await startWorkspaceClients({ version });
  });
  afterEach(async () => {
    expect([...clients.complaints]).toEqual([]);
    await clients[Symbol.asyncDispose]();
  });

  test('typing is taken in one’s own name, and refused in another’s', async () => {
    const { room, server } = clients;
    const alice = await clients.person('alice');
    const told: unknown[] = [];
    server.state.bus.listen((event) => event.kind === 'notify-room' && told.push(event.args));
    await alice.setTyping(room.id, 'alice', true);
    await alice.setTyping(room.id, 'alice', false);
    expect(told).toEqual([
      ['alice', ['user-typing'], {}],
      ['alice', [], {}],
    ]);
    await expect(alice.setTyping(room.id, 'admin', true)).rejects.toMatchObject({
      failure: 'refused',
      code: 'not-allowed',
    });
  });

  test('typing that the limiter has had enough of says how long to wait', async () => {
    const { room } = clients;
    const alice = await clients.person('alice');
    for (let calls = 0; calls < 40; calls += 1) await alice.setTyping(room.id, 'alice', true);
    await expect(alice.setTyping(room.id, 'alice', true)).rejects.toMatchObject({
      failure: 'refused',
      code: 'too-many-requests',
      retryAfterMs: expect.any(Number),
    });
  });

  test('a room is read up to now', async () => {
    const { room, server, admin, say } = clients;
    const alice = await clients.person('alice');
    await say(admin, 'hello');
    const before = Date.now();
    await alice.markRead(room.id);
    expect(server.state.rooms.subscription(room.id, alice.userId)?.ls?.getTime()).toBeGreaterThanOrEqual(before);
  });

  test('receipts are told where there are any, and where there are none it is said', async () => {
    const { room, server, admin, say } = clients;
    const alice = await clients.person('alice');
    const id = await say(admin, 'hello');
    expect(await admin.readReceipts(id)).toBe('not-offered');
    server.state.licence.add('message-read-receipt');
    expect(await admin.readReceipts(id)).toEqual([]);
    await alice.markRead(room.id);
    expect(await admin.readReceipts(id)).toEqual([{ userId: alice.userId, at: expect.any(Number) }]);
    const { userId } = server.admin;
    const stranger = await clients.person('stranger');
    const group = await admin.createRoom('p', 'secret');
    const hidden = await say({ ...admin, sendMessage: (m) => admin.sendMessage({ ...m, roomId: group.id }) }, 'x');
    await expect(stranger.readReceipts(hidden)).rejects.toMatchObject({ code: 'error-invalid-room' });
    expect(userId).not.toBe(stranger.userId);
  });

  test('a status is set, with words', async () => {
    const { server } = clients;
    const alice = await clients.person('alice');
    await alice.setStatus('away', 'at lunch');
    expect(server.state.accounts.byId(alice.userId)?.user).toMatchObject({ status: 'away', statusText: 'at lunch' });
    await alice.setStatus('online');
    expect(server.state.accounts.byId(alice.userId)?.user).toMatchObject({ status: 'online', statusText: 'at lunch' });
    server.state.settings.set('Accounts_AllowInvisibleStatusOption', false);
    await expect(alice.setStatus('offline')).rejects.toMatchObject({ code: 'error-status-not-allowed' });
  });

  test('people change their names, and lose their pictures', async () => {
    const { server, admin } = clients;
    const alice = await clients.person('alice');
    await alice.setOwnName('Alice (example.org)');
    expect(server.state.accounts.byId(alice.userId)?.user.name).toBe('Alice (example.org)');
    await expect(alice.setOwnName('<b>')).rejects.toMatchObject({ failure: 'refused' });
    await admin.setName(alice.userId, 'Alice by Decree');
    expect((await admin.userById(alice.userId))?.name).toBe('Alice by Decree');
    await expect(alice.setName(server.admin.userId as WorkspaceUserId, 'Eve')).rejects.toMatchObject({
      failure: 'refused',
    });
    for (const setting of ['Accounts_AllowRealNameChange', 'Accounts_AllowUserProfileChange']) {
      server.state.settings.set(setting, false);
      await expect(alice.setOwnName('Alice')).rejects.toMatchObject({ failure: 'refused' });
      await expect(admin.setOwnName('Admin')).rejects.toMatchObject({ failure: 'refused' });
      server.state.settings.set(setting, true);
    }
    await alice.setAvatar(alice.userId, Buffer.from('PNG'), 'image/png');
    expect(await admin.avatar('alice', 10_000)).toMatchObject({ contentType: 'image/png' });
    await alice.resetAvatar(alice.userId);
    expect(await admin.avatar('alice', 10_000)).toBeUndefined();
  });

  test('everybody is listed, with what to compare', async () => {
    const { server, admin } = clients;
    for (let made = 0; made < 120; made += 1) server.createUser({ username: `user${made}`, name: `User ${made}` });
    const users = await admin.users();
    expect(users).toHaveLength(121);
    expect(users.find(({ username }) => username === 'user7')).toMatchObject({ name: 'User 7', active: true });
  });
});
