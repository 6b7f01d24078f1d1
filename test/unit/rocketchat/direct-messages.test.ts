import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorkspaceClients, type WorkspaceClients } from '../../support/workspace-accounts.ts';

describe.each(['6.13', '7.13', '8.8', '9.0'])('direct messages of a workspace of version %s', (version) => {
  let clients: WorkspaceClients;
  beforeEach(async () => {
    clients = await startWorkspaceClients({ version });
  });
  afterEach(async () => {
    expect([...clients.complaints]).toEqual([]);
    await clients[Symbol.asyncDispose]();
  });

  test('are opened once for the same people, and seen by an admin only in the list of all', async () => {
    const { admin, person } = clients;
    const [alice, bob] = [await person('alice'), await person('bob')];
    await person('carol');
    const { id, usernames } = await alice.openDirect(['bob']);
    expect(usernames.toSorted()).toEqual(['alice', 'bob']);
    expect((await bob.openDirect(['alice'])).id).toBe(id);
    const group = await alice.openDirect(['bob', 'carol']);
    expect(group.id).not.toBe(id);
    expect(group.usernames.toSorted()).toEqual(['alice', 'bob', 'carol']);
    expect((await alice.openDirect(['bob', 'nobody-of-that-name'])).usernames).not.toContain('nobody-of-that-name');
    expect((await alice.members({ id, type: 'd' })).map(({ username }) => username).toSorted()).toEqual([
      'alice',
      'bob',
    ]);
    await expect(admin.syncMessages(id, 0)).rejects.toMatchObject({ failure: 'refused' });
    const all = await admin.changedDirectRooms(0);
    expect(all.map((room) => room.id)).toEqual([group.id, id]);
    expect(all.map(({ userIds }) => userIds.length)).toEqual([3, 2]);
    await expect(bob.changedDirectRooms(0)).rejects.toMatchObject({ failure: 'refused', status: 403 });
  });

  test('are listed from the one that changed last, all of them, up to a time', async () => {
    const { admin, person } = clients;
    const alice = await person('alice');
    const opened: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      await person(`person${n}`);
      opened.unshift((await alice.openDirect([`person${n}`])).id);
    }
    const all = await admin.changedDirectRooms(0);
    expect([...new Set(all.map(({ id }) => id))].toSorted()).toEqual(opened.toSorted());
    expect(all.map(({ updatedAt }) => updatedAt)).toEqual(
      all.map(({ updatedAt }) => updatedAt).toSorted((a, b) => b - a),
    );
    const newest = all[0]?.updatedAt ?? 0;
    expect((await admin.changedDirectRooms(newest)).every(({ updatedAt }) => updatedAt === newest)).toBe(true);
    expect(await admin.changedDirectRooms(newest + 1)).toEqual([]);
  });
});
