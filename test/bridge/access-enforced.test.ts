import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPuppets } from '../../src/lib/bridge/workspace/puppets.ts';
import type { MatrixUserId } from '../../src/lib/core/ids.ts';
import { createLocalNames } from '../../src/lib/matrix/look-alike.ts';
import { type Bench, type RunningBridge, bodiesIn, post, startBench, textsIn } from '../support/bridge-bench.ts';
import { allIsWell, bobReads, newConversation, type Scene, workspaceTexts } from '../support/bridge-scene.ts';
import { newStrangers, startOnMatrix } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { typingNews } from '../support/typists.ts';
import { eventOf, pushBody, textContent } from '../support/pushed-events.ts';

test('somebody of a blocked server is in no direct message, whoever else is', async () => {
  const [sandbox] = finerHomeservers;
  if (sandbox === undefined) throw new Error('there is always a sandbox');
  const bench = await startBench({ homeserver: sandbox });
  try {
    const running = await bench.start();
    await running.service.changeAccess({ change: 'block', pattern: 'bad.org' });
    const { alice, ghost } = await newStrangers(bench);
    const room = await startOnMatrix(alice, ['@eve:bad.org' as MatrixUserId, ghost]);
    await eventually(async () =>
      expect(await bodiesIn(alice, room)).toEqual([
        'The administrator of the bridge does not admit people of bad.org, and @eve:bad.org is in this room. Start a new conversation without them.',
      ]),
    );
    await eventually(async () =>
      expect((await alice.state(room, 'm.room.member', ghost))?.['membership']).toBe('leave'),
    );
    expect(await bench.admin.userByName('eve.bad.org')).toBeUndefined();
  } finally {
    await bench.stop();
  }
});

describe.each(finerHomeservers)('people of a server that is blocked, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
    scene = await newConversation(bench, running);
  });
  afterAll(() => bench.stop());
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    for (const pattern of (await running.service.accessRules()).block)
      await running.service.changeAccess({ change: 'remove', pattern });
  });

  const block = (pattern: string) => running.service.changeAccess({ change: 'block', pattern });
  const push = (event: Record<string, unknown>) =>
    pushBody(bench, running, JSON.stringify({ events: [event] })).then((status) => expect(status).toBe(200));
  const acl = () => scene.alice.state(scene.matrixRoom, 'm.room.server_acl', '');

  test('get no account in Rocket.Chat', async () => {
    await block('bad.org');
    const puppets = createPuppets(running.connected.parts, createLocalNames());
    await expect(puppets.account('@mallory:bad.org' as MatrixUserId)).rejects.toMatchObject({
      code: 'RCFED_SERVER_BLOCKED',
    });
    await push(eventOf(scene, textContent('let me in'), { sender: '@mallory:bad.org' }));
    // It is looked at while the server is still blocked.
    await allIsWell(running);
    expect(await bench.admin.userByName('mallory.bad.org')).toBeUndefined();
  });

  test('are not invited, nor looked up, nor are their rooms joined', async () => {
    await block('*.bad.org');
    const { service } = running;
    const [room, users] = [scene.room.name, ['@eve:a.bad.org', '@eve:A.bad.org:8448']];
    for (const answers of [await service.invite({ room, users }), await service.verify({ users })])
      for (const answer of answers) expect(answer).toMatchObject({ outcome: 'refused' });
    const refused = { code: 'RCFED_SERVER_BLOCKED' };
    await expect(service.link({ room: 'general', matrixRoom: '!abc:a.bad.org' })).rejects.toMatchObject(refused);
    await expect(
      service.link({ room: 'general', matrixRoom: '!abc:good.org', via: ['good.org', 'a.bad.org'] }),
    ).rejects.toMatchObject(refused);
  });

  test('invite nobody', async () => {
    await block('bad.org');
    const before = (await running.service.status()).blocked;
    const roomId = `!${randomUUID()}:bad.org`;
    await push(
      eventOf(
        scene,
        { membership: 'invite', is_direct: true },
        {
          type: 'm.room.member',
          state_key: scene.ghost,
          sender: '@eve:bad.org',
          room_id: roomId,
        },
      ),
    );
    await eventually(async () => expect((await running.service.status()).blocked).toBe(before + 1));
    expect(await bench.admin.userByName('eve.bad.org')).toBeUndefined();
  });

  test('are not written to, though they were before', async () => {
    await push(eventOf(scene, textContent('hi all'), { sender: '@carol:bad.org' }));
    await bobReads(scene, ['hi all']);
    await block('bad.org');
    const { id } = await scene.bob.openDirect(['carol.bad.org']);
    await post(scene.bob, { id }, 'hello');
    await eventually(async () =>
      expect(await textsIn(scene.bob, id)).toEqual([
        'hello',
        "People of bad.org can't be written to from here: an administrator of the bridge does not admit that server.",
      ]),
    );
  });

  test('are not seen typing', async () => {
    const carol = '@carol:bad.org';
    await push(eventOf(scene, textContent('me again'), { sender: carol }));
    await eventually(async () => expect(await workspaceTexts(scene)).toContain('me again'));
    await block('bad.org');
    await using told = await typingNews(bench, scene.bob, scene.room);
    const type = async (...ids: string[]) => {
      const typing = { type: 'm.typing', room_id: scene.matrixRoom, content: { user_ids: ids } };
      await pushBody(bench, running, JSON.stringify({ events: [], ephemeral: [typing] }));
    };
    const carols = expect.objectContaining({ username: 'carol.bad.org' });
    await type(carol, scene.alice.userId);
    await eventually(() => expect(told.all).toContainEqual(expect.objectContaining({ username: scene.puppet })));
    expect(told.all).not.toContainEqual(carols);
    await running.service.changeAccess({ change: 'remove', pattern: 'bad.org' });
    await type();
    await type(carol);
    await eventually(() => expect(told.all).toContainEqual(carols));
    await type();
  });

  test('are kept out by the rooms themselves, also when the rules changed while nobody could write there', async () => {
    const { store } = running.connected.parts;
    await store.access.add('block', 'bad.org');
    await running.stop();
    running = await bench.start();
    await eventually(async () => expect(await acl()).toMatchObject({ deny: ['bad.org'] }));
    await block('worse.org');
    expect(await acl()).toMatchObject({ deny: ['bad.org', 'worse.org'] });
  });
});
