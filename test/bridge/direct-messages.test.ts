import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import { type Bench, type RunningBridge, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import { aliceReads, allIsWell, bobReads } from '../support/bridge-scene.ts';
import {
  acceptDirect,
  directRoomOf,
  invitesOf,
  makePuppet,
  newStrangers,
  startOnMatrix,
} from '../support/direct-scene.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('direct messages, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
  });
  afterAll(() => bench.stop());

  test('somebody on Matrix invites a person who never spoke there, and both talk', async () => {
    const strangers = await newStrangers(bench);
    const { alice, bob, ghost, puppet, bobName } = strangers;
    const matrixRoom = await startOnMatrix(alice, [ghost]);
    await send(alice, matrixRoom, 'before anybody joined');
    const room = await directRoomOf(bob, [bobName, puppet]);
    const scene = { ...strangers, room, matrixRoom };
    await bobReads(scene, ['before anybody joined']);
    await post(bob, room, 'here I am');
    await aliceReads(scene, ['before anybody joined', 'here I am']);
    await send(alice, matrixRoom, 'good');
    await bobReads(scene, ['before anybody joined', 'here I am', 'good']);
    expect(await running.service.rooms()).toContainEqual(
      expect.objectContaining({ room: `${puppet} ↔ ${bobName}`, type: 'direct message', matrixRoomId: matrixRoom }),
    );
    await allIsWell(running);
  });

  test('somebody in Rocket.Chat writes to a person from Matrix, who is invited and reads it', async () => {
    const strangers = await newStrangers(bench);
    await makePuppet(bench, running, strangers);
    const { alice, bob, puppet, ghost } = strangers;
    const { id } = await bob.openDirect([puppet]);
    const room = { id } as WorkspaceRoom;
    await post(bob, room, 'are you there?');
    await post(bob, room, 'hello?');
    const matrixRoom = await acceptDirect(bench, alice);
    const [invite] = await invitesOf(bench, alice);
    expect(invite?.by).toMatchObject({ sender: ghost, content: { is_direct: true } });
    const scene = { ...strangers, room, matrixRoom };
    await aliceReads(scene, ['are you there?', 'hello?']);
    await send(alice, matrixRoom, 'yes');
    await bobReads(scene, ['are you there?', 'hello?', 'yes']);
    await post(bob, room, 'good');
    await aliceReads(scene, ['are you there?', 'hello?', 'yes', 'good']);
    expect(await textsIn(bob, room.id)).toHaveLength(4);
    await allIsWell(running);
  });
});
