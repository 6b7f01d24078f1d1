import { expect, it } from 'vitest';
import type { MatrixUserId, WorkspaceUserId } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { describeStore, drain, newPerson, newPortal, recordOne, rid, room } from '../support/stores.ts';

describeStore('a portal', (bench) => {
  it('is made once for a pair, and either room leads to it', async () => {
    const store = await bench.open();
    const { portal, created } = await store.portals.create(newPortal({ alias: '#general:example.org' }));
    expect(created).toBe(true);
    expect(portal).toEqual({
      ...newPortal({ alias: '#general:example.org' }),
      id: portal.id,
      lane: `portal:${portal.id}`,
      createdAt: 1_000_000,
    });
    expect(await store.portals.create(newPortal({ matrixRoomId: room('other') }))).toEqual({ portal, created: false });
    expect(await store.portals.create(newPortal({ workspaceRoomId: rid('other') }))).toEqual({
      portal,
      created: false,
    });
    expect(await store.portals.byMatrixRoom(room('general'))).toEqual(portal);
    expect(await store.portals.byWorkspaceRoom(rid('GENERAL'))).toEqual(portal);
    expect(await store.portals.byId(portal.id)).toEqual(portal);
    expect(await store.portals.byWorkspaceRoom(rid('other'))).toBeUndefined();
  });

  it('is made once even when several ask at the same time', async () => {
    const store = await bench.open();
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => store.portals.create(newPortal({ matrixRoomId: room(`r${n}`) }))),
    );
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(answers.map(({ portal }) => portal.id)).size).toBe(1);
  });

  it('frees both rooms when it is closed', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    expect((await store.portals.update(portal.id, { state: 'closed' })).state).toBe('closed');
    expect(await store.portals.byMatrixRoom(room('general'))).toBeUndefined();
    expect(await store.portals.list()).toEqual([]);
    const again = await store.portals.create(newPortal());
    expect(again.created).toBe(true);
    expect(again.portal.id).not.toBe(portal.id);
    await expect(store.portals.update(portal.id, { state: 'active' })).rejects.toMatchObject({
      code: 'RCFED_STORE_CONFLICT',
    });
  });

  it('takes over what waits for both rooms the moment it becomes active', async () => {
    const store = await bench.open();
    await recordOne(store, '$1', { lane: `room:${room('general')}` });
    await recordOne(store, 'w1', { lane: 'room:GENERAL', side: 'workspace', order: 10 });
    await recordOne(store, '$other', { lane: 'room:other' });
    const { portal } = await store.portals.create(newPortal({ state: 'linking', matrixRoomId: undefined }));
    expect(await store.inbox.head(portal.lane, 'workspace')).toBeUndefined();
    await store.portals.update(portal.id, { matrixRoomId: room('general') });
    expect(await store.inbox.pendingLanes()).toHaveLength(3);
    await store.portals.update(portal.id, { state: 'active', name: 'renamed', roomType: 'p', alias: '#a:example.org' });
    expect(await store.inbox.pendingLanes()).toEqual([portal.lane, 'room:other']);
    expect(await drain(store, portal.lane)).toEqual(['$1']);
    expect(await drain(store, portal.lane, 'workspace')).toEqual(['w1']);
    expect(await store.portals.byId(portal.id)).toMatchObject({
      name: 'renamed',
      roomType: 'p',
      alias: '#a:example.org',
      state: 'active',
    });
  });

  it('keeps what becomes of pruned messages, until it is told otherwise', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal({ retention: 'redact' }));
    expect((await store.portals.byId(portal.id))?.retention).toBe('redact');
    expect((await store.portals.update(portal.id, { name: 'renamed' })).retention).toBe('redact');
    expect((await store.portals.update(portal.id, { retention: 'keep' })).retention).toBe('keep');
    expect((await store.portals.list()).map(({ retention }) => retention)).toEqual(['keep']);
  });

  it('of a direct message knows by whom it is read', async () => {
    const store = await bench.open();
    const direct = { puppet: '@alice:example.org' as MatrixUserId, ghost: '@rc_bob:example.org' as MatrixUserId };
    const { portal } = await store.portals.create(newPortal({ roomType: 'd', direct, state: 'linking' }));
    expect(portal).toMatchObject({ roomType: 'd', direct });
    expect((await store.portals.update(portal.id, { state: 'active' })).direct).toEqual(direct);
    expect((await store.portals.list()).map((each) => each.direct)).toEqual([direct]);
    const { portal: channel } = await store.portals.create(
      newPortal({ workspaceRoomId: rid('c'), matrixRoomId: room('c') }),
    );
    expect(channel.direct).toBeUndefined();
  });

  it('of a direct message takes along what waits in one that is closed, with the room in which it was written', async () => {
    const store = await bench.open();
    const direct = { puppet: '@alice:example.org' as MatrixUserId, ghost: '@rc_bob:example.org' as MatrixUserId };
    const open = async (of: string, on: string) =>
      (
        await store.portals.create(
          newPortal({ roomType: 'd', direct, workspaceRoomId: rid(of), matrixRoomId: room(on) }),
        )
      ).portal;
    const record = async (lane: string, key: string) => {
      await recordOne(store, `$${key}`, { lane });
      await recordOne(store, key, { lane, side: 'workspace', order: 1 });
    };
    const two = await open('two', 'a');
    await record(two.lane, 'said');
    await store.portals.update(two.id, { state: 'closed' });
    const three = await open('three', 'a');
    expect(await drain(store, three.lane)).toEqual(['$said']);
    await record(three.lane, 'to three');
    const again = await open('two', 'b');
    expect(await drain(store, again.lane, 'workspace')).toEqual(['said']);
    await record(again.lane, 'again');
    await store.portals.update(again.id, { state: 'closed' });
    const newest = await open('two', 'c');
    expect(await drain(store, newest.lane, 'workspace')).toEqual(['again']);
    expect(await drain(store, newest.lane)).toEqual(['$again']);
    // What is open, and what is no direct message, keeps its own.
    expect(await drain(store, three.lane)).toEqual(['$to three']);
    await store.portals.update(newest.id, { state: 'closed' });
    const channel = await store.portals.create(newPortal({ workspaceRoomId: rid('two'), matrixRoomId: room('c') }));
    await record(newest.lane, 'left');
    await store.portals.update(channel.portal.id, { name: 'renamed' });
    expect(await drain(store, channel.portal.lane)).toEqual([]);
  });

  it('is listed by name', async () => {
    const store = await bench.open();
    for (const name of ['zoo', 'Ant', 'bee']) {
      await store.portals.create(newPortal({ name, workspaceRoomId: rid(name), matrixRoomId: room(name) }));
    }
    expect((await store.portals.list()).map(({ name }) => name)).toEqual(['Ant', 'bee', 'zoo']);
    await expect(store.portals.update(999, { name: 'x' })).rejects.toMatchObject({ code: 'RCFED_STORE_CONFLICT' });
  });
});

describeStore('a person', (bench) => {
  it('is found by either account and by name', async () => {
    const store = await bench.open();
    const ghost = await store.people.add(newPerson('bob', { avatar: 'etag' }));
    expect(ghost).toEqual({ ...newPerson('bob', { avatar: 'etag' }), id: ghost.id });
    expect(await store.people.byMatrixUser(ghost.matrixUserId)).toEqual(ghost);
    expect(await store.people.byWorkspaceUser(ghost.workspaceUserId as WorkspaceUserId)).toEqual(ghost);
    expect(await store.people.byUsername('ghost', 'bob')).toEqual(ghost);
    expect(await store.people.byUsername('puppet', 'bob')).toBeUndefined();
  });

  it('is listed with those of its kind, without its secrets', async () => {
    const store = await bench.open();
    const { token: _token, password: _password, ...ghost } = await store.people.add(newPerson('bob'));
    await store.people.add(newPerson('p', { kind: 'puppet', token: new Secret('tok') }));
    expect(await store.people.profiles('ghost')).toEqual([ghost]);
    const puppets = await store.people.profiles('puppet');
    expect(puppets.map(({ username }) => username)).toEqual(['p']);
    expect(puppets[0]).not.toHaveProperty('token');
  });

  it('is found by name among the members of a portal, one or two of that name', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const people = [];
    for (const name of ['one', 'two', 'three', 'four'])
      people.push(await store.people.add(newPerson(name, { displayName: name === 'one' ? 'One' : 'Sam' })));
    for (const { id } of people.slice(0, 2)) await store.people.setMember(portal.id, id, true);
    const named = async (name: string): Promise<string[]> =>
      (await store.people.membersNamed(portal.id, 'ghost', name)).map(({ username }) => username);
    expect(await named('One')).toEqual(['one']);
    expect(await named('Sam')).toEqual(['two']);
    expect(await named('Nobody')).toEqual([]);
    expect(await store.people.membersNamed(portal.id, 'puppet', 'Sam')).toEqual([]);
    for (const { id } of people) await store.people.setMember(portal.id, id, true);
    expect(await named('Sam')).toHaveLength(2);
  });

  it('exists once for each account', async () => {
    const store = await bench.open();
    const puppet = await store.people.add(newPerson('p', { kind: 'puppet', workspaceUserId: undefined }));
    await store.people.add(newPerson('q', { kind: 'puppet', workspaceUserId: undefined }));
    const conflict = { code: 'RCFED_STORE_CONFLICT' };
    await expect(store.people.add(newPerson('x', { matrixUserId: puppet.matrixUserId }))).rejects.toMatchObject(
      conflict,
    );
    const ghost = await store.people.add(newPerson('bob'));
    await expect(store.people.add(newPerson('x', { workspaceUserId: ghost.workspaceUserId }))).rejects.toMatchObject(
      conflict,
    );
    await expect(store.people.update(puppet.id, { workspaceUserId: ghost.workspaceUserId })).rejects.toMatchObject(
      conflict,
    );
    expect(await store.people.count()).toEqual({ ghosts: 1, puppets: 2 });
  });

  it('keeps token and password, legible to nobody who reads the database', async () => {
    const store = await bench.open();
    const wanted = newPerson('p', { kind: 'puppet', token: new Secret('tok-1'), password: new Secret('pässword') });
    const { id } = await store.people.add(wanted);
    const read = async () => store.people.byMatrixUser(wanted.matrixUserId);
    expect((await read())?.token?.reveal()).toBe('tok-1');
    expect((await read())?.password?.reveal()).toBe('pässword');
    const rows = await store.database.kysely.selectFrom('people').selectAll().execute();
    expect(JSON.stringify(rows)).not.toMatch(/tok-1|pässword/);
    await store.people.update(id, { token: new Secret('tok-2'), ready: true, displayName: 'P' });
    expect(await read()).toMatchObject({ ready: true, displayName: 'P' });
    expect((await read())?.token?.reveal()).toBe('tok-2');
    expect((await read())?.password?.reveal()).toBe('pässword');
    await store.people.update(id, { password: undefined });
    expect((await read())?.password).toBeUndefined();
  });

  it('is a member of a portal or not', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const { id } = await store.people.add(newPerson('bob'));
    expect(await store.people.isMember(portal.id, id)).toBe(false);
    for (const member of [true, true, false, false, true]) {
      await store.people.setMember(portal.id, id, member);
      expect(await store.people.isMember(portal.id, id)).toBe(member);
    }
    await store.people.add(newPerson('elsewhere'));
    expect((await store.people.members(portal.id, 'ghost')).map((person) => person.id)).toEqual([id]);
    expect(await store.people.members(portal.id, 'puppet')).toEqual([]);
  });

  it('may bear any name, even one that no database holds', async () => {
    const store = await bench.open();
    const name = 'NUL \0, half \ud83d, 😀';
    const odd = `@o\0dd:example.org` as MatrixUserId;
    const { displayName } = await store.people.add(newPerson('odd', { displayName: name, matrixUserId: odd }));
    expect(displayName).toBe('NUL \uFFFD, half \uFFFD, 😀');
    expect((await store.people.byMatrixUser(odd))?.username).toBe('odd');
  });
});

describeStore('media and cursors', (bench) => {
  it('remember an upload from the moment its id is made', async () => {
    const store = await bench.open();
    expect(await store.media.get('avatar:u:1')).toBeUndefined();
    await store.media.put('avatar:u:1', 'mxc://example.org/a');
    expect(await store.media.get('avatar:u:1')).toEqual({
      mxc: 'mxc://example.org/a',
      createdAt: 1_000_000,
      uploaded: false,
    });
    await store.media.uploaded('avatar:u:1');
    expect((await store.media.get('avatar:u:1'))?.uploaded).toBe(true);
    bench.clock.set(2_000_000);
    await store.media.put('avatar:u:1', 'mxc://example.org/b');
    expect(await store.media.get('avatar:u:1')).toEqual({
      mxc: 'mxc://example.org/b',
      createdAt: 2_000_000,
      uploaded: false,
    });
  });

  it('are read one by one or by prefix', async () => {
    const store = await bench.open();
    for (const name of ['room:a', 'room:b', 'rooms', 'room:%', 'zone']) await store.setCursor(name, `of ${name}`);
    await store.setCursor('room:a', 'later');
    expect(await store.cursor('room:a')).toBe('later');
    expect(await store.cursor('none')).toBeUndefined();
    expect([...(await store.cursors('room:'))]).toEqual([
      ['room:%', 'of room:%'],
      ['room:a', 'later'],
      ['room:b', 'of room:b'],
    ]);
    expect((await store.cursors('')).size).toBe(5);
  });
});
