import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readReactions } from '../../src/lib/bridge/workspace/reactions.ts';
import type { EventId, MessageId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, edit, post, send, startBench } from '../support/bridge-bench.ts';
import {
  type Scene,
  aliceReads,
  allIsWell,
  authorInWorkspace,
  bobReads,
  eventOnMatrix,
  messageInWorkspace,
} from '../support/bridge-scene.ts';
import { newDirect } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import {
  bytesInWorkspace,
  bytesOnMatrix,
  filesInWorkspace,
  filesOnMatrix,
  postFile,
  sendFileEvent,
  uploadToMatrix,
} from '../support/file-messages.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { typistsOf, typingNews } from '../support/typists.ts';

const file = { fileName: 'plan.txt', contentType: 'text/plain', bytes: Buffer.from('a plan') };

describe.each(finerHomeservers)('everything a direct message can hold, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  let sent = 0;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newDirect(bench);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const eventId = async (body: string): Promise<EventId> =>
    eventually(async () => (await eventOnMatrix(scene, body))['event_id'] as EventId);
  const messageId = async (text: string): Promise<MessageId> =>
    eventually(async () => (await messageInWorkspace(scene, text))._id);
  const say = (body: string, relation: Record<string, unknown>): Promise<EventId> => {
    sent += 1;
    const content = { msgtype: 'm.text', body, 'm.relates_to': relation };
    return scene.alice.sendEvent(scene.matrixRoom, 'm.room.message', `direct-${sent}`, content);
  };

  test('edits and deletions, from Rocket.Chat', async () => {
    const { bob, room } = scene;
    const [one, other] = [await post(bob, room, 'fisrt'), await post(bob, room, 'second')];
    await aliceReads(scene, ['fisrt', 'second']);
    await bob.updateMessage(room.id, one, 'first');
    await aliceReads(scene, ['first', 'second']);
    await bob.deleteMessage(room.id, other);
    await aliceReads(scene, ['first']);
  });

  test('edits and deletions, from Matrix', async () => {
    const { alice, matrixRoom, puppet } = scene;
    const one = await send(alice, matrixRoom, 'fisrt');
    const other = await send(alice, matrixRoom, 'second');
    await bobReads(scene, ['fisrt', 'second']);
    expect((await authorInWorkspace(scene, 'second')).username).toBe(puppet);
    await edit(alice, matrixRoom, one, 'first');
    await bobReads(scene, ['first', 'second']);
    await alice.redact(matrixRoom, other, 'redact-direct');
    await bobReads(scene, ['first']);
  });

  test('reactions, given and taken back, both ways', async () => {
    const { alice, bob, matrixRoom, room, puppet, ghost } = scene;
    const id = await post(bob, room, 'well?');
    const target = await eventId('well?');
    const given = await alice.sendEvent(matrixRoom, 'm.reaction', `react-${target}`, {
      'm.relates_to': { rel_type: 'm.annotation', event_id: target, key: '👍' },
    });
    const reactions = async () => Object.fromEntries(readReactions((await bob.getMessage(id)) ?? {}));
    await eventually(async () => expect(await reactions()).toEqual({ ':thumbsup:': [puppet] }));
    await alice.redact(matrixRoom, given, `unreact-${target}`);
    await eventually(async () => expect(await reactions()).toEqual({}));
    await bob.react(id, ':heart:', true);
    await eventually(async () => {
      const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 20 });
      expect(events).toContainEqual(expect.objectContaining({ type: 'm.reaction', sender: ghost }));
    });
  });

  test('replies and threads, both ways', async () => {
    const { bob, room } = scene;
    const id = await post(bob, room, 'who comes?');
    const question = await eventId('who comes?');
    await say('I do', { 'm.in_reply_to': { event_id: question } });
    const link = `[ ](${bench.workspace.url}/direct/${room.id}?msg=${id})`;
    await bobReads(scene, ['who comes?', `${link}\nI do`]);
    expect((await messageInWorkspace(scene, `${link}\nI do`))['attachments']).toMatchObject([{ text: 'who comes?' }]);
    await say('in a thread', { rel_type: 'm.thread', event_id: question });
    await eventually(async () => expect(await messageInWorkspace(scene, 'in a thread')).toMatchObject({ tmid: id }));
    sent += 1;
    const answer = `directanswer${sent}${Date.now()}`.slice(0, 17) as MessageId;
    await bob.sendMessage({ id: answer, roomId: room.id, text: 'there too', threadId: id });
    await eventId('there too');
    expect((await eventOnMatrix(scene, 'there too'))['content']).toMatchObject({
      'm.relates_to': { rel_type: 'm.thread', event_id: question },
    });
    await post(bob, room, `[ ](${bench.workspace.url}/direct/${room.id}?msg=${await messageId('in a thread')}) quoted`);
    await eventId('quoted');
    expect((await eventOnMatrix(scene, 'quoted'))['content']).toMatchObject({
      'm.relates_to': { 'm.in_reply_to': {} },
    });
  });

  test('files, both ways', async () => {
    const { alice, bob, matrixRoom, room, puppet } = scene;
    const { fileName, contentType, bytes } = file;
    await sendFileEvent(alice, matrixRoom, {
      msgtype: 'm.file',
      body: fileName,
      filename: fileName,
      info: { mimetype: contentType, size: bytes.byteLength },
      url: await uploadToMatrix(alice, file),
    });
    const [posted] = await eventually(async () => {
      const files = await filesInWorkspace(bob, room);
      expect(files).toHaveLength(1);
      return files;
    });
    expect(posted).toMatchObject({ u: { username: puppet }, file: { name: fileName } });
    expect(await bytesInWorkspace(bob, posted ?? {})).toEqual(bytes);
    await postFile(bob, room, { ...file, fileName: 'back.txt' });
    await eventually(async () => expect(await filesOnMatrix(alice, matrixRoom)).toHaveLength(2));
    const shown = (await filesOnMatrix(alice, matrixRoom)).at(-1);
    expect(await bytesOnMatrix(alice, shown?.['url'])).toEqual(bytes);
  });

  test('typing, both ways', async () => {
    const { alice, bob, matrixRoom, room, puppet, ghost } = scene;
    const typists = typistsOf(bench, scene);
    await using news = await typingNews(bench, bob, room);
    const name = (await bob.me()).username;
    await eventually(async () => {
      await bob.setTyping(room.id, name, false);
      await bob.setTyping(room.id, name, true);
      expect(await typists()).toEqual([ghost]);
    });
    await bob.setTyping(room.id, name, false);
    await eventually(async () => expect(await typists()).toEqual([]));
    await eventually(async () => {
      await alice.setTyping(matrixRoom, false, 0);
      await alice.setTyping(matrixRoom, true, 30_000);
      await eventually(
        () => expect(news.all).toContainEqual({ kind: 'typing', roomId: room.id, username: puppet, typing: true }),
        1_000,
      );
    });
  });

  test('a message that somebody else removes on Matrix stays in Rocket.Chat, which is said once', async () => {
    const { alice, bob, matrixRoom, room } = scene;
    await post(bob, room, 'mine');
    await alice.redact(matrixRoom, await eventId('mine'), 'not-mine');
    await aliceReads(scene, [
      'In a direct message of Rocket.Chat only its author can delete a message: what was removed here is still there.',
    ]);
    await bobReads(scene, ['mine']);
  });
});
