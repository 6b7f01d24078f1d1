import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId, MessageId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, edit, post, startBench } from '../support/bridge-bench.ts';
import {
  type Scene,
  aliceReads,
  bobReads,
  eventOnMatrix,
  fresh,
  matrixBodies,
  newConversation,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

interface OnMatrix {
  readonly event_id: EventId;
  readonly sender: string;
  readonly content: Record<string, unknown>;
}
type InWorkspace = Record<string, unknown> & { readonly _id: MessageId };

let sent = 0;

describe.each(finerHomeservers)('replies and threads, on $name', (homeserver) => {
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

  /** Says something on Matrix with a relation. */
  function say(body: string, relation?: Record<string, unknown>): Promise<EventId> {
    sent += 1;
    const content = { msgtype: 'm.text', body, ...(relation === undefined ? {} : { 'm.relates_to': relation }) };
    return scene.alice.sendEvent(scene.matrixRoom, 'm.room.message', `say-${sent}`, content);
  }
  const replyTo = (id: string): Record<string, unknown> => ({ 'm.in_reply_to': { event_id: id } });
  const inThread = (root: EventId, answered?: EventId): Record<string, unknown> => ({
    rel_type: 'm.thread',
    event_id: root,
    is_falling_back: answered === undefined,
    ...replyTo(answered ?? root),
  });
  const onMatrix = async (body: string): Promise<OnMatrix> =>
    (await eventually(() => eventOnMatrix(scene, body))) as unknown as OnMatrix;
  const inWorkspace = (isIt: (text: string) => boolean): Promise<InWorkspace> =>
    eventually(async () => {
      const { updated } = await scene.bob.syncMessages(scene.room.id, 0);
      const found = updated.findLast((message) => isIt(String(message['msg'])));
      expect(found).toBeDefined();
      return found as InWorkspace;
    });
  const linkTo = (id: string, room = scene.room.name): string => `${bench.workspace.url}/channel/${room}?msg=${id}`;

  test('a reply on Matrix quotes the message in Rocket.Chat, and an edit of it still does', async () => {
    const id = await post(scene.bob, scene.room, 'who comes?');
    const { event_id: question } = await onMatrix('who comes?');
    const answer = await say('I do', replyTo(question));
    await bobReads(scene, ['who comes?', `[ ](${linkTo(id)})\nI do`]);
    const message = await inWorkspace((text) => text.endsWith('I do'));
    expect(message['attachments']).toMatchObject([{ text: 'who comes?', message_link: linkTo(id) }]);
    await edit(scene.alice, scene.matrixRoom, answer, 'we do');
    await bobReads(scene, ['who comes?', `[ ](${linkTo(id)})\nwe do`]);
  });

  test('a quote in Rocket.Chat is a reply on Matrix, without the link, that mentions the quoted author', async () => {
    const question = await say('who comes?');
    await bobReads(scene, ['who comes?']);
    const { _id } = await inWorkspace((text) => text === 'who comes?');
    const id = await post(scene.bob, scene.room, `[ ](${linkTo(_id)}) I do`);
    const { content } = await onMatrix('I do');
    expect(content['m.relates_to']).toEqual(replyTo(question));
    expect(content['m.mentions']).toEqual({ user_ids: [scene.alice.userId] });
    await scene.bob.updateMessage(scene.room.id, id, `[ ](${linkTo(_id)}) we do`);
    await aliceReads(scene, ['who comes?', 'we do']);
  });

  test('a chain of replies stays a chain, both ways', async () => {
    const first = await post(scene.bob, scene.room, 'one');
    const one = await onMatrix('one');
    const two = await say('two', replyTo(one.event_id));
    const second = await inWorkspace((text) => text.endsWith('two'));
    expect(second['msg']).toContain(linkTo(first));
    await post(scene.bob, scene.room, `[ ](${linkTo(second._id)}) three`);
    const three = await onMatrix('three');
    expect(three.content['m.relates_to']).toEqual(replyTo(two));
    await say('four', replyTo(three.event_id));
    expect((await inWorkspace((text) => text.endsWith('four')))['attachments']).toMatchObject([
      { text: expect.stringContaining('three') as string },
    ]);
  });

  test('an answer to what was said before the link quotes its text and who said it, in a thread too', async () => {
    const other = await bench.matrixUser(`carol${sent}${homeserver.name}`);
    const own = await other.createRoom({ preset: 'public_chat', visibility: 'private' });
    const old = await other.sendEvent(own, 'm.room.message', 'old', { msgtype: 'm.text', body: 'long *ago*' });
    const room = await scene.bob.createRoom('c', `late-${homeserver.name}`);
    await running.service.link({ room: room.name, matrixRoom: own });
    const answer = { msgtype: 'm.text', body: 'still so', 'm.relates_to': replyTo(old) };
    await other.sendEvent(own, 'm.room.message', 'reply', answer);
    await other.sendEvent(own, 'm.room.message', 'thread', {
      ...answer,
      body: 'and on',
      'm.relates_to': inThread(old),
    });
    const late = { ...scene, room };
    await eventually(async () => {
      const said = (await workspaceTexts(late)).find((text) => text.endsWith('still so'));
      expect(said).toMatch(/^> \*.*carol.*\* ?long/s);
      expect(said).toMatch(/ago/);
      const { updated } = await scene.bob.syncMessages(room.id, 0);
      const threaded = updated.find((message) => String(message['msg']).endsWith('and on'));
      expect(threaded?.['msg']).toBe(said?.replace('still so', 'and on'));
      expect(threaded?.['tmid']).toBeUndefined();
    });
  });

  test('a reply to what is nowhere to be found is not lost', async () => {
    await say('to whom?', replyTo('$0000000000000000000000000000000000000000000'));
    const { msg } = await inWorkspace((text) => text.endsWith('to whom?'));
    expect(msg).toBe('> a message that is not there any more\n\nto whom?');
  });

  test('a quote of a message that Matrix does not have is quoted in the text, with a link', async () => {
    const lone = await scene.bob.createRoom('c', `lone-${scene.room.name}-${homeserver.name}`);
    const id = await post(scene.bob, lone, 'said elsewhere');
    await post(scene.bob, scene.room, `[ ](${linkTo(id, lone.name)}) see there`);
    const { content } = await eventually(async () => {
      const body = fresh(await matrixBodies(scene)).find((text) => text.endsWith('see there'));
      expect(body).toBeDefined();
      return (await eventOnMatrix(scene, String(body))) as unknown as OnMatrix;
    });
    expect(content['m.relates_to']).toBeUndefined();
    expect(content['formatted_body']).toMatch(/^<blockquote>.*said elsewhere.*<\/blockquote>.*see there/s);
    expect(content['formatted_body']).toContain(linkTo(id, lone.name).replaceAll('&', '&amp;'));
  });

  test('a link that is no quote stays a link', async () => {
    await post(scene.bob, scene.room, 'look at [this](https://example.org/?msg=abc)');
    await eventually(async () =>
      expect(fresh(await matrixBodies(scene)).at(-1)).toContain('https://example.org/?msg=abc'),
    );
  });

  test('a thread in Rocket.Chat is a thread on Matrix, a quote in it an answer', async () => {
    const root = await post(scene.bob, scene.room, 'topic');
    const { event_id: top } = await onMatrix('topic');
    const reply = async (text: string, showInChannel = false): Promise<MessageId> => {
      sent += 1;
      const id = `${Date.now().toString(36)}reply${sent}`.padEnd(17, 'x').slice(0, 17) as MessageId;
      await scene.bob.sendMessage({ id, roomId: scene.room.id, text, threadId: root, showInChannel });
      return id;
    };
    const first = await reply('first');
    const one = await onMatrix('first');
    expect(one.content['m.relates_to']).toEqual(inThread(top));
    await reply('also in the room', true);
    expect((await onMatrix('also in the room')).content['m.relates_to']).toEqual(inThread(top));
    await reply(`[ ](${linkTo(first)}) to the first`);
    expect((await onMatrix('to the first')).content['m.relates_to']).toEqual(inThread(top, one.event_id));
    expect((await matrixBodies(scene)).filter((body) => body === 'also in the room')).toHaveLength(1);
  });

  test('a thread on Matrix is a thread in Rocket.Chat, an answer in it a quote', async () => {
    const root = await say('topic');
    const top = await inWorkspace((text) => text === 'topic');
    const one = await say('first', inThread(root));
    const first = await inWorkspace((text) => text === 'first');
    expect(first['tmid']).toBe(top._id);
    await say('to the first', inThread(root, one));
    const second = await inWorkspace((text) => text.endsWith('to the first'));
    expect(second['tmid']).toBe(top._id);
    expect(second['msg']).toContain(linkTo(first._id));
    await edit(scene.alice, scene.matrixRoom, one, 'first!');
    const edited = await inWorkspace((text) => text === 'first!');
    expect(edited['tmid']).toBe(top._id);
    await bench.admin.updateMessage(scene.room.id, first._id, 'second');
    const notice = await eventually(async () => {
      const body = (await matrixBodies(scene)).find((text) => /^edited by .*: second$/.test(text));
      expect(body).toBeDefined();
      return (await eventOnMatrix(scene, String(body))) as unknown as OnMatrix;
    });
    expect(notice.content['m.relates_to']).toEqual(inThread(root, one));
  });

  test("a thread goes on across both sides, also one that hangs on the other's message", async () => {
    const root = await post(scene.bob, scene.room, 'topic');
    const { event_id: top } = await onMatrix('topic');
    await say('from Matrix', inThread(top));
    const there = await inWorkspace((text) => text === 'from Matrix');
    expect(there['tmid']).toBe(root);
    await scene.bob.sendMessage({
      id: `${Date.now().toString(36)}back`.padEnd(17, 'z').slice(0, 17) as MessageId,
      roomId: scene.room.id,
      text: 'and back',
      threadId: there._id,
    });
    expect((await onMatrix('and back')).content['m.relates_to']).toEqual(inThread(top));
  });

  test('the bridge dies after it sent a reply: it is there once, in its thread', async () => {
    const root = await say('topic');
    const top = await inWorkspace((text) => text === 'topic');
    await running.stop();
    const { died } = await bench.startDying('apply:acted');
    await say('once', inThread(root));
    await died;
    running = await bench.start();
    await say('after', inThread(root));
    await bobReads(scene, ['topic', 'once', 'after'], 40_000);
    for (const word of ['once', 'after']) expect((await inWorkspace((text) => text === word))['tmid']).toBe(top._id);
  }, 60_000);
});
