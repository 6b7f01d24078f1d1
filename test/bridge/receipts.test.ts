import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  askHomeserver,
  bobReads,
  eventOnMatrix,
  newConversation,
  newScene,
  puppetId,
  type Scene,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

interface Synced {
  readonly next_batch: string;
  readonly rooms?: {
    readonly join?: Record<string, { readonly ephemeral?: { readonly events: readonly SyncedReceipts[] } }>;
  };
}
interface SyncedReceipts {
  readonly type: string;
  readonly content: Record<string, Record<string, Record<string, unknown>>>;
}

describe.each(finerHomeservers)('read receipts, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({
      homeserver,
      settings: { Message_Read_Receipt_Enabled: true, Message_Read_Receipt_Store_Users: true },
    });
    bench.workspace.state.licence.add('message-read-receipt');
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
    since = undefined;
    readers = {};
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  let since: string | undefined;
  let readers: Record<string, string> = {};
  /** Which event each person has read last, as alice's client shows it. */
  const onMatrix = async ({ alice, matrixRoom } = scene): Promise<Record<string, string>> => {
    const query = since === undefined ? '' : `&since=${encodeURIComponent(since)}`;
    const answer = await fetch(`${bench.homeserver.url}/_matrix/client/v3/sync?timeout=0${query}`, {
      headers: { authorization: `Bearer ${bench.matrixToken(alice)}` },
    });
    const { next_batch: next, rooms } = (await answer.json()) as Synced;
    since = next;
    for (const { type, content } of rooms?.join?.[matrixRoom]?.ephemeral?.events ?? []) {
      if (type !== 'm.receipt') continue;
      for (const [eventId, types] of Object.entries(content))
        for (const userId of Object.keys(types['m.read'] ?? {})) readers[userId] = eventId;
    }
    return readers;
  };
  /** When the account of alice has last read the room in Rocket.Chat, ms. */
  const readByPuppet = async (): Promise<number> => {
    const { rooms } = bench.workspace.state;
    return rooms.subscription(scene.room.id, await puppetId(bench, scene))?.ls?.getTime() ?? 0;
  };

  test('what somebody has read on Matrix is read in Rocket.Chat', async () => {
    await post(scene.bob, scene.room, 'read me');
    const event = await eventually(async () => (await eventOnMatrix(scene, 'read me'))['event_id'] as EventId);
    const before = Date.now();
    await scene.alice.sendReceipt(scene.matrixRoom, event);
    await eventually(async () => expect(await readByPuppet()).toBeGreaterThanOrEqual(before));
  });

  test('of much reading the first and the last are told, and not each in between', async () => {
    let last = 0;
    for (const text of ['one', 'two', 'three', 'four']) {
      const event = await send(scene.alice, scene.matrixRoom, text);
      last = Date.now();
      await scene.alice.sendReceipt(scene.matrixRoom, event);
    }
    await bobReads(scene, ['one', 'two', 'three', 'four']);
    const times = new Set<number>();
    await eventually(async () => {
      times.add(await readByPuppet());
      expect(Math.max(...times)).toBeGreaterThanOrEqual(last);
    });
    expect(times.size).toBeLessThanOrEqual(3);
  });

  test('what somebody has read for themselves alone stays theirs', async () => {
    const { alice, matrixRoom } = scene;
    const secret = await send(alice, matrixRoom, 'secretly');
    const token = bench.matrixToken(alice);
    const path = `rooms/${encodeURIComponent(matrixRoom)}/receipt/m.read.private/${encodeURIComponent(secret)}`;
    const before = await readByPuppet();
    await askHomeserver(bench, token, path, {});
    // What is told after it arrives after it.
    const other = await newConversation(bench, running);
    await other.alice.sendReceipt(other.matrixRoom, await send(other.alice, other.matrixRoom, 'openly'));
    const { rooms } = bench.workspace.state;
    const reader = await puppetId(bench, other);
    await eventually(() => expect(rooms.subscription(other.room.id, reader)?.ls?.getTime()).toBeGreaterThan(0));
    expect(await readByPuppet()).toBe(before);
  });

  // Asked every few seconds, twice.
  test('how far somebody has read in Rocket.Chat is seen on Matrix', { timeout: 60_000 }, async () => {
    const first = await send(scene.alice, scene.matrixRoom, 'first');
    await bobReads(scene, ['first']);
    await scene.bob.markRead(scene.room.id);
    await eventually(async () => expect((await onMatrix())[scene.ghost]).toBe(first), 30_000);
    const second = await send(scene.alice, scene.matrixRoom, 'second');
    await bobReads(scene, ['first', 'second']);
    expect((await onMatrix())[scene.ghost]).toBe(first);
    await scene.bob.markRead(scene.room.id);
    await eventually(async () => expect((await onMatrix())[scene.ghost]).toBe(second), 30_000);
    expect(Object.keys(await onMatrix()).filter((userId) => userId !== scene.ghost)).not.toContain(
      `@rcfed:${bench.homeserver.serverName}`,
    );
  });

  test('nobody gets an account for having read', async () => {
    const quiet = await newScene(bench, running);
    const event = await send(scene.alice, scene.matrixRoom, 'elsewhere');
    await post(quiet.bob, quiet.room, 'anybody here');
    const there = await eventually(async () => (await eventOnMatrix(quiet, 'anybody here'))['event_id'] as EventId);
    await quiet.alice.sendReceipt(quiet.matrixRoom, there);
    await scene.alice.sendReceipt(scene.matrixRoom, event);
    await eventually(async () => expect(await readByPuppet()).toBeGreaterThan(0));
    expect(await bench.admin.userByName(quiet.puppet)).toBeUndefined();
  });

  test('a workspace whose plan has no receipts is asked no more, and that is said once', async () => {
    await running.stop();
    bench.workspace.state.licence.clear();
    bench.logged.length = 0;
    running = await bench.start();
    const said = (): string[] => bench.logged.filter((line) => line.startsWith('info receipts.'));
    await eventually(() => expect(said()).toContainEqual(expect.stringContaining('receipts.not-offered')), 30_000);
    await running.stop();
    bench.workspace.state.settings.set('Message_Read_Receipt_Enabled', false);
    bench.logged.length = 0;
    running = await bench.start();
    await eventually(() => expect(said()).toHaveLength(1));
    expect(said()).toContainEqual(expect.stringContaining('Message_Read_Receipt_Enabled is off'));
    bench.workspace.state.licence.add('message-read-receipt');
    bench.workspace.state.settings.set('Message_Read_Receipt_Enabled', true);
  });
});
