import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/lib/core/secret.ts';
import { DIRECT_HINT_PATH } from '../../src/lib/rocketchat/direct-hint.ts';
import type { WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import { type Bench, type RunningBridge, post, startBench } from '../support/bridge-bench.ts';
import { aliceReads, allIsWell } from '../support/bridge-scene.ts';
import { acceptDirect, makePuppet, newStrangers } from '../support/direct-scene.ts';
import { finerHomeservers } from '../support/homeservers.ts';

/** Nobody would wait for the bridge to look by itself. */
const NEVER_MS = 60 * 60 * 1000;

describe.each(finerHomeservers)('a workspace that tells of direct messages, with $name', (homeserver) => {
  const webhookToken = new Secret('webhook-secret');
  let bench: Bench;
  let running: RunningBridge;
  const looks = (): number => bench.asked.get('GET im.list.everyone') ?? 0;

  beforeAll(async () => {
    bench = await startBench({ homeserver, discoverMs: NEVER_MS, webhookToken });
    running = await bench.start();
    await bench.admin.createDirectWebhook({
      name: 'rcfed direct messages',
      url: `${running.bridge.url}${DIRECT_HINT_PATH}`,
      token: webhookToken,
      username: 'admin',
    });
  });
  afterAll(() => bench.stop());

  test('somebody writes to a person from Matrix, who is invited at once and reads it', async () => {
    const strangers = await newStrangers(bench);
    await makePuppet(bench, running, strangers);
    const { alice, bob, puppet } = strangers;
    const { id } = await bob.openDirect([puppet]);
    const room = { id } as WorkspaceRoom;
    await post(bob, room, 'are you there?');
    const matrixRoom = await acceptDirect(bench, alice);
    const scene = { ...strangers, room, matrixRoom };
    await aliceReads(scene, ['are you there?']);
    await post(bob, room, 'hello?');
    await aliceReads(scene, ['are you there?', 'hello?']);
    await allIsWell(running);
  });

  test('hints of rooms that are nobody on Matrix is in, or that there are not, lead to nothing', async () => {
    const [one, other] = [await newStrangers(bench), await newStrangers(bench)];
    const { id } = await one.bob.openDirect([other.bobName]);
    const before = looks();
    await post(one.bob, { id }, 'between us');
    await expect.poll(looks).toBeGreaterThan(before);
    const hinted = looks();
    const body = JSON.stringify({ token: webhookToken.reveal(), channel_id: 'nowhere' });
    const hint = () => fetch(`${running.bridge.url}${DIRECT_HINT_PATH}`, { method: 'POST', body });
    const answers = await Promise.all(Array.from({ length: 100 }, hint));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await expect.poll(looks).toBeGreaterThan(hinted);
    // However many there are, it looks a few times a second.
    expect(looks() - hinted).toBeLessThan(answers.length / 2);
    expect(running.bridge.portals.all().filter(({ workspaceRoomId }) => workspaceRoomId === id)).toEqual([]);
    await allIsWell(running);
  });
});
