import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EventId, MessageId } from '../../src/lib/core/ids.ts';
import { readReactions } from '../../src/lib/bridge/workspace/reactions.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  askWorkspace,
  bobReads,
  eventOnMatrix,
  messageInWorkspace,
  newConversation,
  type Scene,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { picture } from '../../src/sandbox/features/sample-media.ts';

const LIMIT = 1_000_000;

describe.each(finerHomeservers)('custom emoji, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let given = 0;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const reactOnMatrix = (
    { alice, matrixRoom }: Scene,
    target: EventId,
    key: string,
    more: Record<string, unknown> = {},
  ): Promise<EventId> => {
    given += 1;
    return alice.sendEvent(matrixRoom, 'm.reaction', `custom-${process.pid}-${given}`, {
      'm.relates_to': { rel_type: 'm.annotation', event_id: target, key },
      ...more,
    });
  };
  const reactionsOnMatrix = async ({ alice, matrixRoom, ghost }: Scene): Promise<Record<string, unknown>[]> => {
    const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 100 });
    const reactions = events.filter(({ type, sender }) => type === 'm.reaction' && sender === ghost);
    return reactions.map(({ content }) => content as Record<string, unknown>).filter((one) => 'm.relates_to' in one);
  };
  const keyOf = (content: Record<string, unknown> | undefined): string =>
    String((content?.['m.relates_to'] as { key?: string } | undefined)?.key);
  const inWorkspace = async ({ bob }: Scene, id: MessageId): Promise<Record<string, readonly string[]>> =>
    Object.fromEntries(readReactions((await bob.getMessage(id)) ?? {}));
  const imageAt = async ({ alice }: Scene, mxc: string): Promise<Buffer> =>
    Buffer.from((await alice.media(mxc, LIMIT)).bytes);
  /** What bob wrote, as alice's client shows it. */
  const shownOnMatrix = async (scene: Scene, body: string): Promise<string> =>
    String(((await eventOnMatrix(scene, body))['content'] as Record<string, unknown>)['formatted_body']);
  const said = async (scene: Scene, text: string): Promise<{ id: MessageId; event: EventId }> => {
    const id = await post(scene.bob, scene.room, text);
    const event = await eventually(async () => (await eventOnMatrix(scene, text))['event_id'] as EventId);
    return { id, event };
  };

  /** An emoji of its own for each test, with another picture. */
  const newEmoji = async (name: string, aliases = ''): Promise<{ name: string; image: Buffer<ArrayBuffer> }> => {
    given += 1;
    const own = `${name}_${given}`;
    const image = picture(100 + given, 20);
    await upload('create', { name: own, aliases }, image);
    return { name: own, image };
  };
  const upload = async (what: string, fields: Record<string, string>, image: Buffer<ArrayBuffer>): Promise<void> => {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    form.append('emoji', new Blob([image], { type: 'image/png' }), 'emoji.png');
    const { userId, token } = bench.admin.credentials ?? bench.config.workspace.credentials;
    const answer = await fetch(`${bench.workspace.url}/api/v1/emoji-custom.${what}`, {
      method: 'POST',
      headers: { 'x-user-id': userId, 'x-auth-token': token.reveal() },
      body: form,
    });
    if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`);
  };
  const idOf = (name: string): string => bench.workspace.state.emoji.find(name)?._id ?? '';

  test('a reaction with one is its image on Matrix, with its short code, and is taken back', async () => {
    const parrot = await newEmoji('partyparrot');
    const scene = await newConversation(bench, running);
    const { id } = await said(scene, 'party?');
    const code = `:${parrot.name}:`;
    await scene.bob.react(id, code, true);
    const reaction = await eventually(async () => {
      const [one] = await reactionsOnMatrix(scene);
      expect(one).toMatchObject({ shortcode: code, 'com.beeper.reaction.shortcode': code });
      return one;
    });
    expect(keyOf(reaction)).toMatch(/^mxc:\/\//);
    expect(await imageAt(scene, keyOf(reaction))).toEqual(parrot.image);
    await scene.bob.react(id, code, false);
    await eventually(async () => expect(await reactionsOnMatrix(scene)).toEqual([]));
  });

  test('in a text it is its image on Matrix, which is uploaded once', async () => {
    const { name, image } = await newEmoji('blob', 'jelly_blob');
    const scene = await newConversation(bench, running);
    const body = `look :${name}: and :${name}:`;
    await said(scene, body);
    const html = await shownOnMatrix(scene, body);
    const sources = [...html.matchAll(/src="([^"]+)"/g)].map(([, source]) => source ?? '');
    expect(sources).toHaveLength(2);
    expect(new Set(sources).size).toBe(1);
    const [source = ''] = sources;
    const code = `:${name}:`;
    const shown = `<img data-mx-emoticon src="${source}" alt="${code}" title="${code}" height="32">`;
    expect(html).toBe(`look ${shown} and ${shown}`);
    expect(await imageAt(scene, source)).toEqual(image);
    // By its other name it is the same image, which a restart does not bring again.
    await running.stop();
    running = await bench.start();
    await said(scene, 'and :jelly_blob: too');
    expect(await shownOnMatrix(scene, 'and :jelly_blob: too')).toContain(
      `src="${source}" alt=":jelly_blob:" title=":jelly_blob:"`,
    );
  });

  test('an edit shows it as well', async () => {
    const { name } = await newEmoji('cheers');
    const scene = await newConversation(bench, running);
    const { id } = await said(scene, 'first');
    await scene.bob.updateMessage(scene.room.id, id, `first :${name}:`);
    await eventually(async () => {
      const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
      const edited = events.map(({ content }) => (content as Record<string, unknown>)['m.new_content']);
      expect(JSON.stringify(edited)).toContain('data-mx-emoticon');
    });
  });

  test('whoever changes the image changes what is shown from then on', async () => {
    const { name, image } = await newEmoji('mood');
    const scene = await newConversation(bench, running);
    await said(scene, `before :${name}:`);
    const former = /src="([^"]+)"/.exec(await shownOnMatrix(scene, `before :${name}:`))?.[1] ?? '';
    expect(await imageAt(scene, former)).toEqual(image);
    const other = picture(64, 64);
    await upload('update', { _id: idOf(name), name }, other);
    let tries = 0;
    const changed = await eventually(async () => {
      tries += 1;
      const text = `after ${tries} :${name}:`;
      await said(scene, text);
      const source = /src="([^"]+)"/.exec(await shownOnMatrix(scene, text))?.[1] ?? '';
      expect(source).not.toBe(former);
      return source;
    });
    expect(await imageAt(scene, changed)).toEqual(other);
    await askWorkspace(bench, bench.admin, 'emoji-custom.delete', { emojiId: idOf(name) });
    await eventually(async () => {
      tries += 1;
      await said(scene, `gone ${tries} :${name}:`);
      expect(await shownOnMatrix(scene, `gone ${tries} :${name}:`)).toBe('undefined');
    });
  });

  test('one whose image can not be had stays its short code', async () => {
    const { name } = await newEmoji('broken');
    const emoji = bench.workspace.state.emoji.find(name);
    if (emoji === undefined) throw new Error('the emoji is not there');
    bench.workspace.state.emoji.add({ ...emoji, extension: 'gif' }, Buffer.from('<svg onload="alert(1)"/>'));
    const scene = await newConversation(bench, running);
    const { id } = await said(scene, `so :${name}: it is`);
    expect(await shownOnMatrix(scene, `so :${name}: it is`)).toBe('undefined');
    await scene.bob.react(id, `:${name}:`, true);
    await eventually(async () => {
      const [one] = await reactionsOnMatrix(scene);
      expect([keyOf(one), one?.['shortcode']]).toEqual([`:${name}:`, `:${name}:`]);
    });
  });

  test('more of them than an event has room for are short codes, and the text is whole', async () => {
    const { name } = await newEmoji('many');
    const scene = await newConversation(bench, running);
    const text = `:${name}: `.repeat(400).trim();
    await said(scene, text);
    expect(await shownOnMatrix(scene, text)).toBe('undefined');
  });

  test('a reaction on Matrix with its image, or with its short code, is the emoji in Rocket.Chat', async () => {
    const one = await newEmoji('ours');
    const other = await newEmoji('named');
    const scene = await newConversation(bench, running);
    const { id, event } = await said(scene, `which :${one.name}:`);
    const mxc = /src="([^"]+)"/.exec(await shownOnMatrix(scene, `which :${one.name}:`))?.[1] ?? '';
    // As clients do when somebody presses on a reaction that is there: the image alone.
    const first = await reactOnMatrix(scene, event, mxc);
    await reactOnMatrix(scene, event, `mxc://${scene.alice.serverName}/elsewhere`, { shortcode: `:${other.name}:` });
    const both = { [`:${one.name}:`]: [scene.puppet], [`:${other.name}:`]: [scene.puppet] };
    await eventually(async () => expect(await inWorkspace(scene, id)).toEqual(both));
    await scene.alice.redact(scene.matrixRoom, first, `uncustom-${process.pid}-${given}`);
    await eventually(async () => expect(await inWorkspace(scene, id)).toEqual({ [`:${other.name}:`]: [scene.puppet] }));
  });

  test('in a text of Matrix it is its short code if Rocket.Chat has it, else what it says', async () => {
    const { name } = await newEmoji('wink');
    const scene = await newConversation(bench, running);
    const image = (alt: string): string =>
      `<img data-mx-emoticon src="mxc://a.example/${alt.length}" alt="${alt}" height="32">`;
    given += 1;
    await scene.alice.sendEvent(scene.matrixRoom, 'm.room.message', `emoticon-${process.pid}-${given}`, {
      msgtype: 'm.text',
      body: `so :${name}: and :stranger:`,
      format: 'org.matrix.custom.html',
      formatted_body: `so ${image(`:${name}:`)} and ${image('a stranger')}`,
    });
    await bobReads(scene, [`so :${name}: and a stranger`]);
  });

  test('an image that Rocket.Chat does not have is said to be missing, once in a room', async () => {
    const scene = await newConversation(bench, running);
    const { id, event } = await said(scene, 'anything');
    await reactOnMatrix(scene, event, 'mxc://a.example/none', { shortcode: ':nobody_has_it:' });
    await reactOnMatrix(scene, event, 'mxc://a.example/none2');
    await send(scene.alice, scene.matrixRoom, 'after');
    await eventually(() => messageInWorkspace(scene, 'after'));
    expect(await inWorkspace(scene, id)).toEqual({});
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
    const notices = events.filter(({ content }) => (content as Record<string, unknown>)['msgtype'] === 'm.notice');
    expect(notices.map(({ sender }) => sender)).toEqual([running.connected.parts.homeserver.userId]);
    expect(notices[0]?.['content']).toMatchObject({
      'm.mentions': { user_ids: [scene.alice.userId] },
      'm.relates_to': { 'm.in_reply_to': { event_id: event } },
    });
  });
});
