// Events that are odd but possible: what each comes to in Rocket.Chat.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EventId } from '../../src/lib/core/ids.ts';
import { isRecord } from '../../src/lib/core/record.ts';
import { type Bench, type RunningBridge, edit, send, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  authorInWorkspace,
  bobReads,
  fresh,
  messageInWorkspace,
  newConversation,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';
import { eventOf as pushedEvent, pushBody, textContent as text } from '../support/pushed-events.ts';

let bench: Bench;
let running: RunningBridge;
let scene: Scene;

beforeAll(async () => {
  const [sandbox] = homeservers;
  if (sandbox === undefined) throw new Error('there is always a sandbox');
  bench = await startBench({ homeserver: sandbox });
  running = await bench.start();
});

afterAll(() => bench.stop());

beforeEach(async () => {
  scene = await newConversation(bench, running);
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  bench.logged.length = 0;
  expect(await running.service.asideRows()).toEqual([]);
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

test('a transaction of 20 MB is taken', async () => {
  const padding = 'x'.repeat(200_000);
  const events = Array.from({ length: 100 }, (_, index) =>
    eventOf(
      { padding },
      { type: 'm.room.member', state_key: `@person${index}:elsewhere`, sender: `@person${index}:elsewhere` },
    ),
  );
  expect(await pushEvents(...events, eventOf(text('at its end')))).toBe(200);
  await bobReads(scene, ['at its end']);
});

test('a message that was redacted before it was pushed never appears', async () => {
  const redacted = { redacted_because: { type: 'm.room.redaction', sender: scene.alice.userId } };
  const event = eventOf({}, { unsigned: redacted });
  expect(await pushEvents(event, eventOf(text('regretted'), { unsigned: redacted }))).toBe(200);
  await goodOneArrives();
  expect(fresh(await workspaceTexts(scene))).toHaveLength(1);
  expect((await running.service.trace({ ref: String(event['event_id']) })).steps).toMatchObject([{ outcome: 'gone' }]);
});

test("an edit of somebody else's message changes nothing", async () => {
  const mallory = await bench.matrixUser(`mallory-${scene.room.name}`);
  await mallory.join(scene.matrixRoom);
  const eventId = await send(scene.alice, scene.matrixRoom, 'mine');
  await bobReads(scene, ['mine']);
  await edit(mallory, scene.matrixRoom, eventId, 'defaced');
  await goodOneArrives();
  expect(fresh(await workspaceTexts(scene))[0]).toBe('mine');
  expect(fresh(await workspaceTexts(scene))).toHaveLength(2);
});

test('an edit of a message from Rocket.Chat, by a Matrix user, changes nothing', async () => {
  const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 50 });
  const hello = events.find(({ sender }) => sender === scene.ghost);
  await edit(scene.alice, scene.matrixRoom, hello?.['event_id'] as EventId, 'defaced');
  await goodOneArrives();
  expect((await workspaceTexts(scene))[0]).toBe('hello');
});

test('nothing is taken away, changed or reacted to from another room', async () => {
  const there = await newConversation(bench, running);
  const messages = await there.alice.messages(there.matrixRoom, { dir: 'b', limit: 50 });
  const [hers, his] = [there.alice.userId, there.ghost].map((author) => {
    const found = messages.events.find(
      ({ sender, content }) => sender === author && isRecord(content) && 'body' in content,
    );
    return String(found?.['event_id']);
  }) as [string, string];
  const by = { sender: there.alice.userId };
  const replacement = { 'm.new_content': text('defaced'), 'm.relates_to': { rel_type: 'm.replace', event_id: hers } };
  const annotation = { 'm.relates_to': { rel_type: 'm.annotation', event_id: his, key: '👎' } };
  await pushEvents(
    eventOf({ redacts: his }, { type: 'm.room.redaction' }),
    eventOf({ redacts: hers }, { type: 'm.room.redaction', ...by }),
    eventOf({ ...text('* defaced'), ...replacement }, by),
    eventOf(annotation, { type: 'm.reaction', ...by }),
  );
  await goodOneArrives();
  expect((await workspaceTexts(there)).toSorted()).toEqual(['hello', 'hi']);
  expect((await messageInWorkspace(there, 'hello'))['reactions'] ?? {}).toEqual({});
});

test('an edit of a message that nobody knows is carried over as a message that says so', async () => {
  const replacement = {
    'm.new_content': text('known now'),
    'm.relates_to': { rel_type: 'm.replace', event_id: '$unknown' },
  };
  await pushEvents(eventOf({ ...text('* known now'), ...replacement }));
  await bobReads(scene, ['(edited) known now']);
});

test('an edit that is older than the one in force changes nothing', async () => {
  const original = eventOf(text('one'));
  const changeTo = (body: string, at: number): Record<string, unknown> => {
    const relation = {
      'm.new_content': text(body),
      'm.relates_to': { rel_type: 'm.replace', event_id: original['event_id'] },
    };
    return eventOf({ ...text(`* ${body}`), ...relation }, { origin_server_ts: at });
  };
  const now = Date.now();
  await pushEvents(original, changeTo('three', now + 2000), changeTo('two', now + 1000));
  await bobReads(scene, ['three']);
  await goodOneArrives();
  expect(fresh(await workspaceTexts(scene))[0]).toBe('three');
});

test('a redaction of a redaction brings nothing back', async () => {
  const eventId = await send(scene.alice, scene.matrixRoom, 'gone for good');
  await bobReads(scene, ['gone for good']);
  const redaction = await scene.alice.redact(scene.matrixRoom, eventId, `once-${scene.room.name}`);
  await bobReads(scene, []);
  await scene.alice.redact(scene.matrixRoom, redaction, `twice-${scene.room.name}`);
  await goodOneArrives();
  expect(fresh(await workspaceTexts(scene))).toHaveLength(1);
});

test('an event in the name of one of our own accounts is nobody’s message', async () => {
  const { serverName } = bench.homeserver;
  await pushEvents(
    ...['rc_stranger', 'rcfed'].map((name) => eventOf(text('echo'), { sender: `@${name}:${serverName}` })),
  );
  await goodOneArrives();
  expect(fresh(await workspaceTexts(scene))).toHaveLength(1);
});

test('a message without a kind is its text, with what it is', async () => {
  await pushEvents(eventOf({ body: 'no msgtype' }));
  await bobReads(scene, ['no msgtype\n[m.room.message]']);
});

test('what has no text that could be shown is passed over', async () => {
  await pushEvents(
    eventOf({ what: 'ever' }, { type: 'org.example.unknown' }),
    eventOf({ msgtype: 'm.text', body: { a: 1 } }),
    eventOf({ msgtype: 'm.text', body: ['x'] }),
    eventOf(text('state'), { state_key: '' }),
    eventOf(text('   ')),
  );
  await goodOneArrives();
  expect(fresh(await workspaceTexts(scene))).toHaveLength(1);
});

test('a message that is far too long for the workspace, without a blank to cut it at, arrives whole in parts', async () => {
  const long = 'x'.repeat(60_000);
  await send(scene.alice, scene.matrixRoom, long);
  await eventually(async () => expect(fresh(await workspaceTexts(scene)).join('')).toBe(long));
});

test.each([
  'مرحبا بالعالم',
  '👩‍👩‍👧‍👦 🏳️‍🌈',
  '\u202Egnp.exe\u202C',
  'שלום 123 abc',
  'e\u0301\u0323',
  '  leading and trailing\n\n\nlines',
])('the text %j arrives as it is, each way', async (body) => {
  await send(scene.alice, scene.matrixRoom, body);
  await bobReads(scene, [body]);
  await scene.bob.sendMessage({
    id: `intl${randomUUID().replaceAll('-', '')}`.slice(0, 17) as never,
    roomId: scene.room.id,
    text: `${body}.`,
  });
  await aliceReads(scene, [body, `${body}.`]);
});

test('names in any script are carried over', async () => {
  const name = 'ليلى 🌙 \u202Eabc';
  const layla = await bench.matrixUser(`layla-${scene.room.name}`);
  await layla.setDisplayName(name);
  await layla.join(scene.matrixRoom);
  await send(layla, scene.matrixRoom, 'from Layla');
  await bobReads(scene, ['from Layla']);
  const { username } = await authorInWorkspace(scene, 'from Layla');
  expect((await bench.admin.userByName(username))?.name).toContain('ليلى 🌙');
});

test('hostile HTML becomes text that does nothing', async () => {
  const formatted =
    '<script>alert(1)</script><img src=x onerror="alert(2)"><a href="javascript:alert(3)">click</a><b onclick="alert(4)">bold</b><style>*{}</style>';
  await pushEvents(eventOf({ ...text('fallback'), format: 'org.matrix.custom.html', formatted_body: formatted }));
  await goodOneArrives();
  const [shown] = fresh(await workspaceTexts(scene));
  expect(shown).toContain('click');
  expect(shown).toContain('bold');
  expect(shown).not.toMatch(/alert|javascript|onclick|script|style/);
  await pushEvents(
    eventOf({ ...text('deep'), format: 'org.matrix.custom.html', formatted_body: '<b><i>'.repeat(10_000) }),
  );
  await goodOneArrives();
});
