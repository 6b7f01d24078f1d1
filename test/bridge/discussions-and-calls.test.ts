import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RawMessage } from '../../src/lib/rocketchat/types.ts';
import { systemMessage } from '../../src/sandbox/workspace/system-messages.ts';
import { messageChanged } from '../../src/sandbox/workspace/message-events.ts';
import { type Bench, type RunningBridge, post, startBench } from '../support/bridge-bench.ts';
import {
  type Scene,
  aliceReads,
  askWorkspace,
  eventOnMatrix,
  fresh,
  matrixBodies,
  newConversation,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

describe.each(finerHomeservers)('discussions, calls and encryption in Rocket.Chat, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  });
  afterAll(() => bench.stop());

  const inWorkspace = (type: string): Promise<RawMessage> =>
    eventually(async () => {
      const { updated } = await scene.bob.syncMessages(scene.room.id, 0);
      const found = updated.findLast((message) => message['t'] === type);
      expect(found).toBeDefined();
      return found as RawMessage;
    });
  /** Something of Rocket.Chat's own that REST has no request for. */
  async function told(type: string, text: string) {
    const { state } = bench.workspace;
    const room = state.rooms.byId(scene.room.id);
    const by = state.accounts.byId((await scene.bob.me()).id);
    if (room === undefined || by === undefined) throw new Error('the room or its owner is gone');
    return systemMessage(state, { type, room, by, text });
  }
  const edits = async (): Promise<number> => {
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
    return events.filter((event) => JSON.stringify(event).includes('m.new_content')).length;
  };

  test('a discussion is told of with its name and a link, once, however much is said in it', async () => {
    const body = { prid: scene.room.id, t_name: 'About <lunch>, & more' };
    await askWorkspace(bench, scene.bob, 'rooms.createDiscussion', body);
    const { drid } = await inWorkspace('discussion-created');
    const link = `${bench.workspace.url}/channel/${String(drid)}`;
    const notice = `started a discussion: About <lunch>, & more (${link})`;
    await aliceReads(scene, [notice]);
    const { content, sender } = await eventOnMatrix(scene, notice);
    expect(sender).toBe(scene.ghost);
    expect(content).toMatchObject({
      msgtype: 'm.notice',
      formatted_body: `started a discussion: <a href="${link}">About &lt;lunch&gt;, &amp; more</a>`,
    });
    await scene.bob.react((await inWorkspace('discussion-created'))['_id'] as never, ':heart:', true);
    await eventually(async () => {
      const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 20 });
      expect(events.some(({ type }) => type === 'm.reaction')).toBe(true);
    });
    for (const text of ['pizza', 'or soup']) await post(scene.bob, { id: drid as never }, text);
    expect((await inWorkspace('discussion-created'))['dcount']).toBe(2);
    await post(scene.bob, scene.room, 'after');
    await aliceReads(scene, [notice, 'after']);
    expect(await edits()).toBe(0);
  });

  test('a discussion of a message repeats nothing of it in the parent room', async () => {
    const pmid = await post(scene.bob, scene.room, 'who cooks?');
    await aliceReads(scene, ['who cooks?']);
    const body = { prid: scene.room.id, pmid, t_name: 'Cooking' };
    await askWorkspace(bench, scene.bob, 'rooms.createDiscussion', body);
    await eventually(async () => {
      const [, notice, ...rest] = fresh(await matrixBodies(scene));
      expect(notice).toMatch(/^started a discussion: Cooking \(http/);
      expect(rest).toEqual([]);
    });
  });

  test('a call is told of with a link to the room, and its end is no edit', async () => {
    await askWorkspace(bench, scene.bob, 'video-conference.start', { roomId: scene.room.id });
    const notice = `started a call (${bench.workspace.url}/channel/${scene.room.name})`;
    await aliceReads(scene, [notice]);
    expect((await eventOnMatrix(scene, notice))['content']).toMatchObject({ msgtype: 'm.notice' });
    const { _id } = await inWorkspace('videoconf');
    const message = bench.workspace.state.messages.get(String(_id));
    if (message === undefined) throw new Error('the call is gone');
    message.blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'Call ended' } }];
    messageChanged(bench.workspace.state, message);
    await post(scene.bob, scene.room, 'that was short');
    await aliceReads(scene, [notice, 'that was short']);
    expect(await edits()).toBe(0);
    await scene.bob
      .deleteMessage(scene.room.id, _id as never)
      .catch(() => bench.admin.deleteMessage(scene.room.id, _id as never));
    await aliceReads(scene, ['that was short']);
  });

  test('what Rocket.Chat says of the room and its people is no message', async () => {
    await told('user-muted', 'carol');
    await told('livechat-close', 'bye');
    await post(scene.bob, scene.room, 'after all that');
    await aliceReads(scene, ['after all that']);
  });

  test('encryption is told of on both sides, once, and the rows that nobody can read name their reason', async () => {
    const ciphertext = 'bm90IGZvciB5b3U=';
    const before = await post(scene.bob, scene.room, 'said before');
    await aliceReads(scene, ['said before']);
    await told('room_e2e_enabled', 'bob');
    const secret = await told('e2e', ciphertext);
    await told('e2e', ciphertext);
    // Edited since, it is as unreadable as all that is new: on Matrix it stays as it was.
    const edited = bench.workspace.state.messages.get(before);
    if (edited === undefined) throw new Error('the message is gone');
    Object.assign(edited, { t: 'e2e', msg: ciphertext });
    messageChanged(bench.workspace.state, edited);
    const onMatrix = ['said before', expect.stringMatching(/^The room in Rocket\.Chat is end-to-end/)];
    const inRoom = [expect.stringMatching(/^This room is end-to-end encrypted/)];
    await eventually(async () => {
      expect(fresh(await matrixBodies(scene))).toEqual(onMatrix);
      expect(fresh(await workspaceTexts(scene))).toEqual(inRoom);
    });
    await eventually(async () => {
      const rows = await bench.peek((store) => store.inbox.byRef(secret._id));
      expect(rows.map(({ outcome }) => outcome)).toEqual(['encrypted']);
    });
    await running.stop();
    running = await bench.start();
    await told('e2e', ciphertext);
    await post(scene.bob, scene.room, 'in the clear');
    await eventually(async () => expect(fresh(await matrixBodies(scene))).toEqual([...onMatrix, 'in the clear']));
    expect(fresh(await workspaceTexts(scene))).toHaveLength(2);
    expect(JSON.stringify(fresh(await matrixBodies(scene)))).not.toContain(ciphertext);
    expect(bench.logged.filter((line) => line.includes('workspace-room-encrypted'))).toHaveLength(1);
  });

  test('a room that is encrypted already is not linked: the refusal says why and what helps', async () => {
    const room = await scene.bob.createRoom('c', `secret-${scene.room.name}`);
    const document = bench.workspace.state.rooms.byId(room.id);
    if (document === undefined) throw new Error('the room is gone');
    document.encrypted = true;
    await expect(running.service.link({ room: room.name, matrixRoom: undefined })).rejects.toMatchObject({
      code: 'RCFED_ROOM_NOT_FEDERABLE',
      why: expect.stringMatching(/end-to-end encrypted/) as string,
    });
  });
});
