// Each guard of "exactly once" in a situation in which nothing else would help.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/lib/core/clock.ts';
import type { EventId, MatrixRoomId, MessageId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { WorkspaceApi, WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import {
  type Bench,
  type BenchOptions,
  type RunningBridge,
  bodiesIn,
  edit,
  post,
  send,
  startBench,
  textsIn,
} from '../support/bridge-bench.ts';
import { allIsWell } from '../support/bridge-scene.ts';
import { directRoomOf, newDirect, newStrangers, startOnMatrix } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

interface Scene {
  readonly bench: Bench;
  readonly bob: WorkspaceApi;
  readonly alice: MatrixApi;
  readonly room: WorkspaceRoom;
  readonly matrixRoom: MatrixRoomId;
}

const benches: Bench[] = [];

/** A linked room in which both have spoken, so that ghost and puppet exist; no bridge runs. */
async function scene(options: BenchOptions): Promise<Scene> {
  const bench = await startBench(options);
  benches.push(bench);
  const running = await bench.start();
  const bob = await bench.workspaceUser('bob');
  const alice = await bench.matrixUser('alice');
  const room = await bob.createRoom('c', 'guarded');
  const { room: view } = await running.service.link({ room: 'guarded' });
  const matrixRoom = view.matrixRoomId as MatrixRoomId;
  await alice.join(matrixRoom);
  await post(bob, room, 'hello');
  await send(alice, matrixRoom, 'hi');
  await eventually(async () => {
    expect(await textsIn(bob, room.id)).toEqual(['hello', 'hi']);
    expect((await bodiesIn(alice, matrixRoom)).toSorted()).toEqual(['hello', 'hi']);
  });
  await allIsWell(running);
  await running.stop();
  return { bench, bob, alice, room, matrixRoom };
}

const [sandbox] = homeservers;
const onSandbox = { homeserver: sandbox } as BenchOptions;
const faultsOf = (bench: Bench) => (bench.homeserver as SandboxHomeserver).faults;
const NEW = (texts: readonly string[]): string[] => texts.filter((text) => text !== 'hello' && text !== 'hi');

afterEach(async ({ task }) => {
  for (const bench of benches.splice(0)) {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-40).join('\n')}\n`);
    await bench.stop();
  }
});

describe.each(homeservers)('keys that depend only on the effect, on $name', (homeserver) => {
  test('a message that was sent to Matrix but never settled is not sent twice, though the homeserver was killed too', async () => {
    const { bench, bob, alice, room, matrixRoom } = await scene({ homeserver });
    const { died } = await bench.startDying('apply:acted');
    await post(bob, room, 'once');
    await died;
    await bench.homeserver.restart('kill');
    await bench.start();
    await post(bob, room, 'after');
    await eventually(async () => expect(NEW(await bodiesIn(alice, matrixRoom))).toEqual(['once', 'after']));
  }, 60_000);

  test('a message that was sent to Rocket.Chat but never settled is not sent twice', async () => {
    const { bench, bob, alice, room, matrixRoom } = await scene({ homeserver });
    const { died } = await bench.startDying('apply:acted');
    await send(alice, matrixRoom, 'once');
    await died;
    await bench.start();
    await send(alice, matrixRoom, 'after');
    await eventually(async () => expect(NEW(await textsIn(bob, room.id))).toEqual(['once', 'after']));
  }, 60_000);
});

test('commit before 200: a transaction that was not committed comes again', async () => {
  const { bench, alice, matrixRoom } = await scene(onSandbox);
  // Nothing can be read back from the homeserver: only the push itself can bring the event.
  faultsOf(bench).add({ path: '/messages', action: 'status', status: 403, errcode: 'M_FORBIDDEN', times: 0 });
  const { died } = await bench.startDying('record:before-commit');
  const eventId = await send(alice, matrixRoom, 'not yet on disk');
  await died;
  const { connected } = await bench.start();
  await eventually(async () => expect(await connected.parts.store.inbox.byKey('homeserver', eventId)).toBeDefined());
});

test('tombstones: a message deleted before its turn never appears on Matrix, not even for a moment', async () => {
  const { bench, bob, alice, room, matrixRoom } = await scene(onSandbox);
  const running = await bench.start();
  await ready(running);
  const fault = faultsOf(bench).add({ path: '/_matrix/client/', action: 'status', status: 503, times: 0 });
  // Nothing is under way any more: the message waits for its turn.
  await eventually(async () => expect((await running.service.status()).homeserver?.works).toBe(false));
  const id = await post(bob, room, 'regretted');
  const { inbox } = running.connected.parts.store;
  await eventually(async () => expect(await inbox.byRef(id)).toHaveLength(1));
  await bob.deleteMessage(room.id, id);
  await eventually(async () => expect(await inbox.byRef(id)).toHaveLength(2));
  faultsOf(bench).remove(fault);
  await post(bob, room, 'after');
  await eventually(async () => expect(NEW(await bodiesIn(alice, matrixRoom))).toEqual(['after']));
  const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 50 });
  expect(events.filter((event) => event['type'] === 'm.room.redaction')).toEqual([]);
});

test('tombstones: a message that came from Matrix and was deleted in Rocket.Chat before it was settled does not come back', async () => {
  const { bench, bob, alice, room, matrixRoom } = await scene(onSandbox);
  const { died } = await bench.startDying('apply:acted');
  await send(alice, matrixRoom, 'deleted meanwhile');
  await died;
  const { updated } = await bob.syncMessages(room.id, 0);
  const message = updated.find((one) => one['msg'] === 'deleted meanwhile');
  await bench.admin.deleteMessage(room.id, message?.['_id'] as MessageId);
  await bench.start();
  await send(alice, matrixRoom, 'after');
  await eventually(async () => expect(NEW(await textsIn(bob, room.id))).toEqual(['after']));
  await eventually(async () => expect(NEW(await bodiesIn(alice, matrixRoom))).toEqual(['after']));
});

test('a redaction that overtakes its message leaves nothing in Rocket.Chat', async () => {
  const { bench, bob, alice, room, matrixRoom } = await scene(onSandbox);
  const running = await bench.start();
  await ready(running);
  const envelope = { room_id: matrixRoom, sender: alice.userId, origin_server_ts: systemClock.now() };
  const redaction = {
    ...envelope,
    type: 'm.room.redaction',
    event_id: '$redaction',
    content: { redacts: '$overtaken' },
  };
  const content = { msgtype: 'm.text', body: 'taken back' };
  const message = { ...envelope, type: 'm.room.message', event_id: '$overtaken', content };
  await push(bench, running, 'overtaking', [redaction]);
  await push(bench, running, 'overtaken', [message]);
  await send(alice, matrixRoom, 'after');
  await eventually(async () => expect(NEW(await textsIn(bob, room.id))).toEqual(['after']));
  const { deleted } = await bob.syncMessages(room.id, 0);
  expect(deleted).toEqual([]);
});

test('only a completed catch-up moves the cursor: what was missed is still found after a crash in mid catch-up', async () => {
  let ahead = 0;
  const clock: Clock = { now: () => systemClock.now() + ahead, sleep: (ms, signal) => systemClock.sleep(ms, signal) };
  const { bench, bob, alice, room, matrixRoom } = await scene({ ...onSandbox, clock });
  await post(bob, room, 'missed');
  // Ten minutes later: no overlap reaches back that far.
  ahead = 10 * 60_000;
  bench.workspace.faults.add({ path: 'chat\\.syncMessages', action: 'late-answer', delayMs: 8000, times: 1 });
  const { died } = await bench.startDying('catch-up:half');
  // The stream brings it while the catch-up still waits for its answer.
  await eventually(async () => {
    const id = await post(bob, room, 'streamed');
    await eventually(() => bench.peek(async ({ inbox }) => expect(await inbox.byRef(id)).toHaveLength(1)), 300);
  });
  await died;
  await bench.start();
  await eventually(async () => {
    const bodies = NEW(await bodiesIn(alice, matrixRoom));
    expect(bodies[0]).toBe('missed');
    expect(bodies.length).toBeGreaterThan(1);
    expect(new Set(bodies.slice(1))).toEqual(new Set(['streamed']));
  });
});

test('gap fill: what the homeserver never pushed is found, and in its place', async () => {
  const { bench, bob, alice, room, matrixRoom } = await scene(onSandbox);
  await startAndLose(bench, alice, matrixRoom);
  expect(NEW(await textsIn(bob, room.id))).toEqual([]);
  // A real homeserver needs longer than a second to come back, so that a health request falls into it.
  faultsOf(bench).add({ path: '/versions', action: 'status', status: 503 });
  await bench.homeserver.restart('kill');
  await eventually(async () => expect(NEW(await textsIn(bob, room.id))).toEqual(['never pushed']));
  await send(alice, matrixRoom, 'after');
  await eventually(async () => expect(NEW(await textsIn(bob, room.id))).toEqual(['never pushed', 'after']));
});

test('gap fill: an event with a time of long ago, as bridges bring some along, hides nothing that came before it', async () => {
  const { bench, bob, alice, room, matrixRoom } = await scene(onSandbox);
  const { connected } = await startAndLose(bench, alice, matrixRoom);
  const text = { msgtype: 'm.notice', body: 'from an archive' };
  await connected.parts.homeserver.sendEvent(matrixRoom, 'm.room.message', 'archive', text, 1000);
  faultsOf(bench).add({ path: '/versions', action: 'status', status: 503 });
  await bench.homeserver.restart('kill');
  await eventually(async () => expect(NEW(await textsIn(bob, room.id))).toEqual(['never pushed']));
});

test('gap fill: what the homeserver never pushed of an older room of a direct message is found, and in its place', async () => {
  const bench = await startBench(onSandbox);
  benches.push(bench);
  const running = await bench.start();
  const { alice, bob, ghost, room, matrixRoom: older } = await newDirect(bench);
  const newer = await startOnMatrix(alice, [ghost]);
  await send(alice, newer, 'here now');
  await eventually(async () => expect((await textsIn(bob, room.id)).at(-1)).toBe('here now'));
  await allIsWell(running);
  await running.stop();
  const lossy = await startAndLose(bench, alice, older);
  faultsOf(bench).add({ path: '/versions', action: 'status', status: 503 });
  await bench.homeserver.restart('kill');
  await eventually(async () => expect((await textsIn(bob, room.id)).at(-1)).toBe('never pushed'));
  await lossy.stop();
  // Another one, by a bridge that starts anew while the newer room has something to say too.
  const again = await startAndLose(bench, alice, older, 'nor this');
  await again.stop();
  await send(alice, newer, 'meanwhile');
  const failing = faultsOf(bench).add({ path: '/messages', action: 'status', status: 503, times: 0 });
  const last = await bench.start();
  await send(alice, older, 'pushed');
  await eventually(async () => expect((await last.service.status()).waiting).not.toEqual([]));
  faultsOf(bench).remove(failing);
  await eventually(async () => expect(await textsIn(bob, room.id)).toHaveLength(7));
  const inOlder = (await textsIn(bob, room.id)).filter((text) => text !== 'meanwhile');
  expect(inOlder).toEqual(['hi', 'hello', 'here now', 'never pushed', 'nor this', 'pushed']);
});

test('gap fill: what was never pushed before a third person is invited goes to those it was said to', async () => {
  const bench = await startBench(onSandbox);
  benches.push(bench);
  const first = await bench.start();
  const { alice, bob, puppet, room, matrixRoom } = await newDirect(bench);
  const third = await newStrangers(bench);
  await allIsWell(first);
  await first.stop();
  const running = await startAndLose(bench, alice, matrixRoom);
  await alice.invite(matrixRoom, third.ghost);
  const group = await directRoomOf(third.bob, [(await bob.me()).username, third.bobName, puppet]);
  await send(alice, matrixRoom, 'to all three');
  await eventually(async () => expect(await textsIn(third.bob, group.id)).toEqual(['to all three']));
  expect((await textsIn(bob, room.id)).slice(0, 3)).toEqual(['hi', 'hello', 'never pushed']);
  await allIsWell(running);
});

test('gap fill: what was never pushed before the last person leaves is said before it ends', async () => {
  const bench = await startBench(onSandbox);
  benches.push(bench);
  const first = await bench.start();
  const { alice, bob, room, matrixRoom } = await newDirect(bench);
  await allIsWell(first);
  await first.stop();
  const running = await startAndLose(bench, alice, matrixRoom);
  await alice.leave(matrixRoom);
  await eventually(async () => expect((await textsIn(bob, room.id)).at(-1)).toContain('left this conversation'));
  expect((await textsIn(bob, room.id)).slice(0, -1)).toEqual(['hi', 'hello', 'never pushed']);
  await allIsWell(running);
});

test('what waits for a workspace that is slow when the last person leaves is said before it ends', async () => {
  const bench = await startBench(onSandbox);
  benches.push(bench);
  const running = await bench.start();
  const { alice, bob, room, matrixRoom } = await newDirect(bench);
  await allIsWell(running);
  bench.workspace.faults.add({ path: 'chat\\.sendMessage', action: 'too-many-requests', delayMs: 1500, times: 1 });
  await send(alice, matrixRoom, 'bye');
  await alice.leave(matrixRoom);
  await eventually(async () => expect((await textsIn(bob, room.id)).at(-1)).toContain('left this conversation'));
  expect((await textsIn(bob, room.id)).slice(0, -1)).toEqual(['hi', 'hello', 'bye']);
  await allIsWell(running);
});

test('a homeserver that fails: what it pushes then waits for what it may have lost', async () => {
  const { bench, bob, alice, room, matrixRoom } = await scene(onSandbox);
  const running = await startAndLose(bench, alice, matrixRoom);
  const failing = ['/versions', '/whoami'].map((path) =>
    faultsOf(bench).add({ path, action: 'status', status: 503, times: 0 }),
  );
  await eventually(async () => expect((await running.service.status()).homeserver?.works).toBe(false));
  await send(alice, matrixRoom, 'pushed meanwhile');
  await eventually(async () => expect((await running.service.status()).waiting).toMatchObject([{ events: 1 }]));
  for (const each of failing) faultsOf(bench).remove(each);
  await eventually(async () => expect(NEW(await textsIn(bob, room.id))).toEqual(['never pushed', 'pushed meanwhile']));
});

describe('a change that acted and was never settled', () => {
  let parts: Scene;
  let eventId: EventId;
  let messageId: MessageId;

  beforeEach(async () => {
    parts = await scene(onSandbox);
    const { bench, bob, alice, room, matrixRoom } = parts;
    const running = await bench.start();
    eventId = await send(alice, matrixRoom, 'old text');
    messageId = await eventually(async () => {
      const { updated } = await bob.syncMessages(room.id, 0);
      const found = updated.find((one) => one['msg'] === 'old text')?.['_id'] as MessageId | undefined;
      if (found === undefined) throw new Error('not there yet');
      return found;
    });
    await eventually(async () => expect((await running.service.status()).waiting).toEqual([]));
    await running.stop();
    const { died } = await bench.startDying('apply:acted');
    await edit(alice, matrixRoom, eventId, 'new text');
    await died;
  });

  test('expected effects: its echo is not taken for a moderator’s change', async () => {
    const { bench, bob, alice, room, matrixRoom } = parts;
    // The other direction can't catch up, so that the row that made the change is not there to settle first.
    const fault = faultsOf(bench).add({
      path: '/messages',
      action: 'status',
      status: 403,
      errcode: 'M_FORBIDDEN',
      times: 0,
    });
    const running = await bench.start();
    await post(bob, room, 'after');
    await eventually(async () => {
      const { steps } = await running.service.trace({ ref: messageId });
      expect(steps.map(({ side, outcome }) => `${side} ${outcome}`)).toContain('workspace echo');
    });
    faultsOf(bench).remove(fault);
    await eventually(async () => expect(NEW(await bodiesIn(alice, matrixRoom))).toEqual(['new text', 'after']));
    await eventually(async () => expect(NEW(await textsIn(bob, room.id))).toEqual(['new text', 'after']));
  });

  test('expected effects: where none came, a later change back to the same text is somebody’s own', async () => {
    const { bench, bob, alice, room, matrixRoom } = parts;
    // The change is settled before its echo is looked at.
    bench.workspace.faults.add({ path: 'chat\\.syncMessages', action: 'late-answer', delayMs: 1500, times: 1 });
    const running = await bench.start();
    await ready(running);
    await edit(alice, matrixRoom, eventId, 'newer text');
    await eventually(async () => expect(NEW(await textsIn(bob, room.id))).toEqual(['newer text']));
    await ready(running);
    await bench.admin.updateMessage(room.id, messageId, 'new text');
    await eventually(async () => expect((await bodiesIn(alice, matrixRoom)).join()).toContain('edited by'));
  });

  test('attempt rows: somebody’s later change in Rocket.Chat is not overwritten by doing it again', async () => {
    const { bench, bob, alice, room, matrixRoom } = parts;
    await bench.admin.updateMessage(room.id, messageId, 'moderated text');
    await bench.start();
    await eventually(async () => expect((await bodiesIn(alice, matrixRoom)).join()).toContain('moderated text'));
    expect(NEW(await textsIn(bob, room.id))).toEqual(['moderated text']);
  });
});

test('an account whose making was not answered is taken over, not made twice', async () => {
  const { bench, bob, room, matrixRoom } = await scene(onSandbox);
  const carol = await bench.matrixUser('carol');
  await carol.join(matrixRoom);
  bench.workspace.faults.add({ path: 'users\\.create', action: 'drop-answer', times: 1 });
  await bench.start();
  await send(carol, matrixRoom, 'who am I');
  await eventually(async () => expect(NEW(await textsIn(bob, room.id))).toEqual(['who am I']));
  const members = await bob.members(room);
  expect(members.filter(({ username }) => username.startsWith('carol'))).toHaveLength(1);
});

test('a Matrix room whose making was not answered is adopted, not made twice', async () => {
  const { bench, bob } = await scene(onSandbox);
  await bob.createRoom('c', 'second');
  const running = await bench.start();
  faultsOf(bench).add({ path: '/createRoom', action: 'drop-answer' });
  await expect(running.service.link({ room: 'second' })).rejects.toThrow();
  const { room } = await running.service.link({ room: 'second' });
  expect(room.alias).toBe(`#rc_second:${bench.homeserver.serverName}`);
  expect((await running.service.link({ room: 'second' })).changed).toBe(false);
});

/** Both sides are caught up and nothing waits. */
async function ready(running: RunningBridge): Promise<void> {
  await eventually(async () => {
    const status = await running.service.status();
    expect(status.workspace?.realtime).toBe(true);
    expect(status.homeserver?.works).toBe(true);
    expect(status.waiting).toEqual([]);
  });
}

/** A bridge that works, and a message of alice's that the homeserver never pushes to it. */
async function startAndLose(
  bench: Bench,
  alice: MatrixApi,
  matrixRoom: MatrixRoomId,
  text = 'never pushed',
): Promise<RunningBridge> {
  const running = await bench.start();
  await ready(running);
  // What a bridge before this one left untaken would be lost instead.
  await eventually(() => {
    const { down, transactions } = (bench.homeserver as SandboxHomeserver).disk;
    expect([...down]).toEqual([]);
    expect(transactions).toEqual([]);
  });
  await ready(running);
  const fault = faultsOf(bench).add({ on: 'push', action: 'lose' });
  await send(alice, matrixRoom, text);
  await eventually(() =>
    expect(
      faultsOf(bench)
        .list()
        .find(({ id }) => id === fault)?.hits,
    ).toBe(1),
  );
  return running;
}

/** As the homeserver would. */
async function push(
  bench: Bench,
  running: RunningBridge,
  transactionId: string,
  events: readonly unknown[],
): Promise<void> {
  const answer = await fetch(`${running.bridge.url}/_matrix/app/v1/transactions/${transactionId}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${bench.registration.hsToken.reveal()}` },
    body: JSON.stringify({ events }),
  });
  expect(answer.status).toBe(200);
}
