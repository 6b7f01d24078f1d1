// A blocked server whose people have a say in a room that is not the bridge's: the room lets them do what they want,
// and nothing of it comes to Rocket.Chat.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { compareMembers, knownPeople } from '../../src/lib/bridge/membership/compare.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { Portal } from '../../src/lib/store/portal-types.ts';
import { createFederation } from '../../src/sandbox/homeserver/federation/network.ts';
import { startHomeserver } from '../../src/sandbox/homeserver/server.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type Bench, bodiesIn, edit, post, type RunningBridge, send, startBench } from '../support/bridge-bench.ts';
import { allIsWell, bobReads, eventOnMatrix, newConversation, type Scene } from '../support/bridge-scene.ts';
import { directRoomOf, newStrangers, startOnMatrix } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { areInWorkspace, newColleague } from '../support/member-scene.ts';
import { personOn } from '../support/person-on.ts';
import { setLevel } from '../support/power.ts';

describe('people of a blocked server, in a room of somebody else', () => {
  let bench: Bench;
  let far: SandboxHomeserver;
  let running: RunningBridge;
  let eve: MatrixApi;

  beforeAll(async () => {
    const federation = createFederation();
    const name = 'sandbox';
    bench = await startBench({
      homeserver: { name, start: (options) => startHomeserver({ ...options, federation, backoffScale: 0.01 }) },
    });
    far = await startHomeserver({ serverName: 'bad.org', federation });
    running = await bench.start();
    eve = await personOn(far, 'eve');
  });
  afterAll(async () => {
    await bench.stop();
    await far.stop();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    expect(await running.service.asideRows()).toEqual([]);
    await running.service.changeAccess({ change: 'remove', pattern: 'bad.org' });
  });

  const block = () => running.service.changeAccess({ change: 'block', pattern: 'bad.org' });
  const blocked = async (): Promise<number> => (await running.service.status()).blocked;
  const bobsName = async ({ bob }: Pick<Scene, 'bob'>): Promise<string> => (await bob.me()).username;

  test('bring nobody into it, and take away nothing but what is theirs', async () => {
    const scene = await newConversation(bench, running, { ownRoom: true });
    await setLevel(scene.alice, scene.matrixRoom, eve.userId, 50);
    await eve.join(scene.matrixRoom, [bench.homeserver.serverName]);
    const own = await send(eve, scene.matrixRoom, 'mine');
    await bobReads(scene, ['mine']);
    await post(scene.bob, scene.room, 'to stay');
    await bobReads(scene, ['mine', 'to stay']);
    const bobs = (await eventually(() => eventOnMatrix(scene, 'to stay')))['event_id'] as typeof own;
    await allIsWell(running);
    await block();
    const before = await blocked();
    const carol = await newColleague(bench);
    await eve.invite(scene.matrixRoom, carol.ghost);
    await eve.redact(scene.matrixRoom, bobs, 'away with it');
    await edit(eve, scene.matrixRoom, own, 'changed');
    await send(eve, scene.matrixRoom, 'can you hear me?');
    await eventually(async () => expect(await blocked()).toBe(before + 4));
    // Nor are they looked at again and again where they come in later.
    const other = await newConversation(bench, running, { ownRoom: true });
    await eve.join(other.matrixRoom, [bench.homeserver.serverName]);
    const { parts } = running.connected;
    const portal = await parts.store.portals.byMatrixRoom(other.matrixRoom);
    const { rows } = await compareMembers(parts, portal as Portal, await knownPeople(parts));
    expect(rows.map(({ ref }) => ref)).not.toContain(eve.userId);
    await eve.redact(scene.matrixRoom, own, 'I am sorry');
    await bobReads(scene, ['to stay']);
    await allIsWell(running);
    await areInWorkspace(bench, scene, [await bobsName(scene), scene.puppet, 'eve.bad.org']);
  });

  test('bring nobody into a direct message, nor does anybody else while they are in it', async () => {
    const { alice, bob, bobName, ghost, puppet } = await newStrangers(bench);
    const room = await startOnMatrix(alice, [eve.userId, ghost]);
    await eve.join(room, [bench.homeserver.serverName]);
    const conversation = await directRoomOf(bob, [bobName, puppet, 'eve.bad.org']);
    await allIsWell(running);
    await block();
    const before = await blocked();
    const [carol, dave] = [await newColleague(bench), await newColleague(bench)];
    await eve.invite(room, carol.ghost);
    await eventually(async () => expect(await blocked()).toBe(before + 1));
    await eventually(async () =>
      expect((await alice.state(room, 'm.room.member', carol.ghost))?.['membership']).toBe('leave'),
    );
    await alice.invite(room, dave.ghost);
    await eventually(async () => {
      const bodies = await bodiesIn(alice, room);
      expect(bodies).toContainEqual(expect.stringContaining('are not admitted'));
    });
    await allIsWell(running);
    for (const { account } of [carol, dave])
      expect((await account.changedRooms(1)).updated.filter(({ type }) => type === 'd')).toEqual([]);
    await send(alice, room, 'just us');
    await eventually(async () => {
      const { updated } = await bob.syncMessages(conversation.id, 0);
      expect(updated.map((message) => message['msg'])).toContain('just us');
    });
  });
});
