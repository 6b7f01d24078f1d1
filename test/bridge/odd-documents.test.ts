// What a workspace may deliver, by realtime and by REST: odd documents harm nothing that comes after them.
import { randomBytes, randomUUID } from 'node:crypto';
import fc from '../support/properties.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { MessageDocument } from '../../src/sandbox/workspace/documents.ts';
import { type Bench, type RunningBridge, post, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  eventOnMatrix,
  fresh,
  matrixBodies,
  newConversation,
  type Scene,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';
import { postgresDatabase } from '../support/shared-postgres.ts';
import { engines } from '../support/stores.ts';

let bench: Bench;
let running: RunningBridge;
let scene: Scene;

beforeAll(async () => {
  const [sandbox] = homeservers;
  if (sandbox === undefined) throw new Error('there is always a sandbox');
  bench = await startBench({
    homeserver: sandbox,
    // The pickier of both.
    ...(engines.includes('postgres') ? { store: await postgresDatabase() } : {}),
  });
  running = await bench.start();
});

afterAll(() => bench.stop());

beforeEach(async () => {
  scene = await newConversation(bench, running);
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  // Dropping the stream and catching up would hide that a document could not be taken.
  expect(bench.logged.filter((line) => line.startsWith('error '))).toEqual([]);
  bench.logged.length = 0;
  expect(await running.service.asideRows()).toEqual([]);
  await allIsWell(running);
});

const newId = (): string => randomUUID().replaceAll('-', '').slice(0, 17);

/** A document of bob's in the room, as the workspace has them. */
function documentOf(more: Record<string, unknown> = {}): Record<string, unknown> {
  const now = new Date();
  const { userId } = scene.bob.credentials ?? {};
  const author = { _id: userId, username: 'bob', name: 'Bob' };
  return { _id: newId(), rid: scene.room.id, msg: 'a text', ts: now, _updatedAt: now, u: author, ...more };
}

/** Delivered by realtime alone. */
function deliver(document: Record<string, unknown>): void {
  bench.workspace.state.bus.emit({ kind: 'message', message: document as unknown as MessageDocument });
}

async function goodOneArrives(): Promise<void> {
  const text = `good ${randomUUID()}`;
  await post(scene.bob, scene.room, text);
  await eventually(async () => expect((await matrixBodies(scene)).at(-1)).toBe(text));
}

test('a document that lacks what every message has is passed over', async () => {
  for (const odd of [
    { u: undefined },
    { u: null },
    { u: {} },
    { _id: undefined },
    { _id: 7 },
    { ts: undefined },
    { ts: 'yesterday' },
    { rid: null },
    // Clients choose the ids of their messages; no index of a store need hold this one.
    { _id: randomBytes(4000).toString('hex') },
  ])
    deliver(documentOf(odd));
  await goodOneArrives();
  expect(fresh(await matrixBodies(scene))).toHaveLength(1);
});

test('a message without a text, and a system message, are passed over', async () => {
  for (const odd of [
    { msg: null },
    { msg: undefined },
    { msg: '' },
    { msg: 7 },
    { t: 'uj' },
    { t: 'room_changed_topic', msg: 'topic' },
  ])
    deliver(documentOf(odd));
  await goodOneArrives();
  expect(fresh(await matrixBodies(scene))).toHaveLength(1);
});

test('a message that is sent anew for a preview, a pin or a reply is not edited on Matrix', async () => {
  const id = await post(scene.bob, scene.room, 'with a link');
  await aliceReads(scene, ['with a link']);
  const stored = bench.workspace.state.messages.get(id);
  for (const [index, more] of [{ urls: [{ url: 'https://example.org' }] }, { pinned: true }, { tcount: 1 }].entries())
    deliver({ ...stored, ...more, _updatedAt: new Date(Date.now() + index + 1) });
  await goodOneArrives();
  await allIsWell(running);
  const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 50 });
  const relations = events.map((event) => (event['content'] as Record<string, unknown>)['m.relates_to']);
  expect(relations.filter((relation) => relation !== undefined)).toEqual([]);
});

test('dates in any form that the server prints, and odd ones, do not keep a text from arriving', async () => {
  const now = Date.now();
  const dates = [new Date(now), new Date(now).toISOString(), now, { $date: now }, new Date(8.64e15), now + 1e9];
  for (const [index, ts] of dates.entries()) deliver(documentOf({ ts, _updatedAt: ts, msg: `date ${index}` }));
  deliver(documentOf({ _updatedAt: null, msg: 'never updated' }));
  await eventually(async () => {
    const expected = [...dates.map((_, index) => `date ${index}`), 'never updated'];
    expect(fresh(await matrixBodies(scene)).toSorted()).toEqual(expected);
  });
  const farAhead = await eventOnMatrix(scene, 'date 4');
  expect(Number(farAhead['origin_server_ts'])).toBeLessThan(Date.now() + 60_000);
});

test('an author without a name, or with one that no Matrix id can hold, is heard', async () => {
  const { serverName } = bench.homeserver;
  deliver(documentOf({ u: { _id: newId() }, msg: 'nameless' }));
  deliver(documentOf({ u: { _id: newId(), username: 'Ünï Çødé/../#?', name: '' }, msg: 'odd name' }));
  deliver(documentOf({ u: { _id: newId(), username: 'x'.repeat(300), name: 'y'.repeat(3000) }, msg: 'long name' }));
  await eventually(async () =>
    expect(fresh(await matrixBodies(scene)).toSorted()).toEqual(['long name', 'nameless', 'odd name']),
  );
  for (const body of ['nameless', 'odd name', 'long name']) {
    const sender = String((await eventOnMatrix(scene, body))['sender']);
    expect(sender).toMatch(/^@rc_[a-z0-9._=/+-]+:/);
    expect(sender.endsWith(`:${serverName}`)).toBe(true);
    expect(sender.length).toBeLessThanOrEqual(255);
  }
});

test('odd documents that are found by the catch-up harm nothing either', async () => {
  await running.stop();
  const { messages } = bench.workspace.state;
  for (const odd of [{ u: undefined }, { msg: null }, { t: 'uj' }, { msg: 'found' }]) {
    messages.insert(documentOf(odd) as unknown as MessageDocument);
  }
  running = await bench.start();
  await aliceReads(scene, ['found']);
  await goodOneArrives();
});

test('whatever a field of a document holds, what comes after it arrives', async () => {
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(undefined, Number.NaN, new Date(Number.NaN)),
  );
  const names = ['_id', 'msg', 'ts', '_updatedAt', 'u', 't', 'editedAt', 'editedBy', 'attachments', 'md', 'urls'];
  // `rid` stays: whatever is of another room is nobody's business here.
  const change = fc.record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] });
  fc.assert(
    fc.property(change, (odd) => deliver(documentOf(odd))),
    { numRuns: 100 },
  );
  await goodOneArrives();
}, 60_000);
