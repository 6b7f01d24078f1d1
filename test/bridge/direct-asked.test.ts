import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectBridge } from '../../src/lib/bridge/connect.ts';
import { createBridgeService } from '../../src/lib/bridge/service/service.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixRoomId } from '../../src/lib/core/ids.ts';
import type { WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import { type Bench, type RunningBridge, bodiesIn, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import { aliceReads, allIsWell, bobReads } from '../support/bridge-scene.ts';
import { acceptDirect, invitesOf, newDirect, newStrangers } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('direct messages that somebody asks for, on $name', (homeserver) => {
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

  test('open with somebody who never spoke here, once, and both talk', async () => {
    const strangers = await newStrangers(bench);
    const { alice, bob, bobName, puppet, ghost } = strangers;
    const asked = { users: [alice.userId], as: bobName };
    const opened = await running.service.openDirect(asked);
    expect(opened).toMatchObject({
      room: `${puppet} ↔ ${bobName}`,
      as: bobName,
      people: [{ user: alice.userId, username: puppet }],
      colleagues: [],
      changed: true,
      warnings: [],
    });
    const matrixRoom = await acceptDirect(bench, alice);
    expect(matrixRoom).toBe(opened.matrixRoomId);
    const [invite] = await invitesOf(bench, alice);
    expect(invite?.by).toMatchObject({ sender: ghost, content: { is_direct: true } });
    const room = { id: opened.roomId } as WorkspaceRoom;
    expect((await bob.openDirect([puppet])).id).toBe(room.id);
    const scene = { ...strangers, room, matrixRoom };
    await post(bob, room, 'it is me');
    await aliceReads(scene, ['it is me']);
    await send(alice, matrixRoom, 'and me');
    await bobReads(scene, ['it is me', 'and me']);
    expect(await running.service.openDirect(asked)).toMatchObject({
      roomId: room.id,
      matrixRoomId: matrixRoom,
      changed: false,
    });
    await allIsWell(running);
  });

  test('open with several people of both sides', async () => {
    const [one, two] = [await newStrangers(bench), await newStrangers(bench)];
    const opened = await running.service.openDirect({
      users: [one.alice.userId, two.alice.userId, two.bobName],
      as: one.bobName,
    });
    expect(opened).toMatchObject({ colleagues: [two.bobName], changed: true });
    const matrixRoom = await acceptDirect(bench, one.alice);
    expect(await acceptDirect(bench, two.alice)).toBe(matrixRoom);
    const room = { id: opened.roomId } as WorkspaceRoom;
    await post(two.bob, room, 'all of you');
    await eventually(async () => expect(await bodiesIn(two.alice, matrixRoom)).toEqual(['all of you']));
    await send(two.alice, matrixRoom, 'hello all');
    await eventually(async () => expect(await textsIn(one.bob, room.id)).toEqual(['all of you', 'hello all']));
  });

  test('go on with the one that these two have already', async () => {
    const { alice, bob, room, matrixRoom } = await newDirect(bench);
    const { username } = await bob.me();
    expect(await running.service.openDirect({ users: [alice.userId], as: username })).toMatchObject({
      roomId: room.id,
      matrixRoomId: matrixRoom,
      changed: false,
    });
  });

  test('open also while no bridge runs, which carries them on when it starts', async () => {
    const strangers = await newStrangers(bench);
    const { alice, bob, bobName } = strangers;
    await running.stop();
    const alone = await connectBridge(bench.config, { clock: systemClock, log: () => {}, lock: true });
    const service = createBridgeService(alone.parts, undefined);
    const opened = await service.openDirect({ users: [alice.userId], as: bobName });
    await alone.close();
    const room = { id: opened.roomId } as WorkspaceRoom;
    await post(bob, room, 'written in between');
    running = await bench.start();
    expect(await acceptDirect(bench, alice)).toBe(opened.matrixRoomId);
    const scene = { ...strangers, room, matrixRoom: opened.matrixRoomId as MatrixRoomId };
    await aliceReads(scene, ['written in between']);
  });
});
