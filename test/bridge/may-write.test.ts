import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, bodiesIn, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import { aliceReads, bobReads, fresh, workspaceTexts } from '../support/bridge-scene.ts';
import {
  acceptDirect,
  invitesOf,
  makePuppet,
  newDirect,
  newStrangers,
  startOnMatrix,
} from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

describe.each(finerHomeservers)('who may have direct messages with people on Matrix, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  afterAll(() => bench.stop());
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    await only(null);
  });

  const only = (roles: readonly string[] | null) => running.service.setFederationRoles({ actions: ['write'], roles });
  const saying = (why: RegExp) => (texts: readonly string[]) => texts.filter((text) => why.test(text));

  test('somebody without the role opens none, is told why, once, and opens it when they may', async () => {
    const strangers = await newStrangers(bench);
    await makePuppet(bench, running, strangers);
    const { alice, bob, bobName, puppet } = strangers;
    await only(['admin']);
    const { id } = await bob.openDirect([puppet]);
    await post(bob, { id }, 'may I?');
    const notice = `What @${bobName} writes here is not sent to Matrix. In this workspace only people with the role admin may write to people on Matrix. Ask an admin of the workspace for it.`;
    await eventually(async () => expect(await textsIn(bob, id)).toEqual(['may I?', notice]));
    await post(bob, { id }, 'and now?');
    await eventually(() => {
      const refused = bench.logged.filter((line) => line.includes('notice.direct-refused'));
      expect(refused.length).toBeGreaterThan(1);
    });
    expect(await textsIn(bob, id)).toEqual(['may I?', notice, 'and now?']);
    expect(await invitesOf(bench, alice)).toEqual([]);
    await only(['user']);
    await post(bob, { id }, 'hello');
    const matrixRoom = await acceptDirect(bench, alice);
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['hello']));
  });

  test('an open one carries what the person from Matrix writes, and the other again once they may', async () => {
    const scene = await newDirect(bench);
    const { alice, bob, room, matrixRoom } = scene;
    await only([]);
    await post(bob, room, 'not for you');
    const refused = saying(/is not sent to Matrix\. In this workspace nobody may write/);
    await eventually(async () => expect(refused(await workspaceTexts(scene))).toHaveLength(1));
    await send(alice, matrixRoom, 'are you there?');
    await bobReads(scene, ['not for you', ...refused(fresh(await workspaceTexts(scene))), 'are you there?']);
    await post(bob, room, 'nor this');
    await only(null);
    await post(bob, room, 'yes');
    await eventually(async () => expect((await bodiesIn(alice, matrixRoom)).at(-1)).toBe('yes'));
    expect(await bodiesIn(alice, matrixRoom)).not.toContain('not for you');
    expect(refused(await workspaceTexts(scene))).toHaveLength(1);
  });

  test('an invitation from Matrix is answered with the reason', async () => {
    const { alice, ghost, bobName } = await newStrangers(bench);
    await only(['admin']);
    const matrixRoom = await startOnMatrix(alice, [ghost]);
    await eventually(async () =>
      expect(await bodiesIn(alice, matrixRoom)).toEqual([
        `@${bobName} may not have direct messages with people on Matrix: the administrator of their workspace decides who may.`,
      ]),
    );
    await eventually(async () =>
      expect((await alice.state(matrixRoom, 'm.room.member', ghost))?.['membership']).toBe('leave'),
    );
  });

  test('in a federated room everybody who is in it writes', async () => {
    const scene = await newDirect(bench);
    await only([]);
    const room = await scene.bob.createRoom('c', `open-${scene.room.id.slice(0, 8).toLowerCase()}`);
    const linked = await running.service.link({ room: room.name });
    const inRoom = { ...scene, room, matrixRoom: linked.room.matrixRoomId as typeof scene.matrixRoom };
    await scene.alice.join(inRoom.matrixRoom);
    await post(scene.bob, room, 'everybody');
    await aliceReads(inRoom, ['everybody']);
  });
});
