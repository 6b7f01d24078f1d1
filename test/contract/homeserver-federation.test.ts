// What the sandbox's homeservers do with each other, held against two Synapses that federate.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { eventually } from '../support/eventually.ts';
import { encoded, ok, unique, type Answered } from '../support/homeserver-lab.ts';
import { finerHomeservers } from '../support/homeservers.ts';

interface Person {
  readonly userId: string;
  call(method: string, path: string, body?: unknown): Promise<Answered>;
}

async function personOn({ url, registerUser }: RunningHomeserver): Promise<Person> {
  const { userId, accessToken } = await registerUser(`person-${unique()}`);
  return {
    userId,
    async call(method, path, body) {
      const answer = await fetch(`${url}/_matrix/client${path}`, {
        method,
        headers: { Authorization: `Bearer ${accessToken}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
  };
}

const room = (roomId: string, path: string): string => `/v3/rooms/${encoded(roomId)}/${path}`;
const say = (who: Person, roomId: string, body: string) =>
  ok(who.call('PUT', room(roomId, `send/m.room.message/${unique()}`), { msgtype: 'm.text', body }));

async function bodies(who: Person, roomId: string): Promise<unknown[]> {
  const { chunk } = await ok(who.call('GET', room(roomId, 'messages?dir=b&limit=50')));
  const events = chunk as { type: string; content: { body?: string } }[];
  return events.flatMap(({ type, content }) => (type === 'm.room.message' ? [content.body] : [])).toReversed();
}

describe.each(finerHomeservers)('two $name homeservers and people on both', ({ startFederated }) => {
  let servers: readonly RunningHomeserver[];
  let hanna: Person;
  let otto: Person;
  let name: string;

  beforeAll(async () => {
    servers = await startFederated({ names: ['first.test', 'second.test'] });
    const [first, second] = servers;
    if (first === undefined || second === undefined) throw new Error('two names are two servers');
    [hanna, otto] = [await personOn(first), await personOn(second)];
    name = second.serverName;
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  const privateRoom = async (): Promise<string> =>
    String(
      (await ok(hanna.call('POST', '/v3/createRoom', { preset: 'private_chat', invite: [otto.userId] })))['room_id'],
    );
  const membershipOf = async (who: Person, roomId: string, userId: string): Promise<unknown> =>
    (await who.call('GET', room(roomId, `state/m.room.member/${encoded(userId)}`))).body['membership'];

  test('somebody invited joins by the id alone, and is put out for both', async () => {
    const roomId = await privateRoom();
    await ok(otto.call('POST', `/v3/join/${encoded(roomId)}`, {}));
    await say(hanna, roomId, 'welcome');
    await eventually(async () => expect(await bodies(otto, roomId)).toEqual(['welcome']));
    await ok(hanna.call('POST', room(roomId, 'kick'), { user_id: otto.userId }));
    await eventually(async () => {
      const { joined_rooms: joined } = await ok(otto.call('GET', '/v3/joined_rooms'));
      expect(joined).not.toContain(roomId);
    });
  });

  test('an invitation that is turned down is told to who invited', async () => {
    const roomId = await privateRoom();
    await ok(otto.call('POST', room(roomId, 'leave'), {}));
    await eventually(async () => expect(await membershipOf(hanna, roomId, otto.userId)).toBe('leave'));
  });

  test('without an invitation or a server that is in it, nobody finds a room by its id', async () => {
    const { room_id: roomId } = await ok(hanna.call('POST', '/v3/createRoom', { preset: 'public_chat' }));
    const answered = await otto.call('POST', `/v3/join/${encoded(String(roomId))}`, {});
    expect(answered.status).toBe(404);
    await ok(otto.call('POST', `/v3/join/${encoded(String(roomId))}?via=first.test`, {}));
  });

  test("a room's access list keeps a server's messages out, and lets them in again", async () => {
    const roomId = await privateRoom();
    await ok(otto.call('POST', `/v3/join/${encoded(roomId)}`, {}));
    const acl = (deny: readonly string[]) =>
      ok(hanna.call('PUT', room(roomId, 'state/m.room.server_acl/'), { allow: ['*'], deny, allow_ip_literals: true }));
    await acl([name]);
    await say(otto, roomId, 'unheard');
    await say(hanna, roomId, 'silence');
    await eventually(async () => expect(await bodies(otto, roomId)).toContain('silence'));
    expect(await bodies(hanna, roomId)).toEqual(['silence']);
    await acl([]);
    await eventually(async () => {
      await say(otto, roomId, 'heard');
      expect(await bodies(hanna, roomId)).toContain('heard');
    });
  });

  test('profiles and the room directory are those of the other server', async () => {
    await ok(hanna.call('PUT', `/v3/profile/${encoded(hanna.userId)}/displayname`, { displayname: 'Hanna' }));
    expect(await ok(otto.call('GET', `/v3/profile/${encoded(hanna.userId)}`))).toMatchObject({ displayname: 'Hanna' });
    const topic = unique();
    await ok(hanna.call('POST', '/v3/createRoom', { preset: 'public_chat', visibility: 'public', topic }));
    const found = await ok(
      otto.call('POST', '/v3/publicRooms?server=first.test', { filter: { generic_search_term: topic } }),
    );
    expect(found['chunk']).toMatchObject([{ topic }]);
  });

  test('a server that does not exist is said not to answer', async () => {
    const answered = await otto.call('GET', `/v3/directory/room/${encoded('#any:nowhere.test')}`);
    expect(answered.status).toBe(502);
  });
});
