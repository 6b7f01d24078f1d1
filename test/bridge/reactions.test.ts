import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId, MessageId } from '../../src/lib/core/ids.ts';
import { readReactions } from '../../src/lib/bridge/workspace/reactions.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  bobReads,
  eventOnMatrix,
  messageInWorkspace,
  newConversation,
  type Scene,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

describe.each(finerHomeservers)('reactions, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  let bobsMessage: MessageId;
  let bobsEvent: EventId;
  let given = 0;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });

  /** Bob has said something that is on both sides. */
  beforeEach(async () => {
    scene = await newConversation(bench, running);
    bobsMessage = await post(scene.bob, scene.room, 'what do you think');
    bobsEvent = await eventually(async () => (await eventOnMatrix(scene, 'what do you think'))['event_id'] as EventId);
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const reactOnMatrix = (key: string, target = bobsEvent): Promise<EventId> => {
    given += 1;
    return scene.alice.sendEvent(scene.matrixRoom, 'm.reaction', `react-${process.pid}-${given}`, {
      'm.relates_to': { rel_type: 'm.annotation', event_id: target, key },
    });
  };
  /** Who reacted with what, as bob sees it. */
  const inWorkspace = async (id = bobsMessage): Promise<Record<string, readonly string[]>> =>
    Object.fromEntries(readReactions((await scene.bob.getMessage(id)) ?? {}));
  /** The same as alice sees it, without what was taken back. */
  const onMatrix = async (): Promise<string[]> => {
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
    return events.flatMap(({ type, sender, content }) => {
      const relation = (content as Record<string, unknown>)['m.relates_to'] as { key?: string } | undefined;
      return type === 'm.reaction' && relation?.key !== undefined ? [`${String(sender)} ${relation.key}`] : [];
    });
  };

  test('what somebody reacts with in Rocket.Chat, and takes back, is seen on Matrix', async () => {
    await scene.bob.react(bobsMessage, ':thumbsup:', true);
    await eventually(async () => expect(await onMatrix()).toEqual([`${scene.ghost} 👍`]));
    await scene.bob.react(bobsMessage, ':heart:', true);
    await eventually(async () =>
      expect((await onMatrix()).toSorted()).toEqual([`${scene.ghost} ❤️`, `${scene.ghost} 👍`]),
    );
    await scene.bob.react(bobsMessage, ':thumbsup:', false);
    await eventually(async () => expect(await onMatrix()).toEqual([`${scene.ghost} ❤️`]));
    await scene.bob.react(bobsMessage, ':thumbsup:', true);
    await eventually(async () =>
      expect((await onMatrix()).toSorted()).toEqual([`${scene.ghost} ❤️`, `${scene.ghost} 👍`]),
    );
  });

  test('what somebody reacts with on Matrix, and takes back, is seen in Rocket.Chat', async () => {
    const thumb = await reactOnMatrix('👍️');
    await reactOnMatrix('🎉');
    const both = { ':thumbsup:': [scene.puppet], ':tada:': [scene.puppet] };
    await eventually(async () => expect(await inWorkspace()).toEqual(both));
    await scene.alice.redact(scene.matrixRoom, thumb, `unreact-${process.pid}-${given}`);
    await eventually(async () => expect(await inWorkspace()).toEqual({ ':tada:': [scene.puppet] }));
    // Nothing of it came back.
    expect((await onMatrix()).every((each) => each.startsWith(scene.alice.userId))).toBe(true);
  });

  test('both sides may react to a message from Matrix with the same emoji', async () => {
    const event = await send(scene.alice, scene.matrixRoom, 'mine');
    await bobReads(scene, ['what do you think', 'mine']);
    const { _id: id } = await messageInWorkspace(scene, 'mine');
    await scene.bob.react(id, ':rocket:', true);
    await reactOnMatrix('🚀', event);
    await eventually(async () =>
      expect((await onMatrix()).toSorted()).toEqual([`${scene.alice.userId} 🚀`, `${scene.ghost} 🚀`]),
    );
    await eventually(async () =>
      expect((await inWorkspace(id))[':rocket:']?.toSorted()).toEqual([
        scene.puppet,
        scene.ghost.slice('@rc_'.length).split(':')[0],
      ]),
    );
    await scene.bob.react(id, ':rocket:', false);
    await eventually(async () => expect(await onMatrix()).toEqual([`${scene.alice.userId} 🚀`]));
    expect(await inWorkspace(id)).toEqual({ ':rocket:': [scene.puppet] });
  });

  test('two forms of an emoji that Rocket.Chat has once are taken back one by one', async () => {
    const first = await reactOnMatrix('❤️');
    const second = await reactOnMatrix('❤');
    await send(scene.alice, scene.matrixRoom, 'both');
    await bobReads(scene, ['what do you think', 'both']);
    expect(await inWorkspace()).toEqual({ ':heart:': [scene.puppet] });
    await scene.alice.redact(scene.matrixRoom, first, `unreact-${first}`);
    await send(scene.alice, scene.matrixRoom, 'still');
    await bobReads(scene, ['what do you think', 'both', 'still']);
    expect(await inWorkspace()).toEqual({ ':heart:': [scene.puppet] });
    await scene.alice.redact(scene.matrixRoom, second, `unreact-${second}`);
    await eventually(async () => expect(await inWorkspace()).toEqual({}));
  });

  test('reactions given and taken back while the bridge was away are made up for', async () => {
    await scene.bob.react(bobsMessage, ':thumbsup:', true);
    await eventually(async () => expect(await onMatrix()).toEqual([`${scene.ghost} 👍`]));
    await running.stop();
    await scene.bob.react(bobsMessage, ':thumbsup:', false);
    await scene.bob.react(bobsMessage, ':wave:', true);
    const kept = await reactOnMatrix('👀');
    running = await bench.start();
    await eventually(async () =>
      expect((await onMatrix()).toSorted()).toEqual([`${scene.alice.userId} 👀`, `${scene.ghost} 👋`].toSorted()),
    );
    await eventually(async () => expect((await inWorkspace())[':eyes:']).toEqual([scene.puppet]));
    await scene.alice.redact(scene.matrixRoom, kept, `unreact-kept-${process.pid}`);
    await eventually(async () => expect((await inWorkspace())[':eyes:']).toBeUndefined());
  });

  test('a reaction that was sent but never settled is there once', async () => {
    await running.stop();
    const { died } = await bench.startDying('apply:acted');
    await scene.bob.react(bobsMessage, ':thumbsup:', true);
    await died;
    running = await bench.start();
    await eventually(async () => expect(await onMatrix()).toEqual([`${scene.ghost} 👍`]));
    await allIsWell(running);
    await scene.bob.react(bobsMessage, ':thumbsup:', false);
    await eventually(async () => expect(await onMatrix()).toEqual([]));
  });

  test('an emoji that Rocket.Chat has no name for is the one nearest to it', async () => {
    await reactOnMatrix('👋🏽');
    await reactOnMatrix('❤️‍🩹');
    await reactOnMatrix(':+1:');
    const nearest = { ':wave:': [scene.puppet], ':heart:': [scene.puppet], ':thumbsup:': [scene.puppet] };
    await eventually(async () => expect(await inWorkspace()).toEqual(nearest));
  });

  test('two names of one emoji in Rocket.Chat are one on Matrix, whichever is taken back', async () => {
    await scene.bob.react(bobsMessage, ':+1:', true);
    await eventually(async () => expect(await onMatrix()).toEqual([`${scene.ghost} 👍`]));
    await scene.bob.react(bobsMessage, ':thumbsup:', true);
    await scene.bob.react(bobsMessage, ':+1:', false);
    await scene.bob.react(bobsMessage, ':heart:', true);
    await eventually(async () =>
      expect((await onMatrix()).toSorted()).toEqual([`${scene.ghost} ❤️`, `${scene.ghost} 👍`]),
    );
  });

  test('whoever reacts with what Rocket.Chat has no emoji for is told, once in a room', async () => {
    await reactOnMatrix('nice');
    await reactOnMatrix('\u{1FAEA}');
    await reactOnMatrix('👀');
    await eventually(async () => expect(await inWorkspace()).toEqual({ ':eyes:': [scene.puppet] }));
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
    const contents = events.map(({ content }) => content as Record<string, unknown>);
    const notices = contents.filter(({ msgtype }) => msgtype === 'm.notice');
    expect(notices).toEqual([
      expect.objectContaining({
        'm.mentions': { user_ids: [scene.alice.userId] },
        'm.relates_to': { 'm.in_reply_to': { event_id: bobsEvent } },
      }),
    ]);
    expect(bench.logged.filter((line) => line.includes('reaction-without-emoji'))).toHaveLength(1);
  });

  test('a text as a reaction, and one to a message that nobody knows, do no harm', async () => {
    await reactOnMatrix('well, well');
    await reactOnMatrix(':no_such_emoji:');
    await reactOnMatrix('👍️', '$unknown' as EventId).catch(() => {});
    await send(scene.alice, scene.matrixRoom, 'after');
    await bobReads(scene, ['what do you think', 'after']);
    expect(await inWorkspace()).toEqual({});
  });
});
