import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, encoded, join, type Lab, makeRoom, ok, openLab, unique } from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';
import { eventually } from '../support/eventually.ts';

describe.each(homeservers)('people and aliases on the $name homeserver', (kind) => {
  let lab: Lab;
  let alice: Caller;
  let ghost: Caller;

  beforeAll(async () => {
    lab = await openLab(kind);
    alice = await lab.person();
    ghost = await lab.ghost();
  });
  afterAll(() => lab?.stop());

  const in_ = (roomId: string, what: string): string => `/v3/rooms/${encoded(roomId)}/${what}`;
  const refused = (status: number, errcode: string) => ({ status, body: { errcode } });

  test('a ghost is registered once, and only in our namespace', async () => {
    const register = (username: string) =>
      lab.bot.call('POST', '/v3/register', { type: 'm.login.application_service', username, inhibit_login: true });
    const name = `rc_${unique()}`;
    expect((await register(name)).status).toBe(200);
    expect(await register(name)).toMatchObject(refused(400, 'M_USER_IN_USE'));
    expect(await register(`other_${unique()}`)).toMatchObject(refused(400, 'M_EXCLUSIVE'));
  });

  test('a person registers with a dummy login, but not with a name of ours', async () => {
    const auth = { type: 'm.login.dummy' };
    const register = (username: string) =>
      lab.nobody.call('POST', '/v3/register', { username, password: 'wonderland', auth });
    const name = `walrus-${unique()}`;
    expect(await ok(register(name))).toMatchObject({
      user_id: `@${name}:${lab.homeserver.serverName}`,
      access_token: expect.any(String),
    });
    expect(await register(`rc_${unique()}`)).toMatchObject(refused(400, 'M_EXCLUSIVE'));
    expect(
      await alice.call('POST', '/v3/register', { username: unique(), password: 'wonderland', auth }),
    ).toMatchObject(refused(400, 'M_UNKNOWN'));
    await expect(lab.homeserver.registerUser(`rc_${unique()}`)).rejects.toThrow();
    const login = await ok(
      alice.call('POST', '/v3/login', {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: name },
        password: 'wonderland',
      }),
    );
    expect(login).toMatchObject({ user_id: `@${name}:${lab.homeserver.serverName}` });
    expect(
      await alice.call('POST', '/v3/login', {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: name },
        password: 'no',
      }),
    ).toMatchObject(refused(403, 'M_FORBIDDEN'));
  });

  test('whoami names the bot, the ghost, and refuses strangers and unknown tokens', async () => {
    expect(await ok(lab.bot.call('GET', '/v3/account/whoami'))).toMatchObject({ user_id: lab.bot.userId });
    expect(await ok(ghost.call('GET', '/v3/account/whoami'))).toMatchObject({
      user_id: ghost.userId,
      device_id: 'RCFED',
    });
    expect(await lab.as(alice.userId, { device: false }).call('GET', '/v3/account/whoami')).toMatchObject(
      refused(403, 'M_FORBIDDEN'),
    );
    const unborn = lab.as(`@rc_${unique()}:${lab.homeserver.serverName}`, { device: false });
    expect(await unborn.call('GET', '/v3/account/whoami')).toMatchObject(refused(403, 'M_FORBIDDEN'));
    const wrong = await fetch(`${lab.homeserver.url}/_matrix/client/v3/account/whoami`, {
      headers: { Authorization: 'Bearer wrong' },
    });
    expect([wrong.status, await wrong.json()]).toMatchObject([401, { errcode: 'M_UNKNOWN_TOKEN' }]);
    const none = await fetch(`${lab.homeserver.url}/_matrix/client/v3/account/whoami`);
    expect([none.status, await none.json()]).toMatchObject([401, { errcode: 'M_MISSING_TOKEN' }]);
  });

  test('a device is made the first time and kept the second', async () => {
    const plain = lab.as(ghost.userId, { device: false });
    expect((await plain.call('PUT', '/v3/devices/SECOND', { display_name: 'x' })).status).toBe(201);
    expect((await plain.call('PUT', '/v3/devices/SECOND', { display_name: 'x' })).status).toBe(200);
    expect((await plain.call('DELETE', '/v3/devices/SECOND', {})).status).toBe(200);
    expect(await plain.call('GET', '/v3/devices/SECOND')).toMatchObject(refused(404, 'M_NOT_FOUND'));
  });

  test('an unknown path is unrecognized', async () => {
    expect(await alice.call('GET', '/v3/no/such/thing')).toMatchObject(refused(404, 'M_UNRECOGNIZED'));
    expect((await alice.call('DELETE', '/v3/createRoom')).status).toBe(405);
  });

  test('a changed name shows in the profile and in the rooms', async () => {
    const roomId = await makeRoom(alice);
    const bob = await lab.ghost();
    await join(bob, roomId);
    await ok(bob.call('PUT', `/v3/profile/${encoded(bob.userId)}/displayname`, { displayname: 'Bob B.' }));
    await ok(
      bob.call('PUT', `/v3/profile/${encoded(bob.userId)}/avatar_url`, { avatar_url: 'mxc://sandbox.test/abc' }),
    );
    expect(await ok(alice.call('GET', `/v3/profile/${encoded(bob.userId)}`))).toMatchObject({
      displayname: 'Bob B.',
      avatar_url: 'mxc://sandbox.test/abc',
    });
    await eventually(async () => {
      expect(await ok(alice.call('GET', in_(roomId, `state/m.room.member/${encoded(bob.userId)}`)))).toMatchObject({
        displayname: 'Bob B.',
        avatar_url: 'mxc://sandbox.test/abc',
      });
    });
    expect(
      (await alice.call('PUT', `/v3/profile/${encoded(bob.userId)}/displayname`, { displayname: 'no' })).status,
    ).toBeGreaterThanOrEqual(400);
  });

  test('the server says what it can', async () => {
    expect((await ok(lab.bot.call('GET', '/versions')))['versions']).toContain('v1.11');
    expect(await ok(lab.bot.call('GET', '/v3/capabilities'))).toMatchObject({
      capabilities: { 'm.room_versions': { default: '11', available: { '10': 'stable', '12': 'stable' } } },
    });
  });

  test('aliases: ours only for us, and only ours for us', async () => {
    const roomId = await makeRoom(alice);
    const alias = (localpart: string) => `/v3/directory/room/${encoded(`#${localpart}:${lab.homeserver.serverName}`)}`;
    const name = unique();
    expect(await alice.call('PUT', alias(`rc_${name}`), { room_id: roomId })).toMatchObject(
      refused(400, 'M_EXCLUSIVE'),
    );
    expect(await lab.bot.call('PUT', alias(name), { room_id: roomId })).toMatchObject(refused(400, 'M_EXCLUSIVE'));
    expect(await lab.bot.call('POST', '/v3/createRoom', { room_alias_name: name })).toMatchObject(
      refused(400, 'M_EXCLUSIVE'),
    );
    expect((await alice.call('PUT', alias(name), { room_id: roomId })).status).toBe(200);
    expect(await ok(ghost.call('GET', alias(name)))).toMatchObject({
      room_id: roomId,
      servers: [lab.homeserver.serverName],
    });
    expect(await ghost.call('DELETE', alias(name))).toMatchObject(refused(400, 'M_EXCLUSIVE'));
    const bob = await lab.person();
    expect(await bob.call('DELETE', alias(name))).toMatchObject(refused(403, 'M_FORBIDDEN'));
    expect((await alice.call('DELETE', alias(name))).status).toBe(200);
    expect(await ghost.call('GET', alias(name))).toMatchObject(refused(404, 'M_NOT_FOUND'));
  });

  test('an alias that nobody has is asked for, and found if we made it meanwhile', async () => {
    const localpart = `rc_${unique()}`;
    const alias = `#${localpart}:${lab.homeserver.serverName}`;
    lab.service.onAliasQuery = async (asked) => {
      if (asked !== alias) return 404;
      await makeRoom(lab.bot, { room_alias_name: localpart });
      return 'ok';
    };
    const answer = (await ok(alice.call('POST', `/v3/join/${encoded(alias)}`, {}))) as { room_id: string };
    expect(answer.room_id).toMatch(/^!/);
    expect(
      (await alice.call('GET', `/v3/directory/room/${encoded(`#rc_${unique()}:${lab.homeserver.serverName}`)}`)).status,
    ).toBe(404);
  });
});
