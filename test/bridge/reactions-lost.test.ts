// Where somebody has no account of their own on the other side, nobody can react there in their name.
import { afterEach, describe, expect, test } from 'vitest';
import type { EventId } from '../../src/lib/core/ids.ts';
import { readReactions } from '../../src/lib/bridge/workspace/reactions.ts';
import { type Bench, type BenchOptions, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  askHomeserver,
  bobReads,
  eventOnMatrix,
  messageInWorkspace,
  newConversation,
  fresh,
  matrixBodies,
  newScene,
  type Scene,
  type SceneOptions,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

let bench: Bench;
let running: RunningBridge;

async function begin(options: BenchOptions): Promise<void> {
  bench = await startBench(options);
  running = await bench.start();
}
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  expect(await running.service.asideRows()).toEqual([]);
  await allIsWell(running);
  await bench.stop();
});

const react = ({ alice, matrixRoom }: Scene, target: EventId, key: string): Promise<EventId> =>
  alice.sendEvent(matrixRoom, 'm.reaction', `lost-${process.pid}-${key}`, {
    'm.relates_to': { rel_type: 'm.annotation', event_id: target, key },
  });
const noticesOnMatrix = async ({ alice, matrixRoom }: Scene): Promise<Record<string, unknown>[]> => {
  const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 100 });
  const contents = events.map(({ content }) => content as Record<string, unknown>);
  return contents.filter(({ msgtype }) => msgtype === 'm.notice');
};
const banned = async (options: SceneOptions): Promise<Scene> => {
  const scene = await newConversation(bench, running, options);
  await askHomeserver(bench, bench.matrixToken(scene.alice), `rooms/${encodeURIComponent(scene.matrixRoom)}/ban`, {
    user_id: scene.ghost,
  });
  return scene;
};

describe.each(finerHomeservers)('reactions of somebody without an account, on $name', (homeserver) => {
  test('on the other side, where all external users are aliases: the sender is told once in the room', async () => {
    await begin({ homeserver, identity: 'alias' });
    const scene = await newScene(bench, running);
    const id = await post(scene.bob, scene.room, 'what do you think');
    const target = await eventually(
      async () => (await eventOnMatrix(scene, 'what do you think'))['event_id'] as EventId,
    );
    await react(scene, target, '👍');
    await react(scene, target, '🎉');
    await send(scene.alice, scene.matrixRoom, 'never mind');
    await bobReads(scene, ['what do you think', 'never mind']);
    expect(readReactions((await scene.bob.getMessage(id)) ?? {}).size).toBe(0);
    const about = { 'm.mentions': { user_ids: [scene.alice.userId] } };
    expect(await noticesOnMatrix(scene)).toEqual([expect.objectContaining(about)]);
    expect(bench.logged.filter((line) => line.includes('notice.reaction'))).toHaveLength(1);
    // The other way each has a ghost of their own.
    await scene.bob.react(id, ':heart:', true);
    await eventually(async () => {
      const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
      expect(events.filter(({ type, sender }) => type === 'm.reaction' && sender === scene.ghost)).toHaveLength(1);
    });
  });

  test('on Matrix, because it is banned there: they are told once in the room in Rocket.Chat', async () => {
    await begin({ homeserver });
    const scene = await banned({ ownRoom: 'as moderator' });
    await send(scene.alice, scene.matrixRoom, 'what do you think');
    const { _id: id } = await eventually(() => messageInWorkspace(scene, 'what do you think'));
    await scene.bob.react(id, ':thumbsup:', true);
    await scene.bob.react(id, ':tada:', true);
    await scene.bob.react(id, ':tada:', false);
    // Somebody else's are theirs all the same.
    const carol = await bench.workspaceUser('carol');
    await carol.joinRoom(scene.room.id);
    const carols = async (): Promise<unknown[]> => {
      const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
      const given = events.filter(
        ({ type, sender }) => type === 'm.reaction' && String(sender).startsWith('@rc_carol:'),
      );
      return given.flatMap(
        ({ content }) => (content as Record<string, Record<string, unknown>>)['m.relates_to']?.['key'] ?? [],
      );
    };
    await carol.react(id, ':heart:', true);
    await eventually(async () => expect(await carols()).toEqual(['❤️']));
    await carol.react(id, ':heart:', false);
    await eventually(async () => expect(await carols()).toEqual([]));
    await post(scene.bob, scene.room, 'never mind');
    // Whom the bot speaks for stands before it.
    const { username } = await scene.bob.me();
    await eventually(async () => {
      const bodies = fresh(await matrixBodies(scene)).filter((body) => !body.endsWith('of a room stays there.'));
      expect(bodies).toEqual(['what do you think', `${username}: never mind`]);
    });
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
    expect(events.filter(({ type, sender }) => type === 'm.reaction' && sender === scene.ghost)).toEqual([]);
    await eventually(async () => {
      const { updated } = await scene.bob.syncMessages(scene.room.id, 0);
      const told = updated.filter((message) => (message['u'] as { username: string }).username === 'rcfed');
      const texts = told.filter(({ t }) => t === undefined).map(({ msg }) => String(msg));
      expect(texts).toEqual([expect.stringContaining('Reactions from here')]);
    });
  });
});
