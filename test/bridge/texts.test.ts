import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, edit, post, startBench } from '../support/bridge-bench.ts';
import { type Scene, aliceReads, bobReads, eventOnMatrix, newConversation, newScene } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';

let sent = 0;

/** Says something as clients do that know pills and whom they mention. */
function say({ alice, matrixRoom }: Scene, content: Record<string, unknown>) {
  sent += 1;
  return alice.sendEvent(matrixRoom, 'm.room.message', `say-${sent}`, { msgtype: 'm.text', ...content });
}

const html = (body: string, formatted: string): Record<string, unknown> => ({
  body,
  format: 'org.matrix.custom.html',
  formatted_body: formatted,
});

async function contentOnMatrix(scene: Scene, body: string): Promise<Record<string, unknown>> {
  const event = await eventually(() => eventOnMatrix(scene, body));
  return event['content'] as Record<string, unknown>;
}

describe.each(homeservers)('names in messages, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
    scene = await newConversation(bench, running);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  });
  afterAll(() => bench.stop());

  test("a mention in Rocket.Chat of a Matrix user's puppet mentions the Matrix user", async () => {
    await post(scene.bob, scene.room, `@${scene.puppet} have you seen it?`);
    const name = scene.alice.userId.slice(1, scene.alice.userId.indexOf(':'));
    expect(await contentOnMatrix(scene, `${name} have you seen it?`)).toMatchObject({
      formatted_body: `<a href="https://matrix.to/#/${scene.alice.userId}">${name}</a> have you seen it?`,
      'm.mentions': { user_ids: [scene.alice.userId] },
    });
  });

  test('a mention of somebody unknown stays text and notifies nobody', async () => {
    await post(scene.bob, scene.room, 'ask @nobody.here');
    expect((await contentOnMatrix(scene, 'ask @nobody.here'))['m.mentions']).toEqual({});
  });

  test('a pill on Matrix mentions the Rocket.Chat user behind a ghost, and the puppet of a Matrix user', async () => {
    const { ghost, alice } = scene;
    const pill = (id: string, shown: string) => `<a href="https://matrix.to/#/${id}">${shown}</a>`;
    await say(scene, html('bob and alice: come', `${pill(ghost, 'bob')} and ${pill(alice.userId, 'alice')}: come`));
    const bob = (await scene.bob.me()).username;
    await bobReads(scene, [
      `@${scene.puppet} have you seen it?`,
      'ask @nobody.here',
      `@${bob} and @${scene.puppet}\u200B: come`,
    ]);
  });

  test('a federated room is a room on the other side too', async () => {
    const other = await newScene(bench, running);
    const portal = await running.connected.parts.store.portals.byWorkspaceRoom(other.room.id);
    await post(scene.bob, scene.room, `see #${other.room.name}`);
    const link = encodeURIComponent(portal?.alias ?? '').replaceAll('%3A', ':');
    expect(await contentOnMatrix(scene, `see #${other.room.name}`)).toMatchObject({
      formatted_body: `see <a href="https://matrix.to/#/${link}">#${other.room.name}</a>`,
    });
    await say(scene, html('or there', `or <a href="https://matrix.to/#/${other.matrixRoom}">there</a>`));
    await eventually(async () => {
      const { updated } = await scene.bob.syncMessages(scene.room.id, 0);
      expect(updated.map((message) => message['msg'])).toContain(`or #${other.room.name}`);
    });
  });

  test('all are mentioned only by who may mention all, both ways', async () => {
    const own = await newConversation(bench, running, { ownRoom: true });
    const everybody = { body: '@room lunch', 'm.mentions': { room: true } };
    await say(own, everybody);
    await bobReads(own, ['@all lunch']);
    // A ghost has no power in that room, alice has none in the bridge's.
    await post(own.bob, own.room, '@all lunch?');
    expect((await contentOnMatrix(own, '@all lunch?'))['m.mentions']).toEqual({});
    const levels = (await own.alice.state(own.matrixRoom, 'm.room.power_levels', '')) ?? {};
    const another = await newScene(bench, running);
    await say(another, everybody);
    await eventually(async () => {
      const { updated } = await another.bob.syncMessages(another.room.id, 0);
      const message = updated.find((one) => String(one['msg']).endsWith('lunch'));
      expect(message).toBeDefined();
      expect(message?.['msg']).not.toMatch(/@all/);
    });
    const third = await newScene(bench, running, { ownRoom: true });
    await third.alice.sendState(third.matrixRoom, 'm.room.power_levels', '', {
      ...levels,
      users: { [third.alice.userId]: 100 },
      notifications: { room: 0 },
    });
    await post(third.bob, third.room, '@here lunch!');
    expect((await contentOnMatrix(third, '@room lunch!'))['m.mentions']).toEqual({ room: true });
  });

  test('an edit that adds a mention mentions', async () => {
    const own = await newConversation(bench, running);
    const id = await post(own.bob, own.room, 'who?');
    await aliceReads(own, ['who?']);
    await own.bob.updateMessage(own.room.id, id, `@${own.puppet}!`);
    const name = own.alice.userId.slice(1, own.alice.userId.indexOf(':'));
    await aliceReads(own, [`${name}!`]);
    const eventId = await say(own, { body: 'nobody' });
    await bobReads(own, [`@${own.puppet}!`, 'nobody']);
    await edit(own.alice, own.matrixRoom, eventId, 'somebody');
    await bobReads(own, [`@${own.puppet}!`, 'somebody']);
  });
});

/** 240 characters each: two of them are too long for a message of 300. */
const paragraphs = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}${index + 1} `.padEnd(12, '-').repeat(20));

describe.each(homeservers)('long texts, on $name', (homeserver) => {
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
    await say(scene, { body: parts.join('\n\n') });
    await say(scene, { body: 'after' });
    await bobReads(scene, [...parts, 'after']);
  });

  test('an edit changes the parts, adds those that are missing and takes those that are too many', async () => {
    const scene = await newConversation(bench, running);
    const eventId = await say(scene, { body: paragraphs('old', 2).join('\n\n') });
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
    const eventId = await say(scene, { body: paragraphs('secret', 3).join('\n\n') });
    await bobReads(scene, paragraphs('secret', 3));
    await scene.alice.redact(scene.matrixRoom, eventId, 'all-gone');
    await bobReads(scene, []);
  });

  test('a part that a moderator deletes takes the whole message along, on both sides', async () => {
    const scene = await newConversation(bench, running);
    const eventId = await say(scene, { body: paragraphs('rude', 3).join('\n\n') });
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
    const eventId = await say(scene, { body: paragraphs('word', 2).join('\n\n') });
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
    await running.stop();
    const parts = paragraphs('once', 4);
    const { died } = await bench.startDying('apply:acted', 2);
    await say(scene, { body: parts.join('\n\n') });
    await died;
    running = await bench.start();
    await say(scene, { body: 'after' });
    await bobReads(scene, [...parts, 'after'], 40_000);
  }, 60_000);

  test('the bridge dies between the parts of an edit: the message ends with the edited text', async () => {
    const scene = await newConversation(bench, running);
    const eventId = await say(scene, { body: paragraphs('first', 2).join('\n\n') });
    await bobReads(scene, paragraphs('first', 2));
    await running.stop();
    const { died } = await bench.startDying('apply:acted', 3);
    await edit(scene.alice, scene.matrixRoom, eventId, paragraphs('edited', 4).join('\n\n'));
    await died;
    running = await bench.start();
    await bobReads(scene, paragraphs('edited', 4), 40_000);
    await aliceReads(scene, [paragraphs('edited', 4).join('\n\n')]);
  }, 60_000);
});

describe.each(homeservers)('texts that no Matrix event has room for, on $name', (homeserver) => {
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
