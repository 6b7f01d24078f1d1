import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { withoutAllIfRefused } from '../../src/lib/bridge/workspace/names.ts';
import { RemoteError } from '../../src/lib/core/remote-error.ts';
import { toWorkspace } from '../../src/lib/format/to-workspace.ts';
import { NO_NAMES, type WorkspaceNames } from '../../src/lib/format/workspace-names.ts';
import { type Bench, type RunningBridge, edit, post, startBench } from '../support/bridge-bench.ts';
import {
  type Scene,
  aliceReads,
  bobReads,
  eventOnMatrix,
  newConversation,
  newScene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

test('a workspace that keeps @all from its users gets the message without it', async () => {
  const said: string[] = [];
  const refused = new RemoteError({
    side: 'workspace',
    failure: 'refused',
    request: 'POST /api/v1/chat.sendMessage',
    status: 400,
    code: 'error-action-not-allowed',
  });
  const message = { msgtype: 'm.text', body: '@room lunch' };
  const act = async (names: WorkspaceNames): Promise<string> => {
    const text = await toWorkspace(message, names);
    said.push(text);
    if (text.includes('@all')) throw refused;
    return text;
  };
  const may = { ...NO_NAMES, roomMentioned: true, mayMentionAll: true };
  expect(await withoutAllIfRefused(may, act)).not.toMatch(/@all/);
  expect(said[0]).toBe('@all lunch');
  await expect(withoutAllIfRefused({ ...may, mayMentionAll: false }, () => Promise.reject(refused))).rejects.toBe(
    refused,
  );
  expect(said).toHaveLength(2);
});

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

describe.each(finerHomeservers)('names in messages, on $name', (homeserver) => {
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
    await eventually(async () =>
      expect((await workspaceTexts(scene)).at(-1)).toBe(`@${bob} and @${scene.puppet}\u200B: come`),
    );
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
