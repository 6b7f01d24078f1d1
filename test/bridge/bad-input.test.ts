// Whatever is pushed is taken, and never keeps what comes after it from arriving.
import { randomUUID } from 'node:crypto';
import fc from '../support/properties.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, send, startBench } from '../support/bridge-bench.ts';
import { allIsWell, bobReads, fresh, newConversation, type Scene, workspaceTexts } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';
import { eventOf as pushedEvent, pushBody, textContent as text } from '../support/pushed-events.ts';
import { postgresDatabase } from '../support/shared-postgres.ts';
import { engines } from '../support/stores.ts';

let bench: Bench;
let running: RunningBridge;
let scene: Scene;

beforeEach(async () => {
  scene = await newConversation(bench, running);
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  bench.logged.length = 0;
  for (const { id } of await running.service.asideRows()) await running.service.dropAside({ id });
  await allIsWell(running);
});

const eventOf = (content: unknown, more?: Record<string, unknown>): Record<string, unknown> =>
  pushedEvent(scene, content, more);
const pushEvents = (...events: unknown[]): Promise<number> => pushBody(bench, running, JSON.stringify({ events }));

/** Whatever came before it: a good message arrives, and there is no trouble. */
async function goodOneArrives(): Promise<void> {
  const body = `good ${randomUUID()}`;
  await send(scene.alice, scene.matrixRoom, body);
  await eventually(async () => expect((await workspaceTexts(scene)).at(-1)).toBe(body));
  await allIsWell(running);
}

describe.each(engines)('with the store on %s', (engine) => {
  beforeAll(async () => {
    const [sandbox] = homeservers;
    const store = engine === 'postgres' ? await postgresDatabase() : undefined;
    if (sandbox === undefined) throw new Error('there is always a sandbox');
    bench = await startBench({ homeserver: sandbox, ...(store === undefined ? {} : { store }) });
    running = await bench.start();
  });

  afterAll(() => bench.stop());

  test('a text with NUL, or with half of a surrogate pair, arrives without it', async () => {
    // By hand: JSON.stringify would never write such a half as it is.
    const raw = JSON.stringify({ events: [eventOf(text('nul: NUL.')), eventOf(text('half: HALF.'))] });
    expect(await pushBody(bench, running, raw.replace('NUL', '\\u0000').replace('HALF', '\\ud83d'))).toBe(200);
    await bobReads(scene, ['nul: .', 'half: \ufffd.']);
    expect(await running.service.asideRows()).toEqual([]);
  });

  test('NUL and halves of surrogate pairs do no harm in any other place', async () => {
    const odd = ['a\0b', '\0', '\ud800', 'x\udfff'];
    const events = odd.flatMap((each) => [
      eventOf(text('id'), { event_id: `$${each}${randomUUID()}` }),
      eventOf(text('room'), { room_id: `!${each}:${bench.homeserver.serverName}` }),
      eventOf(text('type'), { type: `m.${each}` }),
      eventOf(text('transaction'), { unsigned: { transaction_id: each } }),
      eventOf({ ...text('content'), [each]: each }),
      eventOf({}, { type: 'm.room.redaction', redacts: `$${each}` }),
    ]);
    expect(await pushEvents(...events)).toBe(200);
    await goodOneArrives();
    expect(fresh(await workspaceTexts(scene)).filter((each) => each === 'content')).toHaveLength(odd.length);
  });

  test('a time that is none does not hold up the room', async () => {
    const times = [0.5, -1, 1e300, 2 ** 53, 8.64e15 + 1, Number.MAX_SAFE_INTEGER, '2026', null];
    const events = times.map((at, index) => eventOf(text(`at ${index}`), { origin_server_ts: at }));
    expect(await pushEvents(...events)).toBe(200);
    await bobReads(
      scene,
      times.map((_, index) => `at ${index}`),
    );
    for (const { event_id: id } of events) await running.service.trace({ ref: String(id) });
  });

  test('whatever a field of an event holds, it is taken, and what comes after it arrives', async () => {
    const fields = 'event_id room_id sender type origin_server_ts content unsigned state_key redacts'.split(' ');
    const inContent = 'msgtype body format formatted_body m.relates_to m.new_content chat.rocket.bridge redacts'.split(
      ' ',
    );
    const odd = fc.constantFrom(undefined, null, 7, -1, 0.5, 1e300, 2 ** 53, true, '', '@', '@:', '!', '$', [], {});
    const anything = fc.oneof(odd, fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary' }));
    const several = (names: readonly string[]) =>
      fc.record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] });
    // One wrong field gets further than many.
    const one = (names: readonly string[]) =>
      fc.tuple(fc.constantFrom(...names), anything).map(([name, value]) => ({ [name]: value }));
    const content = fc
      .oneof(one(inContent), several(inContent))
      .map((change) => ({ content: { ...text('mutant'), ...change } }));
    const change = fc.oneof(one(fields), content, several(fields));
    const type = fc.constantFrom('m.room.message', 'm.room.message', 'm.room.redaction', 'm.room.member');
    const mutant = fc.tuple(type, change).map(([of, with_]) => ({ ...eventOf(text('mutant')), type: of, ...with_ }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(anything, mutant, mutant), { minLength: 1, maxLength: 10 }),
        async (events) => {
          expect(await pushEvents(...events)).toBe(200);
        },
      ),
      { numRuns: 80 },
    );
    await goodOneArrives();
  }, 120_000);

  test('whatever a transaction holds instead of events, it is taken, or said to be no JSON', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('events', 'ephemeral', 'to_device', 'x'), fc.jsonValue()),
        async (body) => {
          expect(await pushBody(bench, running, JSON.stringify(body))).toBe(200);
        },
      ),
      { numRuns: 30 },
    );
    expect(await pushBody(bench, running, '{"events": [')).toBe(400);
    await goodOneArrives();
  });
});
