// One change that can't be applied: it is set aside with its reason, its sender is told once, everything else goes on.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EventId } from '../../src/lib/core/ids.ts';
import type { AsideView } from '../../src/lib/bridge/service/views.ts';
import type { AppHook } from '../../src/sandbox/workspace/workspace.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type Bench, type RunningBridge, edit, post, send, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  bobReads,
  newConversation,
  puppetId,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

let bench: Bench;
let running: RunningBridge;
let scene: Scene;

beforeAll(async () => {
  const [sandbox] = homeservers;
  if (sandbox === undefined) throw new Error('there is always a sandbox');
  bench = await startBench({ homeserver: sandbox, noticesMs: 2_000 });
  running = await bench.start();
});

afterAll(() => bench.stop());

beforeEach(async () => {
  scene = await newConversation(bench, running);
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  bench.logged.length = 0;
  bench.workspace.state.apps.clear();
  bench.workspace.faults.clear();
  (bench.homeserver as SandboxHomeserver).faults.clear();
  for (const { id } of await running.service.asideRows()) await running.service.dropAside({ id });
  await allIsWell(running);
});

/** An App that refuses every text with that word. */
function vetoAgainst(word: string): AppHook {
  const hook: AppHook = ({ msg }) => (msg.includes(word) ? 'prevent' : undefined);
  bench.workspace.state.apps.add(hook);
  return hook;
}

/** The homeserver finds the next event too large, as one does that allows less than the specification. */
function refuseNextAsTooLarge(times = 1): void {
  const { faults } = bench.homeserver as SandboxHomeserver;
  faults.add({ path: '/send/m\\.room\\.message', action: 'status', status: 413, errcode: 'M_TOO_LARGE', times });
}

/** The one row that is set aside, once its sender was told. */
async function setAside(): Promise<AsideView> {
  return eventually(async () => {
    const rows = await running.service.asideRows();
    expect(rows).toHaveLength(1);
    expect(rows[0]?.senderTold).toBe(true);
    return rows[0] as AsideView;
  });
}

/** What the bot wrote in answer to that event, as alice sees it. */
async function noticesFor(eventId: EventId): Promise<string[]> {
  const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
  return events
    .map(
      (event) =>
        event['content'] as Record<string, unknown> & { 'm.relates_to'?: { 'm.in_reply_to'?: { event_id: string } } },
    )
    .filter(
      (content) =>
        content['m.relates_to']?.['m.in_reply_to']?.event_id === eventId && content['msgtype'] === 'm.notice',
    )
    .map((content) => String(content['body']));
}

test('what only compared the rooms is set aside without a word to those who wrote nothing', async () => {
  const { faults } = bench.homeserver as SandboxHomeserver;
  const refusal = { action: 'status', status: 400, errcode: 'M_UNKNOWN', times: 5 } as const;
  faults.add({ ...refusal, method: 'GET', path: '/state/m\\.room\\.topic' });
  await scene.bob.saveRoomSettings(scene.room.id, { topic: 'not to be compared' });
  await eventually(async () => expect(await running.service.asideRows()).not.toEqual([]));
  // Whoever writes is told, and after that everybody has been.
  refuseNextAsTooLarge();
  await post(scene.bob, scene.room, 'too large');
  await eventually(async () => {
    const said = (await workspaceTexts(scene)).filter((text) => text.includes('could not be sent'));
    expect(said).toEqual([expect.stringContaining(`@${(await scene.bob.me()).username}, a message`)]);
  });
});

test("an App's veto sets the message aside at once, tells its sender once, and lets the next ones go on", async () => {
  vetoAgainst('forbidden');
  const refused = await send(scene.alice, scene.matrixRoom, 'forbidden word');
  await send(scene.alice, scene.matrixRoom, 'good word');
  await bobReads(scene, ['good word']);
  const row = await setAside();
  expect(row).toMatchObject({
    side: 'homeserver',
    room: scene.room.name,
    ref: refused,
    reason: 'error-app-prevented-sending',
  });
  expect(row.detail).toContain('A Rocket.Chat App prevented');
  const shown = await running.service.showAside({ id: row.id });
  expect(shown.body).toMatchObject({ event_id: refused, content: { body: 'forbidden word' } });
  const { steps } = await running.service.trace({ ref: refused });
  expect(steps).toMatchObject([{ state: 'aside', attempts: [{ step: 'apply', answer: 'failed' }] }]);
  expect((await running.service.status()).setAside).toBe(1);
  expect(await noticesFor(refused)).toEqual([expect.stringContaining('error-app-prevented-sending')]);
  await running.stop();
  running = await bench.start();
  await allIsWell(running);
  await send(scene.alice, scene.matrixRoom, 'after a restart');
  await bobReads(scene, ['good word', 'after a restart']);
  expect(await noticesFor(refused)).toHaveLength(1);
});

test('a message that is tried again is delivered with its edits and marked as delayed', async () => {
  const hook = vetoAgainst('forbidden');
  const refused = await send(scene.alice, scene.matrixRoom, 'forbidden wrod');
  const { id } = await setAside();
  const change = await edit(scene.alice, scene.matrixRoom, refused, 'forbidden word');
  await send(scene.alice, scene.matrixRoom, 'meanwhile');
  await bobReads(scene, ['meanwhile']);
  expect((await running.service.trace({ ref: change })).steps).toMatchObject([{ state: 'folded' }]);
  expect(await running.service.asideRows()).toHaveLength(1);
  bench.workspace.state.apps.delete(hook);
  expect(await running.service.retryAside({ id })).toMatchObject({ changed: true });
  await bobReads(scene, ['meanwhile', '[delayed] forbidden word']);
  expect(await running.service.asideRows()).toEqual([]);
  await eventually(async () => {
    const { steps } = await running.service.trace({ ref: refused });
    const ofAlice = steps.filter(({ side }) => side === 'homeserver');
    expect(ofAlice.map(({ ref, late, outcome }) => ({ ref, late, outcome }))).toEqual([
      { ref: refused, late: true, outcome: 'relayed' },
      { ref: change, late: true, outcome: 'relayed' },
    ]);
  });
  await edit(scene.alice, scene.matrixRoom, refused, 'a later edit');
  await bobReads(scene, ['meanwhile', 'a later edit']);
});

test('a message that is tried again in vain is set aside again', async () => {
  vetoAgainst('forbidden');
  const refused = await send(scene.alice, scene.matrixRoom, 'forbidden');
  const { id } = await setAside();
  await running.service.retryAside({ id });
  await eventually(async () => {
    const { steps } = await running.service.trace({ ref: refused });
    expect(steps).toMatchObject([
      { state: 'aside', late: true, attempts: [{ answer: 'failed' }, { answer: 'failed' }] },
    ]);
  });
  expect(await noticesFor(refused)).toHaveLength(1);
});

test('a message that is dropped goes with its edits, and never comes', async () => {
  const hook = vetoAgainst('forbidden');
  const refused = await send(scene.alice, scene.matrixRoom, 'forbidden');
  const { id } = await setAside();
  const change = await edit(scene.alice, scene.matrixRoom, refused, 'allowed');
  await eventually(async () =>
    expect((await running.service.trace({ ref: change })).steps).toMatchObject([{ state: 'folded' }]),
  );
  bench.workspace.state.apps.delete(hook);
  expect(await running.service.dropAside({ id })).toMatchObject({ changed: true });
  await edit(scene.alice, scene.matrixRoom, refused, 'allowed, again');
  await send(scene.alice, scene.matrixRoom, 'next');
  await bobReads(scene, ['next']);
  expect((await running.service.trace({ ref: change })).steps).toMatchObject([{ state: 'done', outcome: 'dropped' }]);
  expect(await running.service.retryAside({ id })).toMatchObject({ changed: false });
});

test('a message that is redacted while it is set aside is forgotten', async () => {
  const hook = vetoAgainst('forbidden');
  const refused = await send(scene.alice, scene.matrixRoom, 'forbidden');
  await setAside();
  await scene.alice.redact(scene.matrixRoom, refused, `regret-${scene.room.name}`);
  await eventually(async () => expect(await running.service.asideRows()).toEqual([]));
  bench.workspace.state.apps.delete(hook);
  await send(scene.alice, scene.matrixRoom, 'next');
  await bobReads(scene, ['next']);
});

test('a message whose sending alone fails with a 5xx is set aside after five tries; others go on', async () => {
  const other = await newConversation(bench, running);
  const userId = await puppetId(bench, scene);
  bench.workspace.faults.add({ path: 'chat\\.sendMessage', action: 'status', status: 500, userId });
  const refused = await send(scene.alice, scene.matrixRoom, 'breaks the server');
  await send(other.alice, other.matrixRoom, 'in another room');
  await bobReads(other, ['in another room']);
  expect(await setAside()).toMatchObject({ ref: refused, reason: expect.stringContaining('HTTP 500') as string });
  const { steps } = await running.service.trace({ ref: refused });
  expect(steps[0]?.attempts.filter(({ answer }) => answer === 'failed')).toHaveLength(5);
  bench.workspace.faults.clear();
  await send(scene.alice, scene.matrixRoom, 'works again');
  await bobReads(scene, ['works again']);
}, 60_000);

test('a message of five cut connections is not given up', async () => {
  const userId = await puppetId(bench, scene);
  bench.workspace.faults.add({ path: 'chat\\.sendMessage', action: 'cut', userId, times: 5 });
  await send(scene.alice, scene.matrixRoom, 'through a bad network');
  await bobReads(scene, ['through a bad network'], 60_000);
  expect(await running.service.asideRows()).toEqual([]);
}, 90_000);

test('a message that the homeserver finds too large is set aside, and its sender told in Rocket.Chat', async () => {
  refuseNextAsTooLarge();
  const id = await post(scene.bob, scene.room, 'refused');
  await post(scene.bob, scene.room, 'short');
  await aliceReads(scene, ['short']);
  expect(await setAside()).toMatchObject({ side: 'workspace', ref: id, reason: 'M_TOO_LARGE' });
  const { username } = await scene.bob.me();
  await eventually(async () => {
    const notices = (await workspaceTexts(scene)).filter((text) => text.includes('could not be sent to Matrix'));
    expect(notices).toEqual([expect.stringContaining(`@${username}`)]);
  });
  // What the bot says about it is for Rocket.Chat alone.
  await aliceReads(scene, ['short']);
  await scene.bob.updateMessage(scene.room.id, id, 'shortened');
  await scene.bob.deleteMessage(scene.room.id, id);
  await eventually(async () => expect(await running.service.asideRows()).toEqual([]));
  await aliceReads(scene, ['short']);
});

test('of many that are set aside at once the first ones are told one by one, the others in one line', async () => {
  refuseNextAsTooLarge(12);
  for (let n = 0; n < 12; n += 1) await post(scene.bob, scene.room, `refused ${n}`);
  await eventually(async () => {
    const notices = (await workspaceTexts(scene)).filter((text) => text.includes('could not be sent to Matrix'));
    expect(notices.filter((text) => text.includes('a message could not'))).toHaveLength(5);
    expect(notices[5]).toBe(
      '7 more messages could not be sent to Matrix (M_TOO_LARGE). They are kept for the administrator.',
    );
    expect(notices).toHaveLength(6);
  });
  await eventually(async () =>
    expect((await running.service.asideRows()).every(({ senderTold }) => senderTold)).toBe(true),
  );
});

test('a message that was set aside and shortened since arrives shortened when it is tried again', async () => {
  refuseNextAsTooLarge();
  const id = await post(scene.bob, scene.room, 'refused');
  const row = await setAside();
  await scene.bob.updateMessage(scene.room.id, id, 'shortened');
  await eventually(async () =>
    expect((await running.service.trace({ ref: id })).steps.at(-1)).toMatchObject({ state: 'folded' }),
  );
  await running.service.retryAside({ id: row.id });
  await aliceReads(scene, ['[delayed] shortened']);
  expect(await running.service.asideRows()).toEqual([]);
});
