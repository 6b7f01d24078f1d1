import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { WorkspaceRoomId } from '../../src/lib/core/ids.ts';
import type { WorkspaceApi } from '../../src/lib/rocketchat/types.ts';
import { type Bench, type RunningBridge, bodiesIn, post, send, startBench, textsIn } from '../support/bridge-bench.ts';
import { allIsWell, newConversation } from '../support/bridge-scene.ts';
import { acceptDirect, invitesOf, newStrangers } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('what people write to the bridge itself, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
  });
  afterAll(() => bench.stop());

  const withBot = async (person: WorkspaceApi): Promise<{ id: WorkspaceRoomId }> => person.openDirect(['rcfed']);
  const lastIn = (person: WorkspaceApi, room: { id: WorkspaceRoomId }, text: string): Promise<void> =>
    eventually(async () => expect((await textsIn(person, room.id)).at(-1)).toContain(text));

  test('in a direct message with its bot: help, and a direct message with somebody on Matrix, once', async () => {
    const { alice, bob, puppet } = await newStrangers(bench);
    const room = await withBot(bob);
    await post(bob, room, 'help');
    await lastIn(bob, room, 'federation dm');
    // What it says can be written to it as it stands there.
    const help = (await textsIn(bob, room.id)).at(-1) ?? '';
    expect(help.split('\n').filter((line) => /^\/|leave/.test(line))).toEqual([]);
    expect(help).toContain('!invite');
    await post(bob, room, 'leave');
    await lastIn(bob, room, 'rcfed rooms leave ROOM');
    await post(bob, room, `federation dm @\u200B${alice.userId.slice(1)}`);
    await lastIn(bob, room, 'is open on both sides');
    const matrixRoom = await acceptDirect(bench, alice);
    await post(bob, await bob.openDirect([puppet]), 'there you are');
    await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toEqual(['there you are']));
    await post(bob, room, `federation dm ${alice.userId}`);
    await lastIn(bob, room, 'is open already');
    await post(bob, room, 'what can you do?');
    await lastIn(bob, room, 'Write help to see what there is.');
    expect(await textsIn(bob, room.id)).toHaveLength(10);
    expect(await invitesOf(bench, alice)).toHaveLength(1);
    await allIsWell(running);
  });

  test('in a federated room: it is done with the rights of who wrote it, and nobody on Matrix reads it', async () => {
    const scene = await newConversation(bench, running);
    const { alice, bob, room, matrixRoom } = scene;
    const guest = await newStrangers(bench);
    const before = await bodiesIn(alice, matrixRoom);
    await post(bob, room, `!invite ${guest.alice.userId}`);
    await lastIn(bob, room, `${guest.alice.userId.slice(1)}: invited`);
    await eventually(async () =>
      expect((await invitesOf(bench, guest.alice)).map(({ roomId }) => roomId)).toEqual([matrixRoom]),
    );
    // Who may add nobody in Rocket.Chat may invite nobody from there.
    await running.service.setFederationRoles({ actions: ['invite'], roles: [] });
    await post(bob, room, `!invite @somebody:elsewhere.test`);
    await lastIn(bob, room, 'You may not invite people on Matrix');
    await running.service.setFederationRoles({ actions: ['invite'], roles: null });
    const { service } = running;
    const other = await newConversation(bench, running, { type: 'p' });
    const secret = (await service.rooms()).find(({ roomId }) => roomId === other.room.id);
    await post(bob, room, `!federation join ${secret?.matrixRoomId}`);
    await lastIn(bob, room, `You may not join ${secret?.matrixRoomId}`);
    await post(bob, room, '!invitation is a word');
    await eventually(async () =>
      expect(await bodiesIn(alice, matrixRoom)).toEqual([...before, '!invitation is a word']),
    );
    await send(alice, matrixRoom, '!federation help');
    await eventually(async () =>
      expect(await bodiesIn(alice, matrixRoom)).toEqual([...before, '!invitation is a word', '!federation help']),
    );
    await lastIn(bob, room, '!federation help');
    await allIsWell(running);
  });

  test('while the bridge was down: it is answered when it runs again', async () => {
    const scene = await newConversation(bench, running);
    const { alice, bob, room, matrixRoom } = scene;
    const before = await bodiesIn(alice, matrixRoom);
    const own = await withBot(bob);
    await post(bob, own, 'help');
    await lastIn(bob, own, 'federation dm');
    await running.stop();
    await post(bob, own, 'federation search nothing-of-that-name');
    await post(bob, room, '!federation help');
    running = await bench.start();
    await lastIn(bob, own, 'No public room');
    await lastIn(bob, room, '!federation dm');
    await post(bob, room, 'and now to something else');
    await eventually(async () =>
      expect(await bodiesIn(alice, matrixRoom)).toEqual([...before, 'and now to something else']),
    );
    expect(await textsIn(bob, own.id)).toHaveLength(4);
  });
});
