import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import { bobReads, newConversation, aliceReads, type Scene } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';
import { eventOf, pushBody, textContent } from '../support/pushed-events.ts';

describe.each(homeservers)('access rules, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  afterAll(() => bench.stop());
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });

  const acl = () => scene.alice.state(scene.matrixRoom, 'm.room.server_acl', '');

  test('are in the room at once, and gone when they are taken back', async () => {
    const { service } = running;
    expect(await service.changeAccess({ change: 'block', pattern: '*.Bad.org' })).toMatchObject({
      changed: true,
      block: ['*.bad.org'],
      warnings: [],
    });
    expect(await acl()).toEqual({ allow: ['*'], deny: ['*.bad.org'], allow_ip_literals: true });
    expect(await service.changeAccess({ change: 'block', pattern: '*.bad.org' })).toMatchObject({ changed: false });
    expect(await service.checkAccess({ server: '@eve:chat.bad.org' })).toMatchObject({
      allowed: false,
      rule: '*.bad.org',
    });
    await service.changeAccess({ change: 'allow', pattern: 'good.org' });
    const own = scene.alice.serverName;
    expect(await acl()).toMatchObject({ allow: [own, 'good.org'].toSorted() });
    await service.changeAccess({ change: 'remove', pattern: '*.bad.org' });
    await service.changeAccess({ change: 'remove', pattern: 'good.org' });
    expect(await acl()).toEqual({ allow: ['*'], deny: [], allow_ip_literals: true });
  });

  test('keep what a blocked server sends out, and count it', async () => {
    const { service } = running;
    await service.changeAccess({ change: 'block', pattern: 'bad.org' });
    const before = (await service.status()).blocked;
    const from = (sender: string, body: string) => eventOf(scene, textContent(body), { sender });
    const events = [from('@eve:bad.org', 'let me in'), from('@eve:notbad.org', 'me too')];
    expect(await pushBody(bench, running, JSON.stringify({ events }))).toBe(200);
    await send(scene.alice, scene.matrixRoom, 'after it');
    await bobReads(scene, ['me too', 'after it']);
    expect((await service.status()).blocked).toBe(before + 1);
    await service.changeAccess({ change: 'remove', pattern: 'bad.org' });
  });

  test('never shut our own people out', async () => {
    const { service } = running;
    const own = scene.alice.serverName;
    await expect(service.changeAccess({ change: 'block', pattern: own })).rejects.toMatchObject({
      code: 'RCFED_ACCESS_PATTERN',
    });
    await service.changeAccess({ change: 'allow', pattern: 'good.org' });
    await send(scene.alice, scene.matrixRoom, 'still here');
    await bobReads(scene, ['still here']);
    await post(scene.bob, scene.room, 'me too');
    await aliceReads(scene, ['still here', 'me too']);
    await service.changeAccess({ change: 'remove', pattern: 'good.org' });
  });

  test('hold for a room that is linked afterwards', async () => {
    await running.service.changeAccess({ change: 'block', pattern: 'bad.org' });
    scene = await newConversation(bench, running);
    await eventually(async () => expect(await acl()).toMatchObject({ deny: ['bad.org'] }));
    await expect(running.service.search({ server: 'bad.org', limit: 1 })).rejects.toMatchObject({
      code: 'RCFED_SERVER_BLOCKED',
    });
    await expect(running.service.link({ room: 'general', matrixRoom: '#anything:bad.org' })).rejects.toMatchObject({
      code: 'RCFED_SERVER_BLOCKED',
    });
    await running.service.changeAccess({ change: 'remove', pattern: 'bad.org' });
  });
});
