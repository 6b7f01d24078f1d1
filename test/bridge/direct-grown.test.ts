import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EventId, MatrixRoomId, MatrixUserId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import {
  type Bench,
  type RunningBridge,
  bodiesIn,
  edit,
  post,
  send,
  startBench,
  textsIn,
} from '../support/bridge-bench.ts';
import { aliceReads, allIsWell, bobReads, messageInWorkspace } from '../support/bridge-scene.ts';
import { acceptDirect, directRoomOf, newDirect, newStrangers, startOnMatrix } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

describe.each(finerHomeservers)('direct messages that go on in another room, on $name', (homeserver) => {
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
  const eventsOf = async (person: MatrixApi, roomId: MatrixRoomId): Promise<{ id: string; body: unknown }[]> => {
    const { events } = await person.messages(roomId, { dir: 'b', limit: 50 });
    return events.map((event) => ({
      id: String(event['event_id']),
      body: (event['content'] as Record<string, unknown>)['body'],
    }));
  };
  const joinedHere = (ghost: MatrixUserId): Promise<readonly MatrixRoomId[]> =>
    running.connected.parts.homeserver.as(ghost).joinedRooms();
  const notices = (person: MatrixApi, roomId: MatrixRoomId, about: string): Promise<string[]> =>
    eventually(async () => {
      const found = (await bodiesIn(person, roomId)).filter((body) => body.includes(about));
      expect(found).not.toEqual([]);
      return found;
    });

  /** What is reacted to. */
  const reactionsIn = async (person: MatrixApi, roomId: MatrixRoomId): Promise<unknown[]> => {
    const { events } = await person.messages(roomId, { dir: 'b', limit: 50 });
    return events.flatMap(({ type, content }) => {
      const relation = (content as Record<string, { readonly event_id?: unknown } | undefined>)['m.relates_to'];
      return type === 'm.reaction' && relation !== undefined ? [relation.event_id] : [];
    });
  };

  test('a third person from the workspace: it goes on in a new one with everybody', async () => {
    const scene = await newDirect(bench);
    const { alice, bob, matrixRoom, puppet } = scene;
    const bobName = (await bob.me()).username;
    const third = await newStrangers(bench);
    await alice.invite(matrixRoom, third.ghost);
    const group = await directRoomOf(third.bob, [bobName, third.bobName, puppet]);
    expect(await notices(alice, matrixRoom, third.ghost)).toHaveLength(1);
    await eventually(async () => expect((await textsIn(bob, scene.room.id)).at(-1)).toContain(third.bobName));
    await send(alice, matrixRoom, 'all three of us');
    await eventually(async () => expect(await textsIn(third.bob, group.id)).toEqual(['all three of us']));
    await post(third.bob, group, 'welcome me');
    await eventually(async () => expect((await bodiesIn(alice, matrixRoom)).at(-1)).toBe('welcome me'));
    // What was said between the two stays theirs, and can still be mended.
    const before = (await eventsOf(alice, matrixRoom)).find(({ body }) => body === 'hi');
    await edit(alice, matrixRoom, before?.id as EventId, 'hi there');
    await eventually(async () => expect((await textsIn(bob, scene.room.id))[0]).toBe('hi there'));
    expect((await textsIn(bob, group.id)).join()).not.toContain('hi there');
    // The one before is for its members alone.
    await post(bob, scene.room, 'just you and me');
    const own = await acceptDirect(bench, alice);
    expect(own).not.toBe(matrixRoom);
    await eventually(async () => expect(await bodiesIn(alice, own)).toEqual(['just you and me']));
    expect((await bodiesIn(alice, matrixRoom)).join()).not.toContain('just you and me');
    // So is what is changed there now; what is deleted goes everywhere.
    const { _id: hello } = await messageInWorkspace(scene, 'hello');
    await bob.updateMessage(scene.room.id, hello, 'hello you two');
    await post(bob, scene.room, 'as I said');
    await eventually(async () => expect((await bodiesIn(alice, own)).at(-1)).toBe('as I said'));
    expect(await bodiesIn(alice, matrixRoom)).toContain('hello');
    await bob.deleteMessage(scene.room.id, hello);
    await eventually(async () => expect((await bodiesIn(alice, matrixRoom)).join()).not.toContain('hello'));
    await allIsWell(running);
  });

  test('a third person from Matrix: it goes on in a new one with everybody', async () => {
    const scene = await newDirect(bench);
    const { alice, bob, matrixRoom, puppet } = scene;
    const bobName = (await bob.me()).username;
    const third = await newStrangers(bench);
    await alice.invite(matrixRoom, third.alice.userId);
    // Before anybody else knows that they are coming.
    await third.alice.join(matrixRoom);
    await send(third.alice, matrixRoom, 'can you hear me?');
    const group = await directRoomOf(bob, [bobName, puppet, third.puppet]);
    await eventually(async () => expect(await textsIn(bob, group.id)).toEqual(['can you hear me?']));
    await post(bob, group, 'loud and clear');
    await eventually(async () => expect((await bodiesIn(third.alice, matrixRoom)).at(-1)).toBe('loud and clear'));
    await allIsWell(running);
  });

  test('more than a direct message holds can not be brought in, which is said on both sides', async () => {
    const { alice, bob, room, matrixRoom } = await newDirect(bench);
    const guests = Array.from({ length: 6 }, (_, n) => `@late${n}:${bench.homeserver.serverName}` as MatrixUserId);
    const third = await newStrangers(bench);
    for (const guest of guests) await alice.invite(matrixRoom, guest);
    await eventually(async () =>
      expect(await running.service.rooms()).toContainEqual(
        expect.objectContaining({ matrixRoomId: matrixRoom, room: expect.stringContaining('late5') }),
      ),
    );
    await alice.invite(matrixRoom, third.ghost);
    await notices(alice, matrixRoom, 'at most 8 people');
    await eventually(async () => expect(await isThere(alice, matrixRoom, third.ghost)).toBe(false));
    await eventually(async () => {
      const seen = (await bob.changedRooms(1)).updated.filter(({ type }) => type === 'd');
      const said = await Promise.all(seen.map(async ({ id }) => (await textsIn(bob, id)).join()));
      expect(said.join()).toContain('at most 8 people');
    });
    expect((await textsIn(bob, room.id)).join()).not.toContain('at most 8 people');
  });

  test('the same two people again: the newer room goes on, the older is still read', async () => {
    const scene = await newDirect(bench);
    const { alice, bob, ghost, room, matrixRoom: older } = scene;
    const before = await post(bob, room, 'in the older one');
    const secret = await post(bob, room, 'a secret');
    await aliceReads(scene, ['in the older one', 'a secret']);
    const newer = await startOnMatrix(alice, [ghost]);
    await send(alice, newer, 'here now');
    await bobReads(scene, ['in the older one', 'a secret', 'here now']);
    await post(bob, room, 'I see');
    await eventually(async () => expect(await bodiesIn(alice, newer)).toEqual(['here now', 'I see']));
    expect(await notices(alice, older, 'goes on in a newer room')).toHaveLength(1);
    const late = await send(alice, older, 'still here');
    await bobReads(scene, ['in the older one', 'a secret', 'here now', 'I see', 'still here']);
    await edit(alice, older, late, 'still there');
    await bobReads(scene, ['in the older one', 'a secret', 'here now', 'I see', 'still there']);
    // What is in the older room changes there; answers come into the newer one, with what they answer.
    const { _id: answered } = await messageInWorkspace(scene, 'still there');
    await bob.updateMessage(room.id, before, 'changed');
    await bob.deleteMessage(room.id, secret);
    await bob.react(answered, ':heart:', true);
    await eventually(async () => {
      const bodies = await bodiesIn(alice, older);
      expect(bodies).toContain('changed');
      expect(bodies).not.toContain('a secret');
    });
    await eventually(async () => expect(await reactionsIn(alice, older)).toEqual([late]));
    await bob.react(answered, ':heart:', false);
    await eventually(async () => expect(await reactionsIn(alice, older)).toEqual([]));
    const link = `[ ](${bench.workspace.url}/direct/${room.id}?msg=${before})`;
    await post(bob, room, `${link} after that`);
    const quoting = expect.stringMatching(/changed[^]*after that/);
    await eventually(async () => expect(await bodiesIn(alice, newer)).toEqual(['here now', 'I see', quoting]));
    // A restart knows it too.
    await running.stop();
    running = await bench.start();
    await send(alice, older, 'and again');
    await eventually(async () => expect((await textsIn(bob, room.id)).at(-1)).toBe('and again'));
    await alice.leave(older);
    await eventually(async () => expect(await joinedHere(ghost)).not.toContain(older));
    // Nobody is brought back there for a change.
    await bob.updateMessage(room.id, before, 'too late');
    await eventually(async () => {
      const rows = await running.connected.parts.store.inbox.byRef(before);
      expect(rows.map(({ outcome }) => outcome)).toContain('of an older room that our side has left');
    });
    await bob.deleteMessage(room.id, before);
    await allIsWell(running);
  });

  test.each(['open:claimed', 'open:ready'] as const)(
    'it goes on with everybody once, though the bridge is killed at %s',
    async (moment) => {
      const { alice, bob, matrixRoom, puppet } = await newDirect(bench);
      const bobName = (await bob.me()).username;
      const third = await newStrangers(bench);
      await running.stop();
      const { died } = await bench.startDying(moment);
      await alice.invite(matrixRoom, third.alice.userId);
      await died;
      running = await bench.start();
      const group = await directRoomOf(bob, [bobName, puppet, third.puppet], 60_000);
      await third.alice.join(matrixRoom);
      await eventually(
        async () =>
          expect(await running.service.rooms()).toContainEqual(
            expect.objectContaining({ roomId: group.id, matrixRoomId: matrixRoom, state: 'active' }),
          ),
        60_000,
      );
      await send(third.alice, matrixRoom, 'here too');
      await eventually(async () => expect(await textsIn(bob, group.id)).toEqual(['here too']), 60_000);
      expect(await notices(alice, matrixRoom, third.alice.userId)).toHaveLength(1);
    },
  );
});
