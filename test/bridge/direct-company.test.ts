import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MatrixRoomId, MatrixUserId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { type Bench, type RunningBridge, bodiesIn, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import { allIsWell, askHomeserver } from '../support/bridge-scene.ts';
import {
  acceptDirect,
  directRoomOf,
  invitesOf,
  makePuppet,
  newDirect,
  newStrangers,
  startOnMatrix,
} from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

describe.each(finerHomeservers)('who is in a direct message, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const isThere = async (person: MatrixApi, roomId: MatrixRoomId, who: MatrixUserId): Promise<boolean> =>
    (await person.joinedMembers(roomId)).includes(who);
  const notices = (person: MatrixApi, roomId: MatrixRoomId, about: string): Promise<string[]> =>
    eventually(async () => {
      const found = (await bodiesIn(person, roomId)).filter((body) => body.includes(about));
      expect(found).not.toEqual([]);
      return found;
    });

  test('several people of both sides, begun on Matrix', async () => {
    const [one, two] = [await newStrangers(bench), await newStrangers(bench)];
    const matrixRoom = await startOnMatrix(one.alice, [one.ghost, two.ghost, two.alice.userId]);
    const room = await directRoomOf(one.bob, [one.bobName, two.bobName, one.puppet, two.puppet]);
    await two.alice.join(matrixRoom);
    await eventually(async () => expect(await one.alice.joinedMembers(matrixRoom)).toHaveLength(4));
    await send(two.alice, matrixRoom, 'from the second on Matrix');
    await eventually(async () => expect(await textsIn(two.bob, room.id)).toEqual(['from the second on Matrix']));
    await post(two.bob, room, 'from the second in Rocket.Chat');
    await eventually(async () =>
      expect(await bodiesIn(one.alice, matrixRoom)).toEqual([
        'from the second on Matrix',
        'from the second in Rocket.Chat',
      ]),
    );
  });

  test('several people of both sides, begun in Rocket.Chat', async () => {
    const [one, two] = [await newStrangers(bench), await newStrangers(bench)];
    await makePuppet(bench, running, one);
    await makePuppet(bench, running, two);
    const { id } = await one.bob.openDirect([two.bobName, one.puppet, two.puppet]);
    await post(one.bob, { id }, 'all of you');
    const matrixRoom = await acceptDirect(bench, one.alice);
    expect(await acceptDirect(bench, two.alice)).toBe(matrixRoom);
    await eventually(async () =>
      expect((await one.alice.joinedMembers(matrixRoom)).toSorted()).toEqual(
        [one.alice.userId, two.alice.userId, one.ghost, two.ghost].toSorted(),
      ),
    );
    await eventually(async () => expect(await bodiesIn(two.alice, matrixRoom)).toEqual(['all of you']));
    await post(two.bob, { id }, 'me too');
    await eventually(async () => expect(await bodiesIn(two.alice, matrixRoom)).toEqual(['all of you', 'me too']));
    await send(two.alice, matrixRoom, 'hello all');
    await eventually(async () => expect(await textsIn(one.bob, id)).toEqual(['all of you', 'me too', 'hello all']));
  });

  test('a room with encryption is refused, and the reason said', async () => {
    const { alice, bob, ghost } = await newStrangers(bench);
    const matrixRoom = await alice.createRoom({
      preset: 'private_chat',
      visibility: 'private',
      isDirect: true,
      invite: [ghost],
      initialState: [{ type: 'm.room.encryption', stateKey: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    });
    expect(await notices(alice, matrixRoom, 'encrypted')).toHaveLength(1);
    await eventually(async () => expect(await isThere(alice, matrixRoom, ghost)).toBe(false));
    expect((await bob.changedRooms(1)).updated.filter(({ type }) => type === 'd')).toEqual([]);
  });

  test('a room for more people than a direct message holds is refused, and the reason said', async () => {
    const { alice, ghost } = await newStrangers(bench);
    const others = Array.from({ length: 7 }, (_, n) => `@guest${n}:${bench.homeserver.serverName}` as MatrixUserId);
    const matrixRoom = await startOnMatrix(alice, [...others, ghost]);
    await notices(alice, matrixRoom, 'at most 8 people');
  });

  test('nobody is there whom nobody knows, and the bot waits for its room to be linked', async () => {
    const { alice } = await newStrangers(bench);
    const { serverName } = bench.homeserver;
    const unknown = `@rc_nobody_of_that_name:${serverName}` as MatrixUserId;
    const bot = running.connected.parts.identity.matrixBot;
    const matrixRoom = await startOnMatrix(alice, [unknown, bot]);
    await eventually(async () => {
      const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 50 });
      const invite = events.find((event) => event['state_key'] === unknown);
      const { steps } = await running.service.trace({ ref: String(invite?.['event_id']) });
      expect(steps).toMatchObject([{ outcome: 'nobody of that name in Rocket.Chat' }]);
    });
    expect(await alice.state(matrixRoom, 'm.room.member', bot)).toMatchObject({ membership: 'invite' });
  });

  test('an administrator ends one, and it begins anew when somebody writes', async () => {
    const scene = await newDirect(bench);
    const { alice, bob, room, matrixRoom, ghost } = scene;
    await running.service.unlink({ room: matrixRoom });
    expect(await isThere(alice, matrixRoom, ghost)).toBe(false);
    await post(bob, room, 'hello again');
    const again = await acceptDirect(bench, alice);
    expect(again).not.toBe(matrixRoom);
    await eventually(async () => expect(await bodiesIn(alice, again)).toEqual(['hello again']));
  });

  test('somebody who leaves on Matrix is invited again by the next message', async () => {
    const { alice, bob, room, matrixRoom } = await newDirect(bench);
    await alice.leave(matrixRoom);
    await eventually(async () => expect((await textsIn(bob, room.id)).at(-1)).toContain('left this conversation'));
    await eventually(async () =>
      expect(await running.service.rooms()).not.toContainEqual(expect.objectContaining({ roomId: room.id })),
    );
    await post(bob, room, 'come back');
    const again = await acceptDirect(bench, alice);
    expect(again).not.toBe(matrixRoom);
    await eventually(async () => expect(await bodiesIn(alice, again)).toEqual(['come back']));
  });

  test('somebody who turns an invitation down is not written to unheard', async () => {
    const strangers = await newStrangers(bench);
    await makePuppet(bench, running, strangers);
    const { alice, bob, puppet } = strangers;
    const { id } = await bob.openDirect([puppet]);
    await post(bob, { id }, 'hello');
    const [invite] = await eventually(async () => {
      const invites = await invitesOf(bench, alice);
      expect(invites).toHaveLength(1);
      return invites;
    });
    if (invite === undefined) throw new Error('alice is not invited');
    await alice.leave(invite.roomId);
    await eventually(async () => expect((await textsIn(bob, id)).at(-1)).toContain('left this conversation'));
  });

  test('somebody whose name is asked for exists before they ever spoke', async () => {
    const { alice, ghost } = await newStrangers(bench);
    await eventually(async () => {
      const answer = await fetch(`${running.bridge.url}/_matrix/app/v1/users/${encodeURIComponent(ghost)}`, {
        headers: { authorization: `Bearer ${bench.registration.hsToken.reveal()}` },
      });
      expect(answer.status).toBe(200);
    });
    await eventually(async () => expect(await alice.profile(ghost)).toMatchObject({ displayName: expect.any(String) }));
    await expect(
      askHomeserver(bench, bench.matrixToken(alice), `profile/${ghost}x`, undefined, 'GET'),
    ).rejects.toThrow();
  });

  test('what people of the workspace say among themselves concerns nobody', async () => {
    const [one, two] = [await newStrangers(bench), await newStrangers(bench)];
    await makePuppet(bench, running, one);
    const { id } = await one.bob.openDirect([two.bobName]);
    await post(one.bob, { id }, 'between us');
    const { id: own } = await one.bob.openDirect([one.puppet]);
    await post(one.bob, { id: own }, 'to alice');
    await acceptDirect(bench, one.alice);
    expect((await running.service.rooms()).map(({ roomId }) => roomId)).not.toContain(id);
  });
});

describe.each(finerHomeservers)('direct messages without accounts for people from Matrix, on $name', (homeserver) => {
  test('are refused, and the reason said', async () => {
    const bench = await startBench({ homeserver, identity: 'alias' });
    try {
      await bench.start();
      const { alice, ghost } = await newStrangers(bench);
      const matrixRoom = await startOnMatrix(alice, [ghost]);
      await eventually(async () =>
        expect((await bodiesIn(alice, matrixRoom)).join()).toContain('no accounts of their own'),
      );
    } finally {
      await bench.stop();
    }
  });
});
