import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MessageId } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import type { WorkspaceApi } from '../../src/lib/rocketchat/types.ts';
import type { MessageDocument } from '../../src/sandbox/workspace/documents.ts';
import { messageChanged } from '../../src/sandbox/workspace/message-events.ts';
import { type Bench, type RunningBridge, post, startBench } from '../support/bridge-bench.ts';
import {
  type Scene,
  aliceReads,
  askWorkspace,
  bobReads,
  eventOnMatrix,
  fresh,
  matrixBodies,
  newConversation,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { filesOnMatrix, postFile } from '../support/file-messages.ts';
import { finerHomeservers } from '../support/homeservers.ts';

const PROFILE = 'com.beeper.per_message_profile';
let sent = 0;

describe.each(finerHomeservers)('what bots, webhooks and apps post, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  let hooks: WorkspaceApi;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
    // What an integration posts comes from an account with the role that may write under other names.
    const account = bench.workspace.createUser({ username: 'hooks', name: 'Hooks', roles: ['bot'] });
    hooks = bench.admin.as({ userId: account.userId as never, token: new Secret(account.token) });
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  });
  afterAll(() => bench.stop());

  const postAsHook = (more: Record<string, unknown>): Promise<void> =>
    askWorkspace(bench, hooks, 'chat.postMessage', { roomId: scene.room.id, ...more });
  async function sendAsHook(more: Record<string, unknown>): Promise<MessageId> {
    sent += 1;
    const _id = `hook${sent}${homeserver.name}`.padEnd(17, 'x') as MessageId;
    await scene.bob.joinRoom(scene.room.id);
    await hooks.joinRoom(scene.room.id);
    await askWorkspace(bench, hooks, 'chat.sendMessage', { message: { _id, rid: scene.room.id, ...more } });
    return _id;
  }
  const onMatrix = async (body: string): Promise<Record<string, unknown>> =>
    (await eventually(() => eventOnMatrix(scene, body)))['content'] as Record<string, unknown>;
  /** As an app changes a message, for which REST has nothing. */
  function changed(id: MessageId, change: Record<string, unknown>): void {
    const message = bench.workspace.state.messages.get(id);
    if (message === undefined) throw new Error(`${id} is not there`);
    Object.assign(message, change);
    messageChanged(bench.workspace.state, message);
  }

  test('an attachment is a quote below the text, its title a link and its fields a list', async () => {
    await postAsHook({
      text: 'Build *7*',
      attachments: [
        {
          title: 'main is red',
          title_link: 'https://ci.example.org/7',
          text: 'two tests fail',
          fields: [{ title: 'Branch', value: 'main', short: true }],
          image_url: 'https://ci.example.org/7.png',
          color: '#ff0000',
        },
      ],
    });
    const body = [
      'Build *7*',
      '> *[main is red](https://ci.example.org/7)*',
      '> two tests fail',
      '> - Branch: main',
      '> [picture](https://ci.example.org/7.png)',
    ].join('\n');
    await aliceReads(scene, [body]);
    expect(await onMatrix(body)).toMatchObject({
      msgtype: 'm.text',
      formatted_body:
        'Build <strong>7</strong><blockquote><strong><a href="https://ci.example.org/7">main is red</a></strong><br>' +
        'two tests fail<ul><li><strong>Branch:</strong> main</li></ul>' +
        '<a href="https://ci.example.org/7.png">picture</a></blockquote>',
    });
  });

  test('a message that is nothing but an attachment, or blocks, or blanks before them, arrives', async () => {
    await postAsHook({ attachments: [{ text: 'alone' }] });
    await aliceReads(scene, ['> alone']);
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'from *an app*' } }];
    await sendAsHook({ msg: ' ', blocks });
    await aliceReads(scene, ['> alone', 'from *an app*']);
  });

  test('an app’s change of its attachment is an edit, and nothing else about it is', async () => {
    const id = await sendAsHook({ msg: 'Deploy', attachments: [{ text: 'running', color: 'yellow' }] });
    await aliceReads(scene, ['Deploy\n> running']);
    changed(id, {
      attachments: [{ text: 'running', color: 'green', collapsed: true }],
      urls: [{ url: 'x', meta: {} }],
    });
    changed(id, { attachments: [{ text: 'done', color: 'green' }] });
    await aliceReads(scene, ['Deploy\n> done']);
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
    const edits = events.filter(
      (event) => (event['content'] as Record<string, unknown>)['m.new_content'] !== undefined,
    );
    expect(edits).toHaveLength(1);
  });

  test('a link’s preview that comes later is no edit', async () => {
    const id = await post(scene.bob, scene.room, 'see https://example.org/page');
    await aliceReads(scene, ['see https://example.org/page']);
    await eventually(async () => {
      const urls = (await scene.bob.getMessage(id))?.['urls'] as { meta: Record<string, unknown> }[] | undefined;
      expect(urls?.[0]?.meta).toHaveProperty('pageTitle');
    });
    await post(scene.bob, scene.room, 'after');
    await aliceReads(scene, ['see https://example.org/page', 'after']);
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
    expect(events.filter((event) => JSON.stringify(event).includes('m.new_content'))).toEqual([]);
  });

  test('a name of its own is that of the message, also for clients that know no such thing, and after an edit', async () => {
    const id = await sendAsHook({ msg: 'it is *up*', alias: 'Deploys', emoji: ':rocket:' });
    await aliceReads(scene, ['Deploys: it is *up*']);
    expect(await onMatrix('Deploys: it is *up*')).toMatchObject({
      formatted_body: '<strong data-mx-profile-fallback>Deploys: </strong>it is <strong>up</strong>',
      [PROFILE]: { displayname: 'Deploys', has_fallback: true, avatar_url: '' },
    });
    const first = await eventOnMatrix(scene, 'Deploys: it is *up*');
    expect(first['sender']).toBe(`@rc_hooks:${bench.homeserver.serverName}`);
    await hooks.updateMessage(scene.room.id, id, 'it is down');
    await aliceReads(scene, ['Deploys: it is down']);
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 20 });
    const edit = events.map((event) => event['content'] as Record<string, unknown>).find((one) => one['m.new_content']);
    const profile = (await onMatrix('* Deploys: it is down'))['m.new_content'] as Record<string, unknown>;
    expect(profile[PROFILE]).toEqual((first['content'] as Record<string, unknown>)[PROFILE]);
    expect(edit?.[PROFILE]).toBeUndefined();
  });

  test('a file under a name of its own has it in its caption, which is one', async () => {
    await sendAsHook({ msg: 'first', alias: 'Artifacts' });
    const bytes = Buffer.from('report');
    const posted = await postFile(hooks, scene.room, { fileName: 'report.txt', contentType: 'text/plain', bytes });
    const message = bench.workspace.state.messages.get(posted);
    await eventually(async () => expect(await filesOnMatrix(scene.alice, scene.matrixRoom)).toHaveLength(1));
    expect(message?.alias).toBeUndefined();
    const shown = { ...message, _id: `${posted.slice(0, -1)}-`, alias: 'Artifacts' } as MessageDocument;
    bench.workspace.state.messages.insert(shown);
    messageChanged(bench.workspace.state, shown);
    const [plain, named] = await eventually(async () => {
      const files = await filesOnMatrix(scene.alice, scene.matrixRoom);
      expect(files).toHaveLength(2);
      return files;
    });
    expect(plain).toMatchObject({ body: 'report.txt', filename: 'report.txt' });
    expect(named).toMatchObject({ body: 'Artifacts: report.txt', filename: 'report.txt' });
    expect(named?.[PROFILE]).toMatchObject({ displayname: 'Artifacts', has_fallback: true });
  });

  test('a type of message that an app made up is a notice with what it says', async () => {
    const id = await sendAsHook({ msg: 'placeholder' });
    await aliceReads(scene, ['placeholder']);
    const message = bench.workspace.state.messages.get(id);
    if (message === undefined) throw new Error('the message is gone');
    const told = { ...message, _id: `${id.slice(0, -1)}T`, t: 'app-said', msg: 'the lift is *out of order*' };
    bench.workspace.state.messages.insert(told);
    messageChanged(bench.workspace.state, told);
    await aliceReads(scene, ['placeholder', 'the lift is *out of order*']);
    expect((await onMatrix('the lift is *out of order*'))['msgtype']).toBe('m.notice');
  });

  test('a place is a location on Matrix, with a link for clients that show no map', async () => {
    sent += 1;
    const location = { type: 'Point', coordinates: [16.373_8, 48.208_2] };
    const message = { _id: `place${sent}`.padEnd(17, 'x'), rid: scene.room.id, msg: '', location };
    await askWorkspace(bench, scene.bob, 'chat.sendMessage', { message });
    const body = 'Location 48.2082, 16.3738: https://www.openstreetmap.org/?mlat=48.2082&mlon=16.3738';
    await aliceReads(scene, [body]);
    expect(await onMatrix(body)).toMatchObject({
      msgtype: 'm.location',
      geo_uri: 'geo:48.2082,16.3738',
      'org.matrix.msc3488.location': { uri: 'geo:48.2082,16.3738' },
      'org.matrix.msc3488.asset': { type: 'm.self' },
    });
  });

  test('of another bridge on Matrix show in Rocket.Chat who said it', async () => {
    sent += 1;
    await scene.alice.sendEvent(scene.matrixRoom, 'm.room.message', `profile-${sent}`, {
      msgtype: 'm.text',
      body: 'Carol on IRC: hello',
      format: 'org.matrix.custom.html',
      formatted_body: '<strong data-mx-profile-fallback>Carol on IRC: </strong>hello',
      [PROFILE]: { id: 'carol', displayname: 'Carol on IRC', has_fallback: true },
    });
    await bobReads(scene, ['*Carol on IRC:* hello']);
    expect(fresh(await matrixBodies(scene))).toEqual(['Carol on IRC: hello']);
  });
});
