// What is written or done between two states of a direct message, of which neither is to lose it.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixRoomId } from '../../src/lib/core/ids.ts';
import type { WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import type { FaultRule } from '../../src/sandbox/homeserver/faults.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type Bench, type RunningBridge, bodiesIn, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import { type Scene, allIsWell, bobReads } from '../support/bridge-scene.ts';
import {
  acceptDirect,
  directRoomOf,
  makePuppet,
  newDirect,
  newStrangers,
  startOnMatrix,
} from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

const [sandbox] = homeservers.filter(({ name }) => name === 'sandbox');
if (sandbox === undefined) throw new Error('faults need the sandbox');

/** The workspace's clock, which is set back or goes right. */
let behindMs = 0;
const workspaceClock: Clock = { ...systemClock, now: () => systemClock.now() - behindMs };

describe('direct messages between two states', () => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver: sandbox, clock: workspaceClock, discoverMs: 300 });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-80).join('\n')}\n`);
    bench.logged.length = 0;
    behindMs = 0;
    faults().clear();
    bench.workspace.faults.clear();
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const faults = () => (bench.homeserver as SandboxHomeserver).faults;
  const hitsOf = (id: number) =>
    faults()
      .list()
      .find((fault) => fault.id === id)?.hits;
  /** Answers when it was hit. */
  const onMatrix = async (rule: FaultRule): Promise<() => Promise<void>> => {
    const id = faults().add(rule);
    return () => eventually(() => expect(hitsOf(id)).toBeGreaterThan(0));
  };
  const sendingTo = (roomId: MatrixRoomId): string => `/rooms/${encodeURIComponent(roomId)}/send/`;
  /** bob writes twice: the one is on its way to Matrix for a long time, and the other has to wait for it. */
  const writesTwice = async ({ bob, room, matrixRoom }: Scene, delayMs = 8_000): Promise<void> => {
    const isSending = await onMatrix({ path: sendingTo(matrixRoom), method: 'PUT', action: 'delay', delayMs });
    await post(bob, room, 'one');
    await isSending();
    const two = await post(bob, room, 'two');
    const { inbox } = running.connected.parts.store;
    await eventually(async () => expect(await inbox.byRef(two)).toHaveLength(1));
  };

  test('what waits for an older Matrix room is said in the newer one', async () => {
    const scene = await newDirect(bench);
    await writesTwice(scene);
    // All direct messages have been looked at since.
    const { store } = running.connected.parts;
    const now = systemClock.now();
    await newDirect(bench);
    await eventually(async () => expect(Number(await store.cursor('directs-seen'))).toBeGreaterThan(now));
    const newer = await startOnMatrix(scene.alice, [scene.ghost]);
    await eventually(async () =>
      expect((await bodiesIn(scene.alice, scene.matrixRoom)).join()).toContain('goes on in a newer room'),
    );
    const everything = async () =>
      (await Promise.all([scene.matrixRoom, newer].map((room) => bodiesIn(scene.alice, room)))).flat();
    await eventually(async () => expect(await everything()).toEqual(expect.arrayContaining(['one', 'two'])));
    await post(scene.bob, scene.room, 'three');
    await eventually(async () => expect((await bodiesIn(scene.alice, newer)).at(-1)).toBe('three'));
    for (const text of ['one', 'two']) expect((await everything()).filter((body) => body === text)).toHaveLength(1);
  });

  test('what was not said yet when the last one left on Matrix invites them again', async () => {
    const scene = await newDirect(bench);
    await writesTwice(scene);
    await scene.alice.leave(scene.matrixRoom);
    const again = await acceptDirect(bench, scene.alice);
    await eventually(async () => expect(await bodiesIn(scene.alice, again)).toEqual(['two']));
    await post(scene.bob, scene.room, 'three');
    await eventually(async () => expect(await bodiesIn(scene.alice, again)).toEqual(['two', 'three']));
  });

  test('what was written to the two of them while a third came goes to these two', async () => {
    const scene = await newDirect(bench);
    const { alice, bob, matrixRoom, puppet } = scene;
    const bobName = (await bob.me()).username;
    const third = await newStrangers(bench);
    const opening = bench.workspace.faults.add({ path: 'im\\.create', action: 'delay', delayMs: 4_000, times: 1 });
    await alice.invite(matrixRoom, third.ghost);
    await eventually(() =>
      expect(bench.workspace.faults.list().find(({ id }) => id === opening)?.hits).toBeGreaterThan(0),
    );
    await writesTwice(scene, 12_000);
    const own = await acceptDirect(bench, alice);
    await eventually(async () => expect(await bodiesIn(alice, own)).toEqual(['two']));
    const group = await directRoomOf(third.bob, [bobName, third.bobName, puppet]);
    await send(alice, matrixRoom, 'all three of us');
    await eventually(async () => expect(await textsIn(third.bob, group.id)).toEqual(['all three of us']));
    expect(await bodiesIn(alice, matrixRoom)).not.toContain('two');
  });

  test('one that is refused when it is half made does not keep the next from being opened', async () => {
    const strangers = await newStrangers(bench);
    await makePuppet(bench, running, strangers);
    const { alice, bob, puppet } = strangers;
    const only = (roles: readonly string[] | null) => running.service.setFederationRoles({ actions: ['write'], roles });
    const isInviting = await onMatrix({ path: '/state/m.room.member/', method: 'PUT', action: 'status', times: 0 });
    const { id } = await bob.openDirect([puppet]);
    await post(bob, { id }, 'may I?');
    await isInviting();
    await only(['admin']);
    await eventually(async () => expect((await textsIn(bob, id)).join()).toContain('is not sent to Matrix'));
    faults().clear();
    await only(null);
    await post(bob, { id }, 'hello');
    const matrixRoom = await acceptDirect(bench, alice);
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['hello']));
  });

  test('a first message whose time is before that of another room’s is found all the same', async () => {
    const strangers = await newStrangers(bench);
    await makePuppet(bench, running, strangers);
    const { alice, bob, puppet } = strangers;
    const { store } = running.connected.parts;
    const now = systemClock.now();
    await newDirect(bench);
    await eventually(async () => expect(Number(await store.cursor('directs-seen'))).toBeGreaterThan(now));
    const { id } = await bob.openDirect([puppet]);
    // Of a client or another process of the workspace, whose clock is behind.
    behindMs = 8_000;
    await post(bob, { id }, 'hello');
    behindMs = 0;
    const matrixRoom = await acceptDirect(bench, alice);
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['hello']));
  });

  test('a direct message that the server can not show does not keep others from being found', async () => {
    const [one, two] = [await newStrangers(bench), await newStrangers(bench)];
    for (const strangers of [one, two]) await makePuppet(bench, running, strangers);
    const { id } = await one.bob.openDirect([one.puppet]);
    const path = `chat\\.syncMessages.*roomId=${id}`;
    const broken = bench.workspace.faults.add({ path, action: 'status', status: 500 });
    await post(one.bob, { id }, 'first');
    const { id: other } = await two.bob.openDirect([two.puppet]);
    await post(two.bob, { id: other }, 'second');
    const matrixRoom = await acceptDirect(bench, two.alice);
    await eventually(async () => expect(await bodiesIn(two.alice, matrixRoom)).toEqual(['second']));
    bench.workspace.faults.remove(broken);
    const late = await acceptDirect(bench, one.alice);
    await eventually(async () => expect(await bodiesIn(one.alice, late)).toEqual(['first']));
  });

  test('one that was asked for and could not be opened at once is opened when that goes', async () => {
    const { alice, bobName } = await newStrangers(bench);
    await onMatrix({ path: '/createRoom', action: 'status', status: 500 });
    await expect(running.service.openDirect({ users: [alice.userId], as: bobName })).rejects.toThrow();
    await acceptDirect(bench, alice);
  });

  test('a third person whose invitation was taken back is nobody’s trouble', async () => {
    const { alice, bob, room, matrixRoom } = await newDirect(bench);
    const third = await newStrangers(bench);
    await running.stop();
    await alice.invite(matrixRoom, third.ghost);
    await alice.kick(matrixRoom, third.ghost, 'a slip');
    const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 2 });
    const invite = events.find(({ content }) => (content as { membership?: string }).membership === 'invite');
    running = await bench.start();
    await eventually(async () => {
      const { steps } = await running.service.trace({ ref: String(invite?.['event_id']) });
      expect(steps).toMatchObject([{ outcome: 'the invitation was taken back' }]);
    });
    await send(alice, matrixRoom, 'just us');
    await eventually(async () => expect((await textsIn(bob, room.id)).at(-1)).toBe('just us'));
  });

  test('a colleague who is invited before the first one is there comes into a conversation of three', async () => {
    const strangers = await newStrangers(bench);
    const third = await newStrangers(bench);
    await makePuppet(bench, running, strangers);
    const { alice, bob, bobName, puppet } = strangers;
    await running.stop();
    const { id } = await bob.openDirect([puppet]);
    await post(bob, { id }, 'hello');
    const { died } = await bench.startDying('open:ready');
    await died;
    const matrixRoom = await acceptDirect(bench, alice);
    await alice.invite(matrixRoom, third.ghost);
    // The invitation comes to its turn before the first one is there.
    bench.workspace.faults.add({ path: 'im\\.members', action: 'delay', delayMs: 5_000, times: 1 });
    running = await bench.start();
    const group = await directRoomOf(third.bob, [bobName, third.bobName, puppet]);
    const isActive = expect.objectContaining({ roomId: group.id, matrixRoomId: matrixRoom, state: 'active' });
    await eventually(async () => expect(await running.service.rooms()).toContainEqual(isActive));
    await send(alice, matrixRoom, 'all three of us');
    await eventually(async () => expect(await textsIn(third.bob, group.id)).toEqual(['all three of us']));
    await bobReads({ ...strangers, room: { id } as WorkspaceRoom, matrixRoom }, [expect.stringContaining('invited')]);
  });

  test('one that ends goes on ending after the bridge was killed', async () => {
    const { alice, bob, room, matrixRoom, ghost } = await newDirect(bench);
    await running.stop();
    const { died } = await bench.startDying('close:left');
    await alice.leave(matrixRoom);
    await died;
    running = await bench.start();
    await eventually(async () =>
      expect(await running.service.rooms()).not.toContainEqual(expect.objectContaining({ roomId: room.id })),
    );
    expect((await textsIn(bob, room.id)).filter((text) => text.includes('left this conversation'))).toHaveLength(1);
    expect(await running.connected.parts.homeserver.as(ghost).joinedRooms()).not.toContain(matrixRoom);
    await post(bob, room, 'come back');
    const again = await acceptDirect(bench, alice);
    await eventually(async () => expect(await bodiesIn(alice, again)).toEqual(['come back']));
  });
});

test('a first message from long ago is carried, though the bridge was killed while it opened', async () => {
  // As in an outage of ten minutes.
  behindMs = 10 * 60_000;
  const bench = await startBench({ homeserver: sandbox, clock: workspaceClock });
  try {
    const first = await bench.start();
    const strangers = await newStrangers(bench);
    await makePuppet(bench, first, strangers);
    await first.stop();
    const { alice, bob, puppet } = strangers;
    const { id } = await bob.openDirect([puppet]);
    await post(bob, { id }, 'hello');
    behindMs = 0;
    await (
      await bench.startDying('open:claimed')
    ).died;
    const { faults } = bench.homeserver as SandboxHomeserver;
    // Everything else is caught up on before it is open.
    faults.add({ path: '/createRoom', action: 'delay', delayMs: 2_000 });
    const running = await bench.start();
    const matrixRoom = await acceptDirect(bench, alice);
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['hello']));
    await allIsWell(running);
  } finally {
    behindMs = 0;
    await bench.stop();
  }
});
