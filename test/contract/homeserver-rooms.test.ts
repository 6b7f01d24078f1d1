import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Caller, encoded, join, type Lab, makeRoom, ok, openLab, readEvent, send, unique } from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('people and rooms on the $name homeserver', (kind) => {
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
  const memberships = async (who: Caller, roomId: string) => {
    const { chunk } = (await ok(who.call('GET', in_(roomId, 'members')))) as { chunk: { state_key: string; content: { membership: string } }[] };
    return Object.fromEntries(chunk.map((event) => [event.state_key, event.content.membership]));
  };

  test('a ghost is registered once, and only in our namespace', async () => {
    const register = (username: string) => lab.bot.call('POST', '/v3/register', { type: 'm.login.application_service', username, inhibit_login: true });
    const name = `rc_${unique()}`;
    expect((await register(name)).status).toBe(200);
    expect(await register(name)).toMatchObject(refused(400, 'M_USER_IN_USE'));
    expect(await register(`other_${unique()}`)).toMatchObject(refused(400, 'M_EXCLUSIVE'));
  });

  test('a person registers with a dummy login, but not with a name of ours', async () => {
    const auth = { type: 'm.login.dummy' };
    const register = (username: string) => lab.nobody.call('POST', '/v3/register', { username, password: 'wonderland', auth });
    const name = `walrus-${unique()}`;
    expect(await ok(register(name))).toMatchObject({ user_id: `@${name}:${lab.homeserver.serverName}`, access_token: expect.any(String) });
    expect(await register(`rc_${unique()}`)).toMatchObject(refused(400, 'M_EXCLUSIVE'));
    expect(await alice.call('POST', '/v3/register', { username: unique(), password: 'wonderland', auth })).toMatchObject(refused(400, 'M_UNKNOWN'));
    await expect(lab.homeserver.registerUser(`rc_${unique()}`)).rejects.toThrow();
    const login = await ok(alice.call('POST', '/v3/login', { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password: 'wonderland' }));
    expect(login).toMatchObject({ user_id: `@${name}:${lab.homeserver.serverName}` });
    expect(await alice.call('POST', '/v3/login', { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password: 'no' })).toMatchObject(refused(403, 'M_FORBIDDEN'));
  });

  test('whoami names the bot, the ghost, and refuses strangers and unknown tokens', async () => {
    expect(await ok(lab.bot.call('GET', '/v3/account/whoami'))).toMatchObject({ user_id: lab.bot.userId });
    expect(await ok(ghost.call('GET', '/v3/account/whoami'))).toMatchObject({ user_id: ghost.userId, device_id: 'RCFED' });
    expect(await lab.as(alice.userId, { device: false }).call('GET', '/v3/account/whoami')).toMatchObject(refused(403, 'M_FORBIDDEN'));
    const unborn = lab.as(`@rc_${unique()}:${lab.homeserver.serverName}`, { device: false });
    expect(await unborn.call('GET', '/v3/account/whoami')).toMatchObject(refused(403, 'M_FORBIDDEN'));
    const wrong = await fetch(`${lab.homeserver.url}/_matrix/client/v3/account/whoami`, { headers: { Authorization: 'Bearer wrong' } });
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

  test('a room has the state that was asked for', async () => {
    const alias = `rc_${unique()}`;
    const roomId = await makeRoom(lab.bot, {
      room_alias_name: alias,
      name: 'General',
      topic: 'All of it',
      initial_state: [{ type: 'org.example.link', state_key: 'k', content: { a: 1 } }],
      power_level_content_override: { users: { [lab.bot.userId]: 100, [ghost.userId]: 50 }, invite: 25 },
    });
    const state = (await ok(lab.bot.call('GET', in_(roomId, 'state')))) as unknown as { type: string; state_key: string; content: Record<string, unknown> }[];
    const content = (type: string) => state.find((event) => event.type === type)?.content;
    expect(content('m.room.name')).toEqual({ name: 'General' });
    expect(content('m.room.topic')).toMatchObject({ topic: 'All of it' });
    expect(content('m.room.join_rules')).toEqual({ join_rule: 'public' });
    expect(content('m.room.history_visibility')).toEqual({ history_visibility: 'shared' });
    expect(content('org.example.link')).toEqual({ a: 1 });
    expect(content('m.room.power_levels')).toMatchObject({ users: { [ghost.userId]: 50 }, invite: 25, ban: 50, state_default: 50 });
    expect(content('m.room.canonical_alias')).toEqual({ alias: `#${alias}:${lab.homeserver.serverName}` });
    const again = await lab.bot.call('POST', '/v3/createRoom', { room_alias_name: alias });
    expect(again).toMatchObject(refused(400, 'M_ROOM_IN_USE'));
  });

  test('first events of a room come in one order everywhere', async () => {
    const roomId = await makeRoom(lab.bot, { name: 'n', topic: 't', invite: [ghost.userId], preset: 'private_chat', room_alias_name: `rc_${unique()}`, initial_state: [{ type: 'org.example.x', content: {} }] });
    const { chunk } = (await ok(lab.bot.call('GET', in_(roomId, 'messages'), undefined, { dir: 'f', limit: '50' }))) as { chunk: { type: string }[] };
    expect(chunk.map((event) => event.type)).toEqual([
      ...['m.room.create', 'm.room.member', 'm.room.power_levels', 'm.room.canonical_alias', 'm.room.join_rules', 'm.room.history_visibility'],
      ...['m.room.guest_access', 'org.example.x', 'm.room.name', 'm.room.topic', 'm.room.member'],
    ]);
  });

  test.each(['10', '11', '12'])('version %s: room id, creator and redaction look as that version says', async (version) => {
    const roomId = await makeRoom(alice, { room_version: version });
    expect(roomId.includes(':')).toBe(version !== '12');
    const create = await ok(alice.call('GET', in_(roomId, 'state/m.room.create/')));
    expect(create).toMatchObject({ room_version: version });
    expect('creator' in create).toBe(version === '10');
    const levels = (await ok(alice.call('GET', in_(roomId, 'state/m.room.power_levels/')))) as { users: Record<string, number> };
    expect(levels.users).toEqual(version === '12' ? {} : { [alice.userId]: 100 });
    const target = await send(alice, roomId, 'gone soon');
    const redaction = await ok(alice.call('PUT', in_(roomId, `redact/${encoded(target)}/${unique()}`), {}));
    const event = (await readEvent(alice, roomId, String(redaction['event_id']))) as unknown as { redacts?: string; content: { redacts?: string } };
    expect([event.redacts, event.content.redacts]).toEqual([target, target]);
  });

  test('in version 12 a creator may not be listed in the power levels', async () => {
    const roomId = await makeRoom(alice, { room_version: '12' });
    const levels = await ok(alice.call('GET', in_(roomId, 'state/m.room.power_levels/')));
    const answer = await alice.call('PUT', in_(roomId, 'state/m.room.power_levels/'), { ...levels, users: { [alice.userId]: 100 } });
    expect(answer.status).toBe(400);
  });

  test('aliases: ours only for us, and only ours for us', async () => {
    const roomId = await makeRoom(alice);
    const alias = (localpart: string) => `/v3/directory/room/${encoded(`#${localpart}:${lab.homeserver.serverName}`)}`;
    const name = unique();
    expect(await alice.call('PUT', alias(`rc_${name}`), { room_id: roomId })).toMatchObject(refused(400, 'M_EXCLUSIVE'));
    expect(await lab.bot.call('PUT', alias(name), { room_id: roomId })).toMatchObject(refused(400, 'M_EXCLUSIVE'));
    expect(await lab.bot.call('POST', '/v3/createRoom', { room_alias_name: name })).toMatchObject(refused(400, 'M_EXCLUSIVE'));
    expect((await alice.call('PUT', alias(name), { room_id: roomId })).status).toBe(200);
    expect(await ok(ghost.call('GET', alias(name)))).toMatchObject({ room_id: roomId, servers: [lab.homeserver.serverName] });
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
    expect((await alice.call('GET', `/v3/directory/room/${encoded(`#rc_${unique()}:${lab.homeserver.serverName}`)}`)).status).toBe(404);
  });

  test('joining and leaving twice are done, a private room needs an invite', async () => {
    const roomId = await makeRoom(alice, { preset: 'private_chat' });
    expect(await ghost.call('POST', `/v3/join/${encoded(roomId)}`, {})).toMatchObject(refused(403, 'M_FORBIDDEN'));
    const invite = () => alice.call('POST', in_(roomId, 'invite'), { user_id: ghost.userId });
    expect((await invite()).status).toBe(200);
    expect((await invite()).status).toBe(200);
    await join(ghost, roomId);
    await join(ghost, roomId);
    expect(await invite()).toMatchObject(refused(403, 'M_FORBIDDEN'));
    expect(await memberships(alice, roomId)).toEqual({ [alice.userId]: 'join', [ghost.userId]: 'join' });
    const joined = (await ok(alice.call('GET', in_(roomId, 'joined_members')))) as { joined: Record<string, unknown> };
    expect(Object.keys(joined.joined).sort()).toEqual([alice.userId, ghost.userId].sort());
    expect((await ghost.call('POST', in_(roomId, 'leave'), {})).status).toBe(200);
    expect((await ghost.call('POST', in_(roomId, 'leave'), {})).status).toBe(200);
    expect(await ghost.call('PUT', in_(roomId, `send/m.room.message/${unique()}`), { body: 'x' })).toMatchObject(refused(403, 'M_FORBIDDEN'));
  });

  test('kick, ban and unban need power, and a ban keeps out', async () => {
    const roomId = await makeRoom(alice);
    const bob = await lab.person();
    await join(bob, roomId);
    await join(ghost, roomId);
    const act = (who: Caller, what: string, target: Caller) => who.call('POST', in_(roomId, what), { user_id: target.userId, reason: 'why not' });
    expect(await act(bob, 'kick', ghost)).toMatchObject(refused(403, 'M_FORBIDDEN'));
    expect(await act(bob, 'ban', alice)).toMatchObject(refused(403, 'M_FORBIDDEN'));
    expect((await act(alice, 'kick', ghost)).status).toBe(200);
    expect(await memberships(alice, roomId)).toMatchObject({ [ghost.userId]: 'leave' });
    expect(await act(alice, 'kick', ghost)).toMatchObject(refused(403, 'M_FORBIDDEN'));
    await join(ghost, roomId);
    expect((await act(alice, 'ban', ghost)).status).toBe(200);
    expect(await ghost.call('POST', `/v3/join/${encoded(roomId)}`, {})).toMatchObject(refused(403, 'M_BAD_STATE'));
    expect(await act(alice, 'invite', ghost)).toMatchObject(refused(403, 'M_BAD_STATE'));
    expect(await act(alice, 'kick', ghost)).toMatchObject(refused(403, 'M_BAD_STATE'));
    expect(await act(alice, 'unban', bob)).toMatchObject(refused(403, 'M_BAD_STATE'));
    expect((await act(alice, 'unban', ghost)).status).toBe(200);
    await join(ghost, roomId);
  });

  test('power levels guard state and themselves', async () => {
    const roomId = await makeRoom(alice);
    const bob = await lab.person();
    await join(bob, roomId);
    const set = (who: Caller, type: string, content: Record<string, unknown>) => who.call('PUT', in_(roomId, `state/${type}/`), content);
    expect(await set(bob, 'm.room.name', { name: 'mine' })).toMatchObject(refused(403, 'M_FORBIDDEN'));
    const levels = (await ok(alice.call('GET', in_(roomId, 'state/m.room.power_levels/')))) as { users: Record<string, number>; events: Record<string, number> };
    expect((await set(alice, 'm.room.power_levels', { ...levels, users: { ...levels.users, [bob.userId]: 50 } })).status).toBe(200);
    expect((await set(bob, 'm.room.name', { name: 'mine' })).status).toBe(200);
    expect(await set(bob, 'm.room.power_levels', { ...levels, users: { ...levels.users, [bob.userId]: 100 } })).toMatchObject(refused(403, 'M_FORBIDDEN'));
  });

  test('members of an allowed room may join a restricted one', async () => {
    const space = await makeRoom(alice);
    const roomId = await makeRoom(alice, {
      preset: 'private_chat',
      initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: space }] } }],
    });
    const bob = await lab.person();
    expect(await bob.call('POST', `/v3/join/${encoded(roomId)}`, {})).toMatchObject(refused(403, 'M_FORBIDDEN'));
    await join(bob, space);
    await join(bob, roomId);
  });

  test('strangers may not read a room, and who joined later reads what was shared', async () => {
    const roomId = await makeRoom(alice, { preset: 'private_chat' });
    const eventId = await send(alice, roomId, 'earlier');
    const bob = await lab.person();
    expect(await bob.call('GET', in_(roomId, 'messages'), undefined, { dir: 'b' })).toMatchObject(refused(403, 'M_FORBIDDEN'));
    expect((await bob.call('GET', in_(roomId, `event/${encoded(eventId)}`))).status).not.toBe(200);
    await ok(alice.call('POST', in_(roomId, 'invite'), { user_id: bob.userId }));
    await join(bob, roomId);
    expect((await readEvent(bob, roomId, eventId)).content['body']).toBe('earlier');
    const hidden = await makeRoom(alice, { initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'joined' } }] });
    const before = await send(alice, hidden, 'hidden');
    await join(bob, hidden);
    expect(await bob.call('GET', in_(hidden, `event/${encoded(before)}`))).toMatchObject(refused(404, 'M_NOT_FOUND'));
  });

  test('a changed name shows in the profile and in the rooms', async () => {
    const roomId = await makeRoom(alice);
    const bob = await lab.ghost();
    await join(bob, roomId);
    await ok(bob.call('PUT', `/v3/profile/${encoded(bob.userId)}/displayname`, { displayname: 'Bob B.' }));
    await ok(bob.call('PUT', `/v3/profile/${encoded(bob.userId)}/avatar_url`, { avatar_url: 'mxc://sandbox.test/abc' }));
    expect(await ok(alice.call('GET', `/v3/profile/${encoded(bob.userId)}`))).toMatchObject({ displayname: 'Bob B.', avatar_url: 'mxc://sandbox.test/abc' });
    await vi.waitFor(async () => {
      expect(await ok(alice.call('GET', in_(roomId, `state/m.room.member/${encoded(bob.userId)}`)))).toMatchObject({ displayname: 'Bob B.', avatar_url: 'mxc://sandbox.test/abc' });
    }, 10_000);
    expect((await alice.call('PUT', `/v3/profile/${encoded(bob.userId)}/displayname`, { displayname: 'no' })).status).toBeGreaterThanOrEqual(400);
  });

  test('published rooms are found in the directory', async () => {
    const name = `Searchable ${unique()}`;
    const roomId = await makeRoom(alice, { visibility: 'public', name });
    const found = (await ok(ghost.call('POST', '/v3/publicRooms', { limit: 5, filter: { generic_search_term: name } }))) as { chunk: { room_id: string; name: string; num_joined_members: number }[] };
    expect(found.chunk).toMatchObject([{ room_id: roomId, name, num_joined_members: 1 }]);
    await ok(alice.call('PUT', `/v3/directory/list/room/${encoded(roomId)}`, { visibility: 'private' }));
    expect(await ok(alice.call('GET', `/v3/directory/list/room/${encoded(roomId)}`))).toMatchObject({ visibility: 'private' });
  });

  test('the server says what it can', async () => {
    expect((await ok(lab.bot.call('GET', '/versions')))['versions']).toContain('v1.11');
    expect(await ok(lab.bot.call('GET', '/v3/capabilities'))).toMatchObject({ capabilities: { 'm.room_versions': { default: '11', available: { '10': 'stable', '12': 'stable' } } } });
  });
});
