// Rooms whose messages nobody but their members' devices can read.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  bobReads,
  fresh,
  matrixBodies,
  newConversation,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

const SEALED = {
  algorithm: 'm.megolm.v1.aes-sha2',
  sender_key: 'key',
  ciphertext: 'AwgAEnACgAkLmt6qF84IK',
  session_id: 'session',
  device_id: 'PHONE',
};
const ALGORITHM = { algorithm: 'm.megolm.v1.aes-sha2' };

describe.each(finerHomeservers)('encrypted rooms, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  let sent = 0;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running, { ownRoom: true });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const seal = (): Promise<EventId> => {
    sent += 1;
    return scene.alice.sendEvent(scene.matrixRoom, 'm.room.encrypted', `sealed-${process.pid}-${sent}`, SEALED);
  };
  /** Both sides were told, once each, and nothing else was said. */
  async function toldOnce(): Promise<void> {
    await eventually(async () => {
      const [inWorkspace, ...more] = fresh(await workspaceTexts(scene)).filter((text) => text.includes('encrypted'));
      expect(inWorkspace).toMatch(/^The Matrix room is encrypted: .* can't be read here.*rcfed rooms link/s);
      expect(more).toEqual([]);
      const [onMatrix, ...others] = fresh(await matrixBodies(scene)).filter((text) => text.includes('encrypted'));
      expect(onMatrix).toMatch(/^This room is encrypted: .* can't be read in Rocket\.Chat.*rcfed rooms link/s);
      expect(others).toEqual([]);
    });
  }

  test('both sides are told once when encryption is turned on, also by a bridge that starts anew', async () => {
    await scene.alice.sendState(scene.matrixRoom, 'm.room.encryption', '', ALGORITHM);
    await toldOnce();
    expect(bench.logged.join('\n')).toMatch(/warn notice\.encrypted .*room-encrypted/);
    const events = [await seal(), await seal()];
    await running.stop();
    running = await bench.start();
    events.push(await seal());
    await scene.alice.sendState(scene.matrixRoom, 'm.room.encryption', '', { ...ALGORITHM, rotation_period_msgs: 10 });
    await send(scene.alice, scene.matrixRoom, 'in the open');
    await eventually(async () => expect(fresh(await workspaceTexts(scene)).at(-1)).toBe('in the open'));
    await toldOnce();
    for (const event of events) {
      expect((await running.service.trace({ ref: event })).steps).toMatchObject([{ outcome: 'encrypted' }]);
    }
  });

  test('an encrypted message tells it too, where nobody saw encryption being turned on', async () => {
    await seal();
    await toldOnce();
    await seal();
    await post(scene.bob, scene.room, 'still sent');
    await eventually(async () => expect(fresh(await matrixBodies(scene)).at(-1)).toBe('still sent'));
    await toldOnce();
  });

  test('a bridge that dies while it tells, tells once', async () => {
    await running.stop();
    const { died } = await bench.startDying('settle:committed');
    await seal();
    await died;
    running = await bench.start();
    await toldOnce();
  });

  test('other state changes nothing', async () => {
    await scene.alice.sendState(scene.matrixRoom, 'm.room.topic', '', { topic: 'encryption', body: 'no message' });
    await send(scene.alice, scene.matrixRoom, 'after');
    await bobReads(scene, ['after']);
    await aliceReads(scene, ['after']);
  });

  test('a room that is encrypted is not linked, and left again', async () => {
    const sealed = await scene.alice.createRoom({
      preset: 'public_chat',
      visibility: 'private',
      initialState: [{ type: 'm.room.encryption', stateKey: '', content: ALGORITHM }],
    });
    const name = `sealed-${scene.room.name}`;
    await scene.bob.createRoom('c', name);
    await expect(running.service.link({ room: name, matrixRoom: sealed })).rejects.toMatchObject({
      code: 'RCFED_ROOM_ENCRYPTED',
    });
    const { matrixBot } = running.connected.parts.identity;
    expect(await scene.alice.joinedMembers(sealed)).not.toContain(matrixBot);
    // Another one is.
    const open = await scene.alice.createRoom({ preset: 'public_chat', visibility: 'private' });
    expect((await running.service.link({ room: name, matrixRoom: open })).changed).toBe(true);
  });
});
