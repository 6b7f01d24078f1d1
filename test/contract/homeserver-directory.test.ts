import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixRoomId, MatrixUserId, ServerName } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { RunningHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('the room directory, on $name', (homeserver) => {
  let server: RunningHomeserver;
  let api: MatrixApi;
  const made = new Map<MatrixRoomId, string>();

  beforeAll(async () => {
    server = await homeserver.start();
    const { userId, accessToken } = await server.registerUser('librarian');
    api = await createMatrixApi({
      baseUrl: server.url,
      accessToken: new Secret(accessToken),
      userId: userId as MatrixUserId,
      serverName: server.serverName as ServerName,
      clock: systemClock,
      log: () => {},
    });
    for (let n = 0; n < 7; n += 1) {
      const name = `Reading room ${n}`;
      const id = await api.createRoom({
        name,
        topic: n === 3 ? 'maps' : 'books',
        preset: 'public_chat',
        visibility: 'public',
      });
      made.set(id, name);
    }
    await api.createRoom({ name: 'Cellar', preset: 'public_chat', visibility: 'private' });
  });
  afterAll(() => server.stop());

  test('has the public rooms, and only them, nothing twice over its pages', async () => {
    const found: { id: MatrixRoomId; name: string | undefined }[] = [];
    let since: string | undefined;
    do {
      const page = await api.publicRooms({ limit: 3, since });
      expect(page.rooms.length).toBeLessThanOrEqual(3);
      found.push(...page.rooms);
      since = page.next;
    } while (since !== undefined);
    expect(new Map(found.map(({ id, name }) => [id, name]))).toEqual(made);
    expect(found).toHaveLength(made.size);
  });

  test('finds by a word of the name or the topic', async () => {
    const { rooms } = await api.publicRooms({ limit: 10, term: 'MAPS' });
    expect(rooms).toMatchObject([
      { name: 'Reading room 3', topic: 'maps', members: 1, joinRule: 'public', isSpace: false, alias: undefined },
    ]);
    expect((await api.publicRooms({ limit: 10, term: 'nowhere' })).rooms).toEqual([]);
  });

  test('its own name as the server means itself', async () => {
    const { rooms } = await api.publicRooms({ limit: 10, server: server.serverName as ServerName });
    expect(rooms).toHaveLength(made.size);
  });

  test('a room tells what it is to who may join it, and no more', async () => {
    const [[id] = []] = made;
    expect(await api.roomSummary(id as MatrixRoomId)).toMatchObject({
      name: 'Reading room 0',
      topic: 'books',
      members: 1,
      joinRule: 'public',
      isSpace: false,
      isEncrypted: false,
      membership: 'join',
    });
    const other = await server.registerUser('stranger');
    const hidden = await fetch(`${server.url}/_matrix/client/v3/createRoom`, {
      method: 'POST',
      headers: { authorization: `Bearer ${other.accessToken}` },
      body: JSON.stringify({ name: 'Attic', preset: 'private_chat' }),
    });
    const { room_id: attic } = (await hidden.json()) as { room_id: MatrixRoomId };
    expect(await api.roomSummary(attic)).toBeUndefined();
    expect(await api.roomSummary('!nowhere:elsewhere.invalid' as MatrixRoomId)).toBeUndefined();
  });

  test('a server that does not answer is told from a homeserver that fails', async () => {
    const asked = api.publicRooms({ limit: 10, server: 'nowhere.invalid' as ServerName });
    await expect(asked).rejects.toMatchObject({ status: 502, code: 'M_UNKNOWN', answer: 'Failed to fetch room list' });
  });
});
