import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, edit, post, send, startBench } from '../support/bridge-bench.ts';
import { aliceReads, allIsWell, bobReads, newConversation } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

/** 240 characters each: two of them are too long for a message of 300. */
const paragraphs = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}${index + 1} `.padEnd(12, '-').repeat(20));

describe.each(finerHomeservers)('long texts, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver, settings: { Message_MaxAllowedSize: 300 } });
    running = await bench.start();
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  });
  afterAll(() => bench.stop());

  test('what is longer than Rocket.Chat allows arrives in parts, in order', async () => {
    const scene = await newConversation(bench, running);
    const parts = paragraphs('part', 3);
    await send(scene.alice, scene.matrixRoom, parts.join('\n\n'));
    await send(scene.alice, scene.matrixRoom, 'after');
    await bobReads(scene, [...parts, 'after']);
  });

  test('an edit changes the parts, adds those that are missing and takes those that are too many', async () => {
    const scene = await newConversation(bench, running);
    const eventId = await send(scene.alice, scene.matrixRoom, paragraphs('old', 2).join('\n\n'));
    await bobReads(scene, paragraphs('old', 2));
    await edit(scene.alice, scene.matrixRoom, eventId, paragraphs('longer', 4).join('\n\n'));
    await bobReads(scene, paragraphs('longer', 4));
    await edit(scene.alice, scene.matrixRoom, eventId, 'short');
    await bobReads(scene, ['short']);
    const last = await edit(scene.alice, scene.matrixRoom, eventId, paragraphs('again', 2).join('\n\n'));
    await bobReads(scene, paragraphs('again', 2));
    await scene.alice.redact(scene.matrixRoom, last, 'undo-long');
    await bobReads(scene, ['short']);
  });

  test('a redaction takes all parts', async () => {
    const scene = await newConversation(bench, running);
    const eventId = await send(scene.alice, scene.matrixRoom, paragraphs('secret', 3).join('\n\n'));
    await bobReads(scene, paragraphs('secret', 3));
    await scene.alice.redact(scene.matrixRoom, eventId, 'all-gone');
    await bobReads(scene, []);
  });

  test('a part that a moderator deletes takes the whole message along, on both sides', async () => {
    const scene = await newConversation(bench, running);
    const eventId = await send(scene.alice, scene.matrixRoom, paragraphs('rude', 3).join('\n\n'));
    await bobReads(scene, paragraphs('rude', 3));
    const { updated } = await scene.bob.syncMessages(scene.room.id, 0);
    const second = updated.find((message) => String(message['msg']).startsWith('rude2'));
    await bench.admin.deleteMessage(scene.room.id, second?.['_id'] as never);
    await bobReads(scene, []);
    await aliceReads(scene, []);
    const event = await scene.alice.event(scene.matrixRoom, eventId);
    expect(event?.['content']).toEqual({});
  });

  test('a part that a moderator changes is told on Matrix', async () => {
    const scene = await newConversation(bench, running);
    const eventId = await send(scene.alice, scene.matrixRoom, paragraphs('word', 2).join('\n\n'));
    await bobReads(scene, paragraphs('word', 2));
    const { updated } = await scene.bob.syncMessages(scene.room.id, 0);
    const second = updated.find((message) => String(message['msg']).startsWith('word2'));
    await bench.admin.updateMessage(scene.room.id, second?.['_id'] as never, 'milder');
    await eventually(async () => {
      const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 1 });
      expect(events[0]?.['content']).toMatchObject({
        body: expect.stringMatching(/^edited by .*: milder$/) as string,
        'm.relates_to': { 'm.in_reply_to': { event_id: eventId } },
      });
    });
  });

  test('the bridge dies between two parts: each is there once, in order', async () => {
    const scene = await newConversation(bench, running);
    await allIsWell(running);
    await running.stop();
    const parts = paragraphs('once', 4);
    const { died } = await bench.startDying('apply:acted', 2);
    await send(scene.alice, scene.matrixRoom, parts.join('\n\n'));
    await died;
    running = await bench.start();
    await send(scene.alice, scene.matrixRoom, 'after');
    await bobReads(scene, [...parts, 'after'], 40_000);
  }, 60_000);

  test('the bridge dies between the parts of an edit: the message ends with the edited text', async () => {
    const scene = await newConversation(bench, running);
    const eventId = await send(scene.alice, scene.matrixRoom, paragraphs('first', 2).join('\n\n'));
    await bobReads(scene, paragraphs('first', 2));
    await allIsWell(running);
    await running.stop();
    const { died } = await bench.startDying('apply:acted', 3);
    await edit(scene.alice, scene.matrixRoom, eventId, paragraphs('edited', 4).join('\n\n'));
    await died;
    running = await bench.start();
    await bobReads(scene, paragraphs('edited', 4), 40_000);
    await aliceReads(scene, [paragraphs('edited', 4).join('\n\n')]);
  }, 60_000);
});

describe.each(finerHomeservers)('texts that no Matrix event has room for, on $name', (homeserver) => {
  test('become a text file with their beginning as its caption', async () => {
    const bench = await startBench({ homeserver, settings: { Message_MaxAllowedSize: 200_000 } });
    try {
      const scene = await newConversation(bench, await bench.start());
      const long = 'all of it '.repeat(7_000).trim();
      const id = await post(scene.bob, scene.room, long);
      const find = () =>
        eventually(async () => {
          const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 1 });
          const content = events[0]?.['content'] as Record<string, unknown>;
          expect(content).toMatchObject({ msgtype: 'm.file', filename: 'message.txt', info: { size: long.length } });
          return content;
        });
      const content = await find();
      expect(content['body']).toMatch(/^all of it .* …$/);
      const file = await scene.alice.media(String(content['url']), 1_000_000);
      expect(Buffer.from(file.bytes).toString()).toBe(long);
      await scene.bob.updateMessage(scene.room.id, id, 'or a bit of it');
      await aliceReads(scene, ['or a bit of it']);
    } finally {
      await bench.stop();
    }
  }, 60_000);
});
