// Servers that fail as a whole: everything waits, nothing is set aside, all of it arrives afterwards in order.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { RcfedError } from '../../src/lib/core/errors.ts';
import type { Side } from '../../src/lib/core/remote-error.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type Bench, type RunningBridge, bodiesIn, edit, post, send, startBench } from '../support/bridge-bench.ts';
import { aliceReads, allIsWell, bobReads, newConversation, type Scene } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

let bench: Bench;
let running: RunningBridge;
let scene: Scene;
let homeserver: SandboxHomeserver;

beforeAll(async () => {
  const [sandbox] = homeservers;
  if (sandbox === undefined) throw new Error('there is always a sandbox');
  bench = await startBench({ homeserver: sandbox, compareEndsMs: 500 });
  homeserver = bench.homeserver as SandboxHomeserver;
  running = await bench.start();
});

afterAll(() => bench.stop());

beforeEach(async () => {
  scene = await newConversation(bench, running);
  await allIsWell(running);
});

afterEach(async ({ task }) => {
  homeserver.faults.clear();
  bench.workspace.faults.clear();
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  bench.logged.length = 0;
  await allIsWell(running);
});

/** The status says that, and of which side. */
async function waitsFor(side: Side, why: RegExp): Promise<void> {
  await eventually(async () => {
    const view = (await running.service.status())[side];
    expect(view?.works).toBe(false);
    expect(view?.waitingFor).toMatch(why);
    expect(Date.parse(view?.since ?? '')).toBeGreaterThan(0);
  });
}

/** While a server is known to be down it is asked by its probe alone, not by everything that waits. */
async function wasTriedOnce(ref: string): Promise<void> {
  const { steps } = await running.service.trace({ ref });
  expect(steps[0]?.attempts.filter(({ answer }) => answer === 'failed').length).toBeLessThanOrEqual(1);
}

async function nothingIsAside(): Promise<void> {
  expect(await running.service.asideRows()).toEqual([]);
  expect((await running.service.status()).setAside).toBe(0);
}

const three = ['one', 'two', 'three'];

test.each(['html', 'cut', 'status'] as const)(
  'a homeserver that answers everything with %s for a while: messages wait and arrive in order',
  async (action) => {
    homeserver.faults.add({ action, times: 0 });
    const ids = [];
    for (const text of three) ids.push(await post(scene.bob, scene.room, text));
    await waitsFor('homeserver', action === 'html' ? /JSON/i : /./);
    await eventually(async () => {
      const { waiting } = await running.service.status();
      expect(waiting).toMatchObject([{ room: scene.room.name, events: 3 }]);
    });
    const { steps } = await running.service.trace({ ref: ids[0] as string });
    expect(steps).toMatchObject([{ side: 'workspace', state: 'pending', room: scene.room.name }]);
    await nothingIsAside();
    homeserver.faults.clear();
    await aliceReads(scene, three);
    await nothingIsAside();
    await wasTriedOnce(ids[0] as string);
  },
);

test.each(['html', 'cut', 'status'] as const)(
  'a workspace that answers everything with %s for a while: messages wait and arrive in order',
  async (action) => {
    bench.workspace.faults.add({ path: '.', action });
    const ids = [];
    for (const text of three) ids.push(await send(scene.alice, scene.matrixRoom, text));
    await waitsFor('workspace', action === 'html' ? /JSON/i : /./);
    await nothingIsAside();
    bench.workspace.faults.clear();
    await bobReads(scene, three);
    await nothingIsAside();
    await wasTriedOnce(ids[0] as string);
  },
);

test('a homeserver that knows another as_token: messages wait, the status says why, the right one lets them go on', async () => {
  homeserver.addRegistration({ ...bench.registration, asToken: new Secret('another-token') });
  await homeserver.restart('graceful');
  for (const text of three) await post(scene.bob, scene.room, text);
  await waitsFor('homeserver', /M_UNKNOWN_TOKEN|access token/i);
  await nothingIsAside();
  homeserver.addRegistration(bench.registration);
  await homeserver.restart('graceful');
  await aliceReads(scene, three);
  await nothingIsAside();
}, 60_000);

test("the bot's token is revoked: messages wait both ways, the status says why, and all arrive when it works again", async () => {
  const { accounts } = bench.workspace.state;
  const bot = accounts.byUsername('rcfed');
  if (bot === undefined) throw new Error('the bot is not there');
  const tokens = [...bot.tokens];
  bench.workspace.revokeTokens('rcfed');
  await waitsFor('workspace', /logged in|log in|401|unauthorized/i);
  for (const text of three) await send(scene.alice, scene.matrixRoom, text);
  for (const text of three) await post(scene.bob, scene.room, `bob's ${text}`);
  await nothingIsAside();
  for (const token of tokens) accounts.addToken(bot, token);
  await eventually(
    async () => expect((await running.service.status()).workspace).toMatchObject({ works: true, realtime: true }),
    60_000,
  );
  await bobReads(scene, [...three.map((text) => `bob's ${text}`), ...three], 60_000);
  await aliceReads(scene, [...three, ...three.map((text) => `bob's ${text}`)], 60_000);
  await nothingIsAside();
}, 90_000);

test("the bot's token ends without a word: who has no account there yet waits for it", async () => {
  const carol = await bench.matrixUser('carol');
  await carol.join(scene.matrixRoom);
  const { accounts } = bench.workspace.state;
  const bot = accounts.byUsername('rcfed');
  if (bot === undefined) throw new Error('the bot is not there');
  const tokens = accounts.dropTokens(bot, () => true);
  await send(carol, scene.matrixRoom, 'let me in');
  await waitsFor('workspace', /logged in|log in|401|unauthorized/i);
  await nothingIsAside();
  for (const token of tokens) accounts.addToken(bot, token);
  await bobReads(scene, ['let me in']);
  await nothingIsAside();
});

test('a workspace that is restricted by its licence: messages wait and arrive when it no longer is', async () => {
  const days = 'Cloud_Workspace_AirGapped_Restrictions_Remaining_Days';
  bench.workspace.state.settings.set(days, 0);
  for (const text of three) await send(scene.alice, scene.matrixRoom, text);
  await eventually(() => expect(bench.logged.join('\n')).toMatch(/side.waiting.*restricted-workspace/));
  await nothingIsAside();
  bench.workspace.state.settings.set(days, -1);
  await bobReads(scene, three);
  await nothingIsAside();
});

test('a workspace that asks to slow down is asked again only when it said so', async () => {
  bench.workspace.faults.add({ path: 'chat\\.sendMessage', action: 'too-many-requests', delayMs: 1500, times: 1 });
  const before = performance.now();
  await send(scene.alice, scene.matrixRoom, 'patience');
  await bobReads(scene, ['patience']);
  expect(performance.now() - before).toBeGreaterThan(1400);
  await nothingIsAside();
});

test('a homeserver that asks to slow down is asked again only when it said so', async () => {
  homeserver.faults.add({ path: '/send/', action: 'too-many-requests', retryAfterMs: 1500 });
  const before = performance.now();
  await post(scene.bob, scene.room, 'patience');
  await aliceReads(scene, ['patience']);
  expect(performance.now() - before).toBeGreaterThan(1400);
  await nothingIsAside();
});

test('a store that fails just when the homeserver works again ends nothing: all goes on when it works too', async () => {
  const { inbox, portals } = running.connected.parts.store;
  const unavailable = vi.fn(() => Promise.reject(new RcfedError('RCFED_STORE_UNAVAILABLE', 'PostgreSQL restarts')));
  homeserver.faults.add({ action: 'status', times: 0 });
  await post(scene.bob, scene.room, 'patience');
  await waitsFor('homeserver', /./);
  vi.spyOn(inbox, 'pendingLanes').mockImplementationOnce(unavailable).mockImplementationOnce(unavailable);
  vi.spyOn(portals, 'list').mockImplementationOnce(unavailable);
  homeserver.faults.clear();
  await aliceReads(scene, ['patience']);
  await eventually(() => expect(unavailable).toHaveBeenCalledTimes(3));
  vi.restoreAllMocks();
});

test('one slow room slows no other', async () => {
  const other = await newConversation(bench, running);
  await allIsWell(running);
  const slow = homeserver.faults.add({
    path: `${encodeURIComponent(scene.matrixRoom)}/send/`,
    action: 'delay',
    delayMs: 60_000,
    times: 0,
  });
  await post(scene.bob, scene.room, 'slow');
  await eventually(() => expect(homeserver.faults.list().find(({ id }) => id === slow)?.hits).toBe(1));
  for (const text of three) await post(other.bob, other.room, text);
  await aliceReads(other, three);
  for (const text of three) await send(other.alice, other.matrixRoom, `alice's ${text}`);
  await bobReads(other, [...three, ...three.map((text) => `alice's ${text}`)]);
  await eventually(async () => {
    const { waiting } = await running.service.status();
    expect(waiting).toMatchObject([{ room: scene.room.name, events: 1 }]);
  });
  homeserver.faults.clear();
  // The request that hangs is given up by the homeserver's end, and repeated.
  await homeserver.restart('graceful');
  await aliceReads(scene, ['slow']);
});

test('a change on Matrix that needs to look something up there waits for the homeserver, too', async () => {
  const eventId = await send(scene.alice, scene.matrixRoom, 'first');
  const change = await edit(scene.alice, scene.matrixRoom, eventId, 'second');
  await bobReads(scene, ['second']);
  await allIsWell(running);
  const lookUp = homeserver.faults.add({ path: '/event/', action: 'status', times: 0 });
  const probe = homeserver.faults.add({ path: '/(versions|whoami)$', action: 'status', times: 0 });
  await scene.alice.redact(scene.matrixRoom, change, `undo-${scene.room.name}`);
  const hits = (of: number) => homeserver.faults.list().find(({ id }) => id === of)?.hits;
  await eventually(() => expect(hits(lookUp)).toBe(1));
  await eventually(() => expect(hits(probe)).toBeGreaterThan(3));
  // Tried again while the homeserver is known to be down, it would soon be given up.
  expect(hits(lookUp)).toBe(1);
  await nothingIsAside();
  homeserver.faults.clear();
  await bobReads(scene, ['first']);
}, 60_000);

test('a room is deleted in Rocket.Chat while the homeserver is down: what was said before is said before it ends', async () => {
  homeserver.faults.add({ action: 'cut', times: 0 });
  await post(scene.bob, scene.room, 'bye');
  await waitsFor('homeserver', /./);
  await bench.admin.deleteRoom(scene.room);
  await eventually(() => expect(bench.logged.join('\n')).toContain('room-ends.waits'));
  homeserver.faults.clear();
  const last = ['bye', expect.stringContaining('was deleted in Rocket.Chat')];
  await eventually(async () => expect((await bodiesIn(scene.alice, scene.matrixRoom)).slice(-2)).toEqual(last));
  await nothingIsAside();
});
