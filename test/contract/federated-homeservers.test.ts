import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixRoomAlias, MatrixRoomId, MatrixUserId, ServerName } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { RunningHomeserver } from '../../src/sandbox/homeserver/types.ts';
import {
  type Bench,
  bodiesIn,
  edit,
  post,
  type RunningBridge,
  send,
  startBench,
  textsIn,
} from '../support/bridge-bench.ts';
import { eventually } from '../support/eventually.ts';
import { type HomeserverKind, homeservers } from '../support/homeservers.ts';

const SECOND = 'bbb.test';

async function personOn({ url, serverName, registerUser }: RunningHomeserver, localpart: string): Promise<MatrixApi> {
  const { userId, accessToken } = await registerUser(localpart);
  return createMatrixApi({
    baseUrl: url,
    accessToken: new Secret(accessToken),
    userId: userId as MatrixUserId,
    serverName: serverName as ServerName,
    clock: systemClock,
    log: () => {},
  });
}

describe.each(homeservers)('two $name homeservers that federate', ({ name, startFederated }) => {
  let second: RunningHomeserver;
  let bench: Bench;
  let bridge: RunningBridge;

  beforeAll(async () => {
    const first: HomeserverKind = {
      name,
      async start({ serverName = 'aaa.test', registrations = [] } = {}) {
        const [one, other] = await startFederated({ names: [serverName, SECOND], registrations });
        if (one === undefined || other === undefined) throw new Error('two names are two servers');
        second = other;
        return one;
      },
    };
    bench = await startBench({ homeserver: first });
    bridge = await bench.start();
  });
  afterAll(async () => {
    await second?.stop();
    await bench?.stop();
  });

  test('a person joins a room of the other server by its alias, and both read each other', async () => {
    const { serverName } = bench.homeserver;
    const hanna = await bench.matrixUser('hanna');
    const otto = await personOn(second, 'otto');
    const room = await hanna.createRoom({ aliasLocalpart: 'hello', preset: 'public_chat', visibility: 'public' });
    expect(await otto.join(`#hello:${serverName}` as MatrixRoomAlias)).toBe(room);
    await send(hanna, room, 'from the first');
    await eventually(async () => expect(await bodiesIn(otto, room)).toContain('from the first'));
    await send(otto, room, 'from the second');
    await eventually(async () => expect(await bodiesIn(hanna, room)).toEqual(['from the first', 'from the second']));
    expect(await hanna.joinedMembers(room)).toContain('@otto:bbb.test');
  });

  test('a person of the other server talks with Rocket.Chat through the bridge', async () => {
    onTestFailed(() => void process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`));
    const { serverName } = bench.homeserver;
    const bob = await bench.workspaceUser('bob', 'Bob Builder');
    const alice = await personOn(second, 'alice');
    const room = await bob.createRoom('c', 'meeting');
    const linked = await bridge.service.link({ room: 'meeting', matrixRoom: undefined });
    const portal = await alice.join(linked.room.matrixRoomId as MatrixRoomId, [serverName]);

    const said = await send(alice, portal, 'greetings from afar');
    await eventually(async () => expect(await textsIn(bob, room.id)).toEqual(['greetings from afar']));
    const { updated } = await bob.syncMessages(room.id, 0);
    const message = updated.find(({ msg }) => msg === 'greetings from afar');
    expect(message).toMatchObject({ u: { username: 'alice.bbb.test' } });

    await post(bob, room, 'welcome');
    await eventually(async () => expect(await bodiesIn(alice, portal)).toEqual(['greetings from afar', 'welcome']));
    const { events } = await alice.messages(portal, { dir: 'b', limit: 20 });
    expect(events.find(({ content }) => (content as { body?: string }).body === 'welcome')).toMatchObject({
      sender: `@rc_bob:${serverName}`,
    });
    expect(await alice.profile(`@rc_bob:${serverName}` as MatrixUserId)).toMatchObject({ displayName: 'Bob Builder' });

    await edit(alice, portal, said, 'greetings from far away');
    await eventually(async () => expect(await textsIn(bob, room.id)).toEqual(['greetings from far away', 'welcome']));
    await alice.redact(portal, said, 'take-back');
    await eventually(async () => expect(await textsIn(bob, room.id)).toEqual(['welcome']));
  });
});
