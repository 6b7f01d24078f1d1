import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  aliceReads,
  allIsWell,
  askWorkspace,
  bobReads,
  eventOnMatrix,
  matrixBodies,
  messageInWorkspace,
  newConversation,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { newPicture } from '../../src/sandbox/features/pictures.ts';
import { homeservers } from '../support/homeservers.ts';

const react = ({ alice, matrixRoom }: Scene, event: string, key: string) =>
  alice.sendEvent(matrixRoom, 'm.reaction', `react-${event}-${key}`, {
    'm.relates_to': { rel_type: 'm.annotation', event_id: event, key },
  });

describe.each(homeservers)('what the bridge carried of a person, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  beforeAll(async () => {
    bench = await startBench({ homeserver, homeserverAdmin: homeserver.name === 'synapse' });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  /** Until nothing is left, as the command does. */
  const erase = async (person: string) => {
    let next: string | null = '';
    let removed = 0;
    while (next !== null) {
      const page = await running.service.eraseMessages({ person, after: next === '' ? undefined : next });
      expect(page.failed).toEqual([]);
      removed += page.removed;
      next = page.next;
    }
    return { removed, ...(await running.service.eraseAccount({ person })) };
  };
  const noNews = async (scene: Scene): Promise<void> => {
    // What is said next comes after all that the removal might have caused.
    await post(scene.bob, scene.room, 'and on');
    await eventually(async () => expect(await matrixBodies(scene)).toContain('and on'));
  };

  test('of a Matrix user: messages, reactions and account go from Rocket.Chat, and stay on Matrix', async () => {
    const scene = await newConversation(bench, running);
    const bobs = (await eventOnMatrix(scene, 'hello'))['event_id'] as string;
    await react(scene, bobs, '👍');
    await eventually(async () => expect((await messageInWorkspace(scene, 'hello'))['reactions']).toBeDefined());
    // What is known of it comes after what is seen of it.
    await allIsWell(running);
    const done = await erase(scene.alice.userId);
    expect(done).toMatchObject({ removed: 1, account: 'deleted', reactions: 1, media: 0, failed: [] });
    expect(await workspaceTexts(scene)).toEqual(['hello']);
    expect((await messageInWorkspace(scene, 'hello'))['reactions'] ?? {}).toEqual({});
    expect(await bench.admin.userByName(scene.puppet)).toBeUndefined();
    await noNews(scene);
    expect(await matrixBodies(scene)).toContain('hi');
    const left = await running.service.personalData({ person: scene.alice.userId });
    expect(left).toMatchObject({ messages: 0, edits: 0, reactions: [], rooms: [], keptTexts: 0, credentials: false });
    expect(left.person).toMatchObject({ workspaceUserId: null, username: null, displayName: null });
    // Whoever writes again is somebody new.
    await send(scene.alice, scene.matrixRoom, 'me again');
    await eventually(async () => expect(await workspaceTexts(scene)).toEqual(['hello', 'and on', 'me again']));
  });

  test('of somebody of the workspace: their events and their account on Matrix go, and stay in Rocket.Chat', async () => {
    const scene = await newConversation(bench, running);
    const picture = newPicture();
    await bench.admin.setAvatar(scene.bob.credentials?.userId ?? ('' as never), picture, 'image/png');
    await eventually(async () => expect((await scene.alice.profile(scene.ghost))?.avatarUrl).toBeDefined());
    const name = scene.ghost.slice('@rc_'.length).split(':')[0] ?? '';
    const id = await post(scene.bob, scene.room, 'first');
    await aliceReads(scene, ['first']);
    await scene.bob.updateMessage(scene.room.id, id, 'second');
    await eventually(async () => expect(await matrixBodies(scene)).toContain('second'));
    await allIsWell(running);
    const before = await running.service.personalData({ person: `@${name}` });
    expect(before).toMatchObject({ messages: 2, edits: 1, person: { home: 'rocketchat', matrixUserId: scene.ghost } });
    expect(before.warnings).toHaveLength(1);
    expect(before.servers).toEqual([bench.homeserver.serverName]);
    const done = await erase(`@${name}`);
    expect(done).toMatchObject({ removed: 3, account: 'cleared', media: homeserver.name === 'synapse' ? 1 : null });
    expect(await matrixBodies(scene)).toEqual(['hi']);
    expect(await scene.alice.joinedMembers(scene.matrixRoom)).not.toContain(scene.ghost);
    expect((await workspaceTexts(scene)).toSorted()).toEqual(['hello', 'hi', 'second']);
    // Their own later change of what is gone brings nothing back.
    await scene.bob.updateMessage(scene.room.id, id, 'third');
    await send(scene.alice, scene.matrixRoom, 'after');
    await bobReads(scene, ['third', 'after']);
    expect(await matrixBodies(scene)).toEqual(['hi', 'after']);
  });

  test('of who has a name now, not of who had it before', async () => {
    const scene = await newConversation(bench, running);
    const name = (await scene.bob.me()).username;
    await running.stop();
    const userId = scene.bob.credentials?.userId;
    const data = { username: `${name}.before`, email: `${name}.before@people.test` };
    await askWorkspace(bench, bench.admin, 'users.update', { userId, data });
    const successor = await bench.workspaceUser(name);
    running = await bench.start();
    const { person, messages } = await running.service.personalData({ person: name });
    expect(messages).toBe(0);
    expect(person.matrixUserId).not.toBe(scene.ghost);
    expect(await erase(name)).toMatchObject({ removed: 0, account: 'none' });
    expect(await matrixBodies(scene)).toContain('hello');
    await successor.joinRoom(scene.room.id);
    await post(successor, scene.room, 'another one');
    await post(scene.bob, scene.room, 'still me');
    await eventually(async () => expect(await matrixBodies(scene)).toContain('still me'));
    expect((await eventOnMatrix(scene, 'still me'))['sender']).toBe(scene.ghost);
  });

  test('what was broken off is taken up again, also in rooms that are no longer bridged', async () => {
    const scene = await newConversation(bench, running);
    for (let at = 0; at < 30; at += 1) await send(scene.alice, scene.matrixRoom, `line ${at}`);
    await eventually(async () => expect(await workspaceTexts(scene)).toHaveLength(32), 30_000);
    await allIsWell(running);
    const first = await running.service.eraseMessages({ person: scene.alice.userId });
    expect(first.removed).toBe(25);
    expect(first.next).not.toBeNull();
    await running.stop();
    running = await bench.start();
    await running.service.unlink({ room: scene.room.name });
    expect(await erase(scene.alice.userId)).toMatchObject({ removed: 6, account: 'deleted' });
    expect(await workspaceTexts(scene)).toEqual(['hello']);
    expect(await scene.alice.joinedMembers(scene.matrixRoom)).toEqual([scene.alice.userId]);
  });
});
