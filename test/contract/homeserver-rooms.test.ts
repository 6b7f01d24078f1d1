import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Caller,
  encoded,
  join,
  type Lab,
  makeRoom,
  ok,
  openLab,
  readEvent,
  send,
  unique,
} from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('rooms on the $name homeserver', (kind) => {
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
    const { chunk } = (await ok(who.call('GET', in_(roomId, 'members')))) as {
      chunk: { state_key: string; content: { membership: string } }[];
    };
    return Object.fromEntries(chunk.map((event) => [event.state_key, event.content.membership]));
  };

  test('a room has the state that was asked for', async () => {
    const alias = `rc_${unique()}`;
    const roomId = await makeRoom(lab.bot, {
      room_alias_name: alias,
      name: 'General',
      topic: 'All of it',
      initial_state: [{ type: 'org.example.link', state_key: 'k', content: { a: 1 } }],
      power_level_content_override: { users: { [lab.bot.userId]: 100, [ghost.userId]: 50 }, invite: 25 },
    });
    const state = (await ok(lab.bot.call('GET', in_(roomId, 'state')))) as unknown as {
      type: string;
      state_key: string;
      content: Record<string, unknown>;
    }[];
    const content = (type: string) => state.find((event) => event.type === type)?.content;
    expect(content('m.room.name')).toEqual({ name: 'General' });
    expect(content('m.room.topic')).toMatchObject({ topic: 'All of it' });
    expect(content('m.room.join_rules')).toEqual({ join_rule: 'public' });
    expect(content('m.room.history_visibility')).toEqual({ history_visibility: 'shared' });
    expect(content('org.example.link')).toEqual({ a: 1 });
    expect(content('m.room.power_levels')).toMatchObject({
      users: { [ghost.userId]: 50 },
      invite: 25,
      ban: 50,
      state_default: 50,
    });
    expect(content('m.room.canonical_alias')).toEqual({ alias: `#${alias}:${lab.homeserver.serverName}` });
    const again = await lab.bot.call('POST', '/v3/createRoom', { room_alias_name: alias });
    expect(again).toMatchObject(refused(400, 'M_ROOM_IN_USE'));
  });

  test('first events of a room come in one order everywhere', async () => {
    const roomId = await makeRoom(lab.bot, {
      name: 'n',
      topic: 't',
      invite: [ghost.userId],
      preset: 'private_chat',
      room_alias_name: `rc_${unique()}`,
      initial_state: [{ type: 'org.example.x', content: {} }],
    });
    const { chunk } = (await ok(
      lab.bot.call('GET', in_(roomId, 'messages'), undefined, { dir: 'f', limit: '50' }),
    )) as { chunk: { type: string }[] };
    expect(chunk.map((event) => event.type)).toEqual([
      'm.room.create',
      'm.room.member',
      'm.room.power_levels',
      'm.room.canonical_alias',
      'm.room.join_rules',
      'm.room.history_visibility',
      'm.room.guest_access',
      'org.example.x',
      'm.room.name',
      'm.room.topic',
      'm.room.member',
    ]);
  });

  test.each(['10', '11', '12'])(
    'version %s: room id, creator and redaction look as that version says',
    async (version) => {
      const roomId = await makeRoom(alice, { room_version: version });
      expect(roomId.includes(':')).toBe(version !== '12');
      const create = await ok(alice.call('GET', in_(roomId, 'state/m.room.create/')));
      expect(create).toMatchObject({ room_version: version });
      expect('creator' in create).toBe(version === '10');
      const levels = (await ok(alice.call('GET', in_(roomId, 'state/m.room.power_levels/')))) as {
        users: Record<string, number>;
      };
      expect(levels.users).toEqual(version === '12' ? {} : { [alice.userId]: 100 });
      const target = await send(alice, roomId, 'gone soon');
      const redaction = await ok(alice.call('PUT', in_(roomId, `redact/${encoded(target)}/${unique()}`), {}));
      const event = (await readEvent(alice, roomId, String(redaction['event_id']))) as unknown as {
        redacts?: string;
        content: { redacts?: string };
      };
      expect([event.redacts, event.content.redacts]).toEqual([target, target]);
    },
  );

  test('in version 12 a creator may not be listed in the power levels', async () => {
    const roomId = await makeRoom(alice, { room_version: '12' });
    const levels = await ok(alice.call('GET', in_(roomId, 'state/m.room.power_levels/')));
    const answer = await alice.call('PUT', in_(roomId, 'state/m.room.power_levels/'), {
      ...levels,
      users: { [alice.userId]: 100 },
    });
    expect(answer.status).toBe(400);
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
    expect(new Set(Object.keys(joined.joined))).toEqual(new Set([alice.userId, ghost.userId]));
    expect((await ghost.call('POST', in_(roomId, 'leave'), {})).status).toBe(200);
    expect((await ghost.call('POST', in_(roomId, 'leave'), {})).status).toBe(200);
    expect(await ghost.call('PUT', in_(roomId, `send/m.room.message/${unique()}`), { body: 'x' })).toMatchObject(
      refused(403, 'M_FORBIDDEN'),
    );
  });

  test('kick, ban and unban need power, and a ban keeps out', async () => {
    const roomId = await makeRoom(alice);
    const bob = await lab.person();
    await join(bob, roomId);
    await join(ghost, roomId);
    const act = (who: Caller, what: string, target: Caller) =>
      who.call('POST', in_(roomId, what), { user_id: target.userId, reason: 'why not' });
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
    const set = (who: Caller, type: string, content: Record<string, unknown>) =>
      who.call('PUT', in_(roomId, `state/${type}/`), content);
    expect(await set(bob, 'm.room.name', { name: 'mine' })).toMatchObject(refused(403, 'M_FORBIDDEN'));
    const levels = (await ok(alice.call('GET', in_(roomId, 'state/m.room.power_levels/')))) as {
      users: Record<string, number>;
      events: Record<string, number>;
    };
    expect(
      (await set(alice, 'm.room.power_levels', { ...levels, users: { ...levels.users, [bob.userId]: 50 } })).status,
    ).toBe(200);
    expect((await set(bob, 'm.room.name', { name: 'mine' })).status).toBe(200);
    expect(
      await set(bob, 'm.room.power_levels', { ...levels, users: { ...levels.users, [bob.userId]: 100 } }),
    ).toMatchObject(refused(403, 'M_FORBIDDEN'));
  });

  test('members of an allowed room may join a restricted one', async () => {
    const space = await makeRoom(alice);
    const roomId = await makeRoom(alice, {
      preset: 'private_chat',
      initial_state: [
        {
          type: 'm.room.join_rules',
          state_key: '',
          content: { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: space }] },
        },
      ],
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
    expect(await bob.call('GET', in_(roomId, 'messages'), undefined, { dir: 'b' })).toMatchObject(
      refused(403, 'M_FORBIDDEN'),
    );
    expect((await bob.call('GET', in_(roomId, `event/${encoded(eventId)}`))).status).not.toBe(200);
    await ok(alice.call('POST', in_(roomId, 'invite'), { user_id: bob.userId }));
    await join(bob, roomId);
    expect((await readEvent(bob, roomId, eventId)).content['body']).toBe('earlier');
    const hidden = await makeRoom(alice, {
      initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'joined' } }],
    });
    const before = await send(alice, hidden, 'hidden');
    await join(bob, hidden);
    expect(await bob.call('GET', in_(hidden, `event/${encoded(before)}`))).toMatchObject(refused(404, 'M_NOT_FOUND'));
  });

  test('published rooms are found in the directory', async () => {
    const name = `Searchable ${unique()}`;
    const roomId = await makeRoom(alice, { visibility: 'public', name });
    const found = (await ok(
      ghost.call('POST', '/v3/publicRooms', { limit: 5, filter: { generic_search_term: name } }),
    )) as { chunk: { room_id: string; name: string; num_joined_members: number }[] };
    expect(found.chunk).toMatchObject([{ room_id: roomId, name, num_joined_members: 1 }]);
    await ok(alice.call('PUT', `/v3/directory/list/room/${encoded(roomId)}`, { visibility: 'private' }));
    expect(await ok(alice.call('GET', `/v3/directory/list/room/${encoded(roomId)}`))).toMatchObject({
      visibility: 'private',
    });
  });
});
