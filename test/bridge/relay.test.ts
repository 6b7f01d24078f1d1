import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MatrixRoomId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { WorkspaceApi, WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
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
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('the relay, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scenes = 0;
  let bob: WorkspaceApi;
  let alice: MatrixApi;
  let room: WorkspaceRoom;
  let matrixRoom: MatrixRoomId;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
    bob = await bench.workspaceUser('bob', 'Bob Baker');
    alice = await bench.matrixUser('alice');
  });

  /** A room of its own for each test. */
  beforeEach(async () => {
    scenes += 1;
    room = await bob.createRoom('c', `talk-${scenes}`);
    const linked = await running.service.link({ room: room.name });
    matrixRoom = linked.room.matrixRoomId as MatrixRoomId;
    await alice.join(matrixRoom);
  });

  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  });
  afterAll(() => bench.stop());

  test('a message goes each way and is written once', async () => {
    await post(bob, room, 'hello from Rocket.Chat');
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['hello from Rocket.Chat']));
    await send(alice, matrixRoom, 'hello from Matrix');
    await eventually(async () =>
      expect(await textsIn(bob, room.id)).toEqual(['hello from Rocket.Chat', 'hello from Matrix']),
    );
    expect(await bodiesIn(alice, matrixRoom)).toEqual(['hello from Rocket.Chat', 'hello from Matrix']);
  });

  test('people keep their names on the other side', async () => {
    await post(bob, room, 'who am I');
    const event = await eventually(async () => {
      const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 1 });
      expect(events[0]?.['content']).toMatchObject({ body: 'who am I' });
      return events[0];
    });
    const ghost = event?.['sender'] as never;
    expect(ghost).toBe(`@rc_bob:${bench.homeserver.serverName}`);
    expect((await alice.profile(ghost))?.displayName).toBe('Bob Baker');
    await send(alice, matrixRoom, 'and I');
    await eventually(async () => expect(await textsIn(bob, room.id)).toContain('and I'));
    const puppet = await bench.admin.userByName(`alice.${bench.homeserver.serverName}`);
    expect(puppet?.name).toBe(`alice (${bench.homeserver.serverName})`);
  });

  test('an edit in Rocket.Chat changes the message on Matrix, and many end with the last', async () => {
    const id = await post(bob, room, 'frist');
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['frist']));
    for (const text of ['first', 'first!', 'first!!']) await bob.updateMessage(room.id, id, text);
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['first!!']));
  });

  test('an edit on Matrix changes the message in Rocket.Chat', async () => {
    const eventId = await send(alice, matrixRoom, 'wrold');
    await eventually(async () => expect(await textsIn(bob, room.id)).toEqual(['wrold']));
    await edit(alice, matrixRoom, eventId, 'world');
    await eventually(async () => expect(await textsIn(bob, room.id)).toEqual(['world']));
    expect(await bodiesIn(alice, matrixRoom)).toEqual(['world']);
  });

  test('redacting an edit brings the text before it back', async () => {
    const eventId = await send(alice, matrixRoom, 'one');
    await eventually(async () => expect(await textsIn(bob, room.id)).toEqual(['one']));
    const first = await edit(alice, matrixRoom, eventId, 'two');
    const second = await edit(alice, matrixRoom, eventId, 'three');
    await eventually(async () => expect(await textsIn(bob, room.id)).toEqual(['three']));
    await alice.redact(matrixRoom, second, 'undo-1');
    await eventually(async () => expect(await textsIn(bob, room.id)).toEqual(['two']));
    await alice.redact(matrixRoom, first, 'undo-2');
    await eventually(async () => expect(await textsIn(bob, room.id)).toEqual(['one']));
  });

  test('a deletion goes each way', async () => {
    const id = await post(bob, room, 'from Rocket.Chat');
    const eventId = await send(alice, matrixRoom, 'from Matrix');
    await eventually(async () => {
      expect(await textsIn(bob, room.id)).toEqual(['from Rocket.Chat', 'from Matrix']);
      expect((await bodiesIn(alice, matrixRoom)).toSorted()).toEqual(['from Matrix', 'from Rocket.Chat']);
    });
    await bob.deleteMessage(room.id, id);
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['from Matrix']));
    await alice.redact(matrixRoom, eventId, 'gone');
    await eventually(async () => expect(await textsIn(bob, room.id)).toEqual([]));
  });

  test("a moderator's deletion of an external user's message is carried to Matrix", async () => {
    await send(alice, matrixRoom, 'off topic');
    const id = await eventually(async () => {
      const { updated } = await bob.syncMessages(room.id, 0);
      const message = updated.find((one) => one['msg'] === 'off topic');
      expect(message).toBeDefined();
      return message?.['_id'] as never;
    });
    await bench.admin.deleteMessage(room.id, id);
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual([]));
  });

  test("a moderator's change of an external user's message is told on Matrix, and goes with the message", async () => {
    await send(alice, matrixRoom, 'rude');
    const id = await eventually(async () => {
      const { updated } = await bob.syncMessages(room.id, 0);
      const message = updated.find((one) => one['msg'] === 'rude');
      expect(message).toBeDefined();
      return message?.['_id'] as never;
    });
    await bench.admin.updateMessage(room.id, id, 'polite');
    await eventually(async () => expect((await bodiesIn(alice, matrixRoom)).at(-1)).toMatch(/edited by .*: polite/));
    await bench.admin.deleteMessage(room.id, id);
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual([]));
  });

  test('two hundred messages in a row arrive in order, each way', async () => {
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    await Promise.all([
      (async () => {
        for (const number of numbers) await post(bob, room, `w${number}`);
      })(),
      (async () => {
        for (const number of numbers) await send(alice, matrixRoom, `m${number}`);
      })(),
    ]);
    await eventually(async () => {
      expect((await bodiesIn(alice, matrixRoom)).filter((body) => body.startsWith('w'))).toEqual(
        numbers.map((n) => `w${n}`),
      );
      expect((await textsIn(bob, room.id)).filter((text) => text.startsWith('m'))).toEqual(numbers.map((n) => `m${n}`));
    }, 120_000);
  }, 150_000);

  test('what was said while the bridge was down is carried over when it comes back', async () => {
    await post(bob, room, 'before');
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['before']));
    await running.stop();
    await post(bob, room, 'while down, from Rocket.Chat');
    await send(alice, matrixRoom, 'while down, from Matrix');
    running = await bench.start();
    await eventually(async () => {
      expect(await bodiesIn(alice, matrixRoom)).toContain('while down, from Rocket.Chat');
      expect(await textsIn(bob, room.id)).toContain('while down, from Matrix');
    }, 60_000);
  }, 90_000);

  test('a private group is bridged with its members alone', async () => {
    const group = await bob.createRoom('p', 'secret-plans', ['rcfed']);
    const bot = await bench.admin.userByName('rcfed');
    await bob.setRoomRole(group, bot?.id as never, 'moderator', true);
    const { room: view } = await running.service.link({ room: 'secret-plans' });
    await post(bob, group, 'psst');
    await expect(alice.join(view.matrixRoomId as MatrixRoomId)).rejects.toThrow('M_FORBIDDEN');
    await eventually(async () => {
      const bodies = await bodiesIn(running.connected.parts.homeserver, view.matrixRoomId as MatrixRoomId);
      expect(bodies).toEqual(['psst']);
    });
  });
});
