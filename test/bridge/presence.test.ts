import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, send, startBench } from '../support/bridge-bench.ts';
import { allIsWell, newConversation, newScene, puppetId, type Scene } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

interface Shown {
  readonly presence?: string;
  readonly status_msg?: string;
}

describe.each(finerHomeservers)('presence, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver, presence: 'carried' });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  /** How somebody is shown to alice. */
  const onMatrix = async (userId: string = scene.ghost): Promise<Shown> => {
    const path = `/_matrix/client/v3/presence/${encodeURIComponent(userId)}/status`;
    const headers = { authorization: `Bearer ${bench.matrixToken(scene.alice)}` };
    const answer = await fetch(`${bench.homeserver.url}${path}`, { headers });
    return (await answer.json()) as Shown;
  };
  const inWorkspace = async ({
    status,
    statusText,
  }: { status?: string; statusText?: string } = {}): Promise<unknown> => ({
    status,
    statusText,
    ...bench.workspace.state.accounts.byId(await puppetId(bench, scene))?.user,
  });

  test('who is there in Rocket.Chat, and why not, is seen on Matrix', async () => {
    const { bob } = scene;
    await bob.setStatus('online', 'hello there');
    await eventually(async () =>
      expect(await onMatrix()).toMatchObject({ presence: 'online', status_msg: 'hello there' }),
    );
    await bob.setStatus('away', '');
    await eventually(async () => expect((await onMatrix()).presence).toBe('unavailable'));
    expect((await onMatrix()).status_msg ?? '').toBe('');
    await bob.setStatus('busy');
    await eventually(async () =>
      expect(await onMatrix()).toMatchObject({ presence: 'unavailable', status_msg: 'Busy' }),
    );
    await bob.setStatus('offline');
    await eventually(async () => expect((await onMatrix()).presence).toBe('offline'));
  });

  test('who is there on Matrix, and why not, is seen in Rocket.Chat', async () => {
    const { alice } = scene;
    await alice.setPresence('online', 'in a meeting');
    await eventually(async () =>
      expect(await inWorkspace()).toMatchObject({ status: 'online', statusText: 'in a meeting' }),
    );
    await alice.setPresence('unavailable');
    await eventually(async () => expect(await inWorkspace()).toMatchObject({ status: 'away', statusText: '' }));
    await alice.setPresence('online', 'back');
    await eventually(async () => expect(await inWorkspace()).toMatchObject({ status: 'online', statusText: 'back' }));
  });

  test('of quick changes the last one stays', async () => {
    const { alice, bob } = scene;
    for (const status of ['online', 'away', 'busy', 'online', 'away'] as const) await bob.setStatus(status, status);
    for (const text of ['a', 'b', 'c', 'd']) await alice.setPresence('online', text);
    await eventually(async () =>
      expect(await onMatrix()).toMatchObject({ presence: 'unavailable', status_msg: 'away' }),
    );
    await eventually(async () => expect(await inWorkspace()).toMatchObject({ status: 'online', statusText: 'd' }));
    // Nothing of it came back.
    expect((await onMatrix(scene.alice.userId)).status_msg).toBe('d');
    expect(bench.workspace.state.accounts.byId((await scene.bob.me()).id)?.user).toMatchObject({ status: 'away' });
  });

  test('where nobody may be invisible, somebody who went offline stays as they were', async () => {
    const { settings } = bench.workspace.state;
    settings.set('Accounts_AllowInvisibleStatusOption', false);
    await scene.alice.setPresence('online', 'here');
    await eventually(async () => expect(await inWorkspace()).toMatchObject({ status: 'online', statusText: 'here' }));
    await scene.alice.setPresence('offline');
    await scene.alice.setPresence('unavailable', 'later');
    await eventually(async () => expect(await inWorkspace()).toMatchObject({ status: 'away', statusText: 'later' }));
    settings.set('Accounts_AllowInvisibleStatusOption', true);
    expect(bench.logged.filter((line) => line.includes('presence.failed'))).toEqual([]);
  });

  test('nobody gets an account for being there', async () => {
    const quiet = await newScene(bench, running);
    await quiet.alice.setPresence('online', 'quiet');
    await scene.alice.setPresence('online', 'loud');
    await eventually(async () => expect(await inWorkspace()).toMatchObject({ statusText: 'loud' }));
    expect(await bench.admin.userByName(quiet.puppet)).toBeUndefined();
  });

  // It starts servers of its own.
  test('unless it is asked for nothing of it is carried', { timeout: 120_000 }, async () => {
    const plain = await startBench({ homeserver, presence: 'not carried' });
    try {
      const bridge = await plain.start();
      const { alice, matrixRoom, room, ...rest } = await newConversation(plain, bridge);
      const id = await puppetId(plain, { alice, matrixRoom, room, ...rest });
      await alice.setPresence('online', 'unasked');
      // What is told after it arrives after it.
      await alice.sendReceipt(matrixRoom, await send(alice, matrixRoom, 'read'));
      const { rooms, accounts } = plain.workspace.state;
      await eventually(() => expect(rooms.subscription(room.id, id)?.ls?.getTime()).toBeGreaterThan(0));
      expect(accounts.byId(id)?.user.statusText ?? '').not.toBe('unasked');
    } finally {
      await plain.stop();
    }
  });
});
