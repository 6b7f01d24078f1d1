import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/lib/bridge/parts.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { type Bench, bodiesIn, edit, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import { aliceReads, allIsWell, bobReads } from '../support/bridge-scene.ts';
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

const moments: readonly Checkpoint[] = ['open:claimed', 'open:room-made', 'open:ready', 'catch-up:half'];

describe.each(finerHomeservers)('what happens to direct messages when something fails, on $name', (homeserver) => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await startBench({ homeserver });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    await bench.stop();
  });

  test('they are begun, changed and go on while the bridge is down', async () => {
    const first = await bench.start();
    const known = await newDirect(bench);
    const one = await send(known.alice, known.matrixRoom, 'one');
    await bobReads(known, ['one']);
    const two = await post(known.bob, known.room, 'two');
    await aliceReads(known, ['one', 'two']);
    const [begins, writes] = [await newStrangers(bench), await newStrangers(bench)];
    await makePuppet(bench, first, writes);
    await first.stop();

    await edit(known.alice, known.matrixRoom, one, 'one, changed');
    await known.bob.updateMessage(known.room.id, two, 'two, changed');
    await send(known.alice, known.matrixRoom, 'three');
    await post(known.bob, known.room, 'four');
    const begun = await startOnMatrix(begins.alice, [begins.ghost]);
    await send(begins.alice, begun, 'is anybody there?');
    const { id } = await writes.bob.openDirect([writes.puppet]);
    await post(writes.bob, { id }, 'hello alice');

    const second = await bench.start();
    await bobReads(known, ['one, changed', 'two, changed', 'four', 'three'], 60_000);
    await aliceReads(known, ['one, changed', 'two, changed', 'three', 'four'], 60_000);
    const room = await directRoomOf(begins.bob, [begins.bobName, begins.puppet], 60_000);
    await bobReads({ ...begins, room, matrixRoom: begun }, ['is anybody there?']);
    const matrixRoom = await acceptDirect(bench, writes.alice);
    await eventually(async () => expect(await bodiesIn(writes.alice, matrixRoom)).toEqual(['hello alice']));
    await allIsWell(second);
  });

  test.each(moments)('one begun in Rocket.Chat has one room, though the bridge is killed at %s', async (moment) => {
    const first = await bench.start();
    const strangers = await newStrangers(bench);
    await makePuppet(bench, first, strangers);
    await first.stop();
    const { alice, bob, puppet } = strangers;
    const { id } = await bob.openDirect([puppet]);
    await post(bob, { id }, 'once');
    // The channel that made the puppet is caught up on first.
    const { died } = await bench.startDying(moment, moment === 'catch-up:half' ? 2 : 1);
    await died;
    const running = await bench.start();
    const matrixRoom = await acceptDirect(bench, alice);
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['once']));
    await send(alice, matrixRoom, 'answered');
    await eventually(async () => expect(await textsIn(bob, id)).toEqual(['once', 'answered']));
    await allIsWell(running);
    expect(await invitesOf(bench, alice)).toHaveLength(1);
    // No other room was made that nobody knows of.
    const ghost = running.connected.parts.homeserver.as(strangers.ghost);
    const known = (await running.service.rooms()).map(({ matrixRoomId }) => matrixRoomId);
    expect(known).toContain(matrixRoom);
    expect((await ghost.joinedRooms()).filter((roomId) => !known.includes(roomId))).toEqual([]);
  });

  test.each(['open:claimed', 'open:ready', 'gap:half'] as const)(
    'one begun on Matrix opens once, though the bridge is killed at %s',
    async (moment) => {
      const { died } = await bench.startDying(moment);
      const { alice, bob, ghost, puppet, bobName } = await newStrangers(bench);
      const matrixRoom = await startOnMatrix(alice, [ghost]);
      await send(alice, matrixRoom, 'once');
      await died;
      const running = await bench.start();
      const room = await directRoomOf(bob, [bobName, puppet], 60_000);
      await eventually(async () => expect(await textsIn(bob, room.id)).toEqual(['once']), 60_000);
      await post(bob, room, 'answered');
      await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['once', 'answered']));
      await allIsWell(running);
    },
  );

  test('a Matrix room that nobody of ours is in any more: what is written then goes into a new one', async () => {
    const running = await bench.start();
    const scene = await newDirect(bench);
    const { alice, bob, ghost, matrixRoom, room } = scene;
    // As a homeserver does that removes the room; nobody is told of one's own leaving.
    await running.connected.parts.homeserver.as(ghost).leave(matrixRoom);
    await post(bob, room, 'is anybody there?');
    await post(bob, room, 'hello?');
    const other = await acceptDirect(bench, alice);
    expect(other).not.toBe(matrixRoom);
    await eventually(async () => expect(await bodiesIn(alice, other)).toEqual(['is anybody there?', 'hello?']));
    await send(alice, other, 'here I am');
    await eventually(async () => expect((await textsIn(bob, room.id)).at(-1)).toBe('here I am'));
    expect((await textsIn(bob, room.id)).filter((text) => text.includes('is gone'))).toHaveLength(1);
    await allIsWell(running);
    expect(await running.service.asideRows()).toEqual([]);
  });

  test.each(['open:claimed', 'open:ready'] as const)(
    'a lost Matrix room is followed by one other, though the bridge is killed at %s',
    async (moment) => {
      const first = await bench.start();
      const { alice, bob, ghost, matrixRoom, room } = await newDirect(bench);
      await first.connected.parts.homeserver.as(ghost).leave(matrixRoom);
      await first.stop();
      const { died } = await bench.startDying(moment);
      await post(bob, room, 'is anybody there?');
      await died;
      const running = await bench.start();
      const other = await acceptDirect(bench, alice);
      await eventually(async () => expect(await bodiesIn(alice, other)).toEqual(['is anybody there?']));
      await allIsWell(running);
      expect(await invitesOf(bench, alice)).toHaveLength(1);
      expect(await running.service.asideRows()).toEqual([]);
    },
  );

  test('an account that reads them gets a new token when its old one is taken away', async () => {
    const running = await bench.start();
    const scene = await newDirect(bench);
    const { alice, bob, matrixRoom, room, puppet } = scene;
    const account = await bench.admin.userByName(puppet);
    if (account === undefined) throw new Error('alice has no puppet');
    await bench.admin.setPassword(account.id, new Secret('Another-password-2'));
    await post(bob, room, 'still there?');
    await aliceReads(scene, ['still there?'], 40_000);
    await send(alice, matrixRoom, 'yes');
    await bobReads(scene, ['still there?', 'yes'], 40_000);
    await allIsWell(running);
    expect(await running.service.asideRows()).toEqual([]);
  });
});
