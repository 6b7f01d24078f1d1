// Where a bridge may work, from when on, and until when.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectBridge } from '../../src/lib/bridge/connect.ts';
import { createBridgeService } from '../../src/lib/bridge/service/service.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixRoomId } from '../../src/lib/core/ids.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type Bench, type RunningBridge, edit, post, send, startBench } from '../support/bridge-bench.ts';
import { aliceReads, allIsWell, bobReads, newConversation, newScene, type Scene } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

let bench: Bench;
let running: RunningBridge;

beforeAll(async () => {
  const [sandbox] = homeservers;
  if (sandbox === undefined) throw new Error('there is always a sandbox');
  bench = await startBench({ homeserver: sandbox });
  running = await bench.start();
});

afterAll(() => bench.stop());

/** The workspace tells its clock in whole seconds, and from that clock on a link holds. */
async function nextSecond(): Promise<void> {
  const second = (): number => Math.floor(bench.workspace.state.clock.now() / 1000);
  const now = second();
  await eventually(() => expect(second()).toBeGreaterThan(now));
}

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  bench.logged.length = 0;
  (bench.homeserver as SandboxHomeserver).faults.clear();
  bench.workspace.faults.clear();
  expect(await running.service.asideRows()).toEqual([]);
  await allIsWell(running);
});

test('a second bridge on the same store is refused', async () => {
  await expect(bench.start()).rejects.toMatchObject({ code: 'RCFED_STORE_LOCKED' });
});

test('a Matrix room that another bridge serves for this workspace is refused, and left alone', async () => {
  const { workspaceId, matrixBot } = running.connected.parts.identity;
  const alice = await bench.matrixUser('alice-served');
  const bob = await bench.workspaceUser('bob-served');
  await bob.createRoom('c', 'served');
  const matrixRoom = await alice.createRoom({ preset: 'public_chat', visibility: 'private' });
  await alice.sendState(matrixRoom, 'chat.rocket.bridge', workspaceId, { bridge: 'another', room: 'elsewhere' });
  await expect(running.service.link({ room: 'served', matrixRoom })).rejects.toMatchObject({
    code: 'RCFED_ROOM_BRIDGED',
  });
  expect(await alice.joinedMembers(matrixRoom)).not.toContain(matrixBot);
  expect((await running.service.rooms()).map(({ room }) => room)).not.toContain('served');
  // The claim was given up: now it may be linked.
  await alice.sendState(matrixRoom, 'chat.rocket.bridge', workspaceId, {});
  expect((await running.service.link({ room: 'served', matrixRoom })).changed).toBe(true);
});

test('a Matrix room that the bot may not join is refused with what to do, and another one can be linked', async () => {
  const alice = await bench.matrixUser('alice-closed');
  const bob = await bench.workspaceUser('bob-closed');
  await bob.createRoom('c', 'undecided');
  const closed = await alice.createRoom({ preset: 'private_chat', visibility: 'private' });
  const other = await alice.createRoom({ preset: 'public_chat', visibility: 'private' });
  await expect(running.service.link({ room: 'undecided', matrixRoom: closed })).rejects.toMatchObject({
    code: 'RCFED_ROOM_NOT_JOINABLE',
  });
  expect((await running.service.rooms()).map(({ room }) => room)).not.toContain('undecided');
  expect((await running.service.link({ room: 'undecided', matrixRoom: other })).room.matrixRoomId).toBe(other);
});

test('a room that two ask for at once is one', async () => {
  const alice = await bench.matrixUser('alice-twice');
  const bob = await bench.workspaceUser('bob-twice');
  const matrixRoom = await alice.createRoom({ preset: 'public_chat', visibility: 'private', name: 'Twice' });
  const { service } = running;
  const joined = await Promise.all([service.join({ room: matrixRoom }), service.join({ room: matrixRoom })]);
  expect(joined.map(({ room }) => room?.room)).toEqual(['Twice', 'Twice']);
  expect(await bob.roomByName('Twice-1')).toBeUndefined();
  await bob.createRoom('c', 'at-once');
  const [one, other] = await Promise.all([service.link({ room: 'at-once' }), service.link({ room: 'at-once' })]);
  expect(one.room.matrixRoomId).toBe(other.room.matrixRoomId);
  // Which of them is the first is nobody's business.
  expect(one.changed).not.toBe(other.changed);
});

test('a room is linked once: another partner for it is refused', async () => {
  const scene = await newScene(bench, running);
  const other = await scene.alice.createRoom({ preset: 'public_chat', visibility: 'private' });
  await expect(running.service.link({ room: scene.room.name, matrixRoom: other })).rejects.toMatchObject({
    code: 'RCFED_ROOM_LINKED',
  });
  await scene.bob.createRoom('c', `${scene.room.name}-second`);
  const second = running.service.link({ room: `${scene.room.name}-second`, matrixRoom: scene.matrixRoom });
  await expect(second).rejects.toMatchObject({ code: 'RCFED_ROOM_LINKED' });
});

test('a room that is named as the id of another one is never taken for that', async () => {
  const { service } = running;
  const scene = await newScene(bench, running);
  const posing = await scene.bob.createRoom('c', scene.room.id);
  await service.link({ room: posing.id });
  expect((await service.show({ room: scene.room.id })).room.room).toBe(scene.room.name);
  expect((await service.link({ room: scene.room.id })).room.matrixRoomId).toBe(scene.matrixRoom);
  await service.unlink({ room: scene.room.id });
  expect((await service.rooms()).map(({ roomId }) => roomId)).toContain(posing.id);
  expect((await service.rehearse({ room: scene.room.id })).room.name).toBe(scene.room.name);
});

test('a room that is deleted by the name that another one has by now is not', async () => {
  const scene = await newScene(bench, running);
  const { name } = scene.room;
  await running.stop();
  await scene.bob.saveRoomSettings(scene.room.id, { name: `${name}-old` });
  const namesake = await scene.bob.createRoom('c', name);
  // As a command does where no bridge runs.
  const { parts, close } = await connectBridge(bench.config, { clock: systemClock, log: () => {}, lock: true });
  const service = createBridgeService(parts, undefined);
  await expect(service.delete({ room: name })).rejects.toMatchObject({ code: 'RCFED_ROOM_UNKNOWN' });
  await close();
  for (const { id } of [scene.room, namesake]) expect(await scene.bob.roomById(id)).toBeDefined();
  running = await bench.start();
});

test('a message that another bridge took from this very workspace is not written there again', async () => {
  const scene = await newConversation(bench, running);
  const { workspaceId } = running.connected.parts.identity;
  const content = {
    msgtype: 'm.text',
    body: 'seen before',
    'chat.rocket.bridge': { bridge: 'another', workspace: workspaceId },
  };
  const eventId = await scene.alice.sendEvent(scene.matrixRoom, 'm.room.message', 'marked', content);
  const elsewhere = {
    ...content,
    body: 'from another workspace',
    'chat.rocket.bridge': { bridge: 'another', workspace: 'elsewhere' },
  };
  await scene.alice.sendEvent(scene.matrixRoom, 'm.room.message', 'marked-elsewhere', elsewhere);
  await bobReads(scene, ['from another workspace']);
  const { steps } = await running.service.trace({ ref: eventId });
  expect(steps).toMatchObject([{ state: 'done', outcome: 'from another bridge of this workspace' }]);
});

test('what was said before the link is not carried over, nor are its later edits and deletions', async () => {
  const alice = await bench.matrixUser('alice-before');
  const bob = await bench.workspaceUser('bob-before');
  const room = await bob.createRoom('c', 'before');
  const matrixRoom = await alice.createRoom({ preset: 'public_chat', visibility: 'private' });
  const oldMessage = await post(bob, room, 'old in Rocket.Chat');
  const goneMessage = await post(bob, room, 'gone in Rocket.Chat');
  const oldEvent = await send(alice, matrixRoom, 'old on Matrix');
  const goneEvent = await send(alice, matrixRoom, 'gone on Matrix');
  await nextSecond();
  await running.service.link({ room: 'before', matrixRoom });
  const scene: Scene = { bob, alice, room, matrixRoom, puppet: '', ghost: '@nobody:nowhere' as never };
  await bob.updateMessage(room.id, oldMessage, 'changed in Rocket.Chat');
  await bob.deleteMessage(room.id, goneMessage);
  await edit(alice, matrixRoom, oldEvent, 'changed on Matrix');
  await alice.redact(matrixRoom, goneEvent, 'gone-before');
  await post(bob, room, 'new in Rocket.Chat');
  await aliceReads(scene, ['changed on Matrix', 'new in Rocket.Chat']);
  await send(alice, matrixRoom, 'new on Matrix');
  await bobReads(scene, ['changed in Rocket.Chat', 'new in Rocket.Chat', 'new on Matrix']);
  await aliceReads(scene, ['changed on Matrix', 'new in Rocket.Chat', 'new on Matrix']);
});

test('unlinking ends both directions and settles what waits; linking again starts from now', async () => {
  const scene = await newConversation(bench, running, { ownRoom: true });
  (bench.homeserver as SandboxHomeserver).faults.add({
    path: `${encodeURIComponent(scene.matrixRoom)}/send/.*/rcfed`,
    action: 'cut',
    times: 0,
  });
  const waiting = await post(scene.bob, scene.room, 'still waiting');
  const stepsOf = async (ref: string) => (await running.service.trace({ ref })).steps;
  await eventually(async () => expect(await stepsOf(waiting)).toMatchObject([{ state: 'pending' }]));
  const { room: closed } = await running.service.unlink({ room: scene.room.name });
  expect(closed.state).toBe('closed');
  (bench.homeserver as SandboxHomeserver).faults.clear();
  expect(await stepsOf(waiting)).toMatchObject([{ state: 'done', outcome: 'unlinked' }]);
  expect((await running.service.rooms()).map(({ room }) => room)).not.toContain(scene.room.name);
  await post(scene.bob, scene.room, 'unheard in Rocket.Chat');
  await send(scene.alice, scene.matrixRoom, 'unheard on Matrix');
  await nextSecond();
  await running.service.link({ room: scene.room.name, matrixRoom: scene.matrixRoom });
  await post(scene.bob, scene.room, 'heard again in Rocket.Chat');
  await bobReads(scene, ['still waiting', 'unheard in Rocket.Chat', 'heard again in Rocket.Chat']);
  await aliceReads(scene, ['unheard on Matrix', 'heard again in Rocket.Chat']);
  await send(scene.alice, scene.matrixRoom, 'heard again on Matrix');
  await bobReads(scene, [
    'still waiting',
    'unheard in Rocket.Chat',
    'heard again in Rocket.Chat',
    'heard again on Matrix',
  ]);
  await running.stop();
  running = await bench.start();
  await allIsWell(running);
  await aliceReads(scene, ['unheard on Matrix', 'heard again in Rocket.Chat', 'heard again on Matrix']);
});

test('a room that was linked with a Matrix room of ours and unlinked gets its alias back', async () => {
  const scene = await newConversation(bench, running);
  const { room: closed, warnings } = await running.service.unlink({ room: scene.room.name });
  expect(warnings).toEqual([]);
  const again = await running.service.link({ room: scene.room.name });
  expect(again.room.alias).toBe(closed.alias);
  expect(again.room.matrixRoomId).not.toBe(scene.matrixRoom);
  const matrixRoom = again.room.matrixRoomId as MatrixRoomId;
  await scene.alice.join(matrixRoom);
  await post(scene.bob, scene.room, 'in the new room');
  await aliceReads({ ...scene, matrixRoom }, ['in the new room']);
});

test('a bridge whose bot could not be made yet links all the same', async () => {
  const [sandbox] = homeservers;
  if (sandbox === undefined) throw new Error('there is always a sandbox');
  const fresh = await startBench({ homeserver: sandbox });
  try {
    const { faults } = fresh.homeserver as SandboxHomeserver;
    faults.add({ path: '/register', action: 'status', status: 503 });
    const starting = await fresh.start();
    await eventually(() => expect(faults.list()[0]?.hits).toBe(1));
    await (await fresh.workspaceUser('bob')).createRoom('c', 'early');
    expect((await starting.service.link({ room: 'early' })).changed).toBe(true);
  } finally {
    await fresh.stop();
  }
});
