import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { RealtimeNews } from '../../src/lib/rocketchat/realtime-news.ts';
import { createRealtime } from '../../src/lib/rocketchat/realtime.ts';
import type { RealtimeSession, WorkspaceApi } from '../../src/lib/rocketchat/types.ts';
import { type Bench, type RunningBridge, bodiesIn, post, startBench } from '../support/bridge-bench.ts';
import { allIsWell, newConversation, newScene, type Scene } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

interface Synced {
  readonly next_batch: string;
  readonly rooms?: {
    readonly join?: Record<
      string,
      { readonly ephemeral?: { readonly events: { type: string; content: { user_ids: string[] } }[] } }
    >;
  };
}

describe.each(finerHomeservers)('typing, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  const sessions: RealtimeSession[] = [];

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
    since = undefined;
    typists = [];
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    for (const session of sessions.splice(0)) await session.close();
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  let since: string | undefined;
  let typists: string[] = [];
  /** Who types in the room now, as alice's client is told. */
  const onMatrix = async ({ alice, matrixRoom }: Scene): Promise<string[]> => {
    const query = since === undefined ? '' : `&since=${encodeURIComponent(since)}`;
    const answer = await fetch(`${bench.homeserver.url}/_matrix/client/v3/sync?timeout=0${query}`, {
      headers: { authorization: `Bearer ${bench.matrixToken(alice)}` },
    });
    const body = (await answer.json()) as Synced;
    since = body.next_batch;
    const events = body.rooms?.join?.[matrixRoom]?.ephemeral?.events ?? [];
    for (const { type, content } of events) if (type === 'm.typing') typists = content.user_ids;
    return typists;
  };
  /** Everything that bob's client is told of typing. */
  const inWorkspace = async ({ bob, room }: Scene): Promise<RealtimeNews[]> => {
    const news: RealtimeNews[] = [];
    if (bob.credentials === undefined) throw new Error('bob has no account');
    const session = createRealtime({
      url: bench.workspace.url,
      credentials: bob.credentials,
      clock: systemClock,
      log: () => {},
      handlers: {
        onEvent: () => {},
        onReady: () => {},
        onLost: () => {},
        onRefused: () => {},
        wants: ['typing'],
        onNews: (each) => news.push(each),
      },
    });
    sessions.push(session);
    await session.start();
    await session.watchRoom(room.id);
    return news;
  };

  test('somebody who types in Rocket.Chat is seen typing on Matrix, until they stop', async () => {
    const { bob, room, ghost } = scene;
    const name = (await bob.me()).username;
    // The bridge may be about to subscribe: clients say it every 5 s anyway.
    await eventually(async () => {
      await bob.setTyping(room.id, name, false);
      await bob.setTyping(room.id, name, true);
      expect(await onMatrix(scene)).toEqual([ghost]);
    });
    await bob.setTyping(room.id, name, false);
    await eventually(async () => expect(await onMatrix(scene)).toEqual([]));
  });

  test('somebody who types on Matrix is seen typing in Rocket.Chat, until they stop', async () => {
    const { alice, matrixRoom, puppet, room } = scene;
    const news = await inWorkspace(scene);
    const typing = { kind: 'typing', roomId: room.id, username: puppet };
    await eventually(async () => {
      await alice.setTyping(matrixRoom, false, 0);
      await alice.setTyping(matrixRoom, true, 30_000);
      await eventually(() => expect(news).toContainEqual({ ...typing, typing: true }), 1_000);
    });
    await alice.setTyping(matrixRoom, false, 0);
    await eventually(() => expect(news.at(-1)).toEqual({ ...typing, typing: false }));
  });

  test('nobody gets an account for having typed', async () => {
    const quiet = await newScene(bench, running);
    const news = await inWorkspace(scene);
    await quiet.alice.setTyping(quiet.matrixRoom, true, 30_000);
    await scene.alice.setTyping(scene.matrixRoom, true, 30_000);
    await eventually(() => expect(news).toContainEqual(expect.objectContaining({ username: scene.puppet })), 30_000);
    expect(await bench.admin.userByName(quiet.puppet)).toBeUndefined();
  });
});

describe.each(finerHomeservers)('typing where people are shown by their real names, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver, settings: { UI_Use_Real_Name: true } });
    running = await bench.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  });
  afterAll(() => bench.stop());

  test('only who is the only one of that name in the room is seen typing on Matrix', async () => {
    const { alice, room, matrixRoom } = await newScene(bench, running);
    const speak = async (username: string, name: string, text: string): Promise<WorkspaceApi> => {
      const account = await bench.workspaceUser(username, name);
      await account.joinRoom(room.id);
      await post(account, room, text);
      await eventually(async () => expect(await bodiesIn(alice, matrixRoom)).toContain(text));
      return account;
    };
    const carla = await speak('carla', 'Carla Root', 'I am Carla');
    const twin = await speak('one', 'Sam Twin', 'I am Sam');
    await speak('two', 'Sam Twin', 'so am I');
    const seen = new Set<string>();
    let since: string | undefined;
    const look = async (): Promise<void> => {
      const query = since === undefined ? '' : `&since=${encodeURIComponent(since)}`;
      const answer = await fetch(`${bench.homeserver.url}/_matrix/client/v3/sync?timeout=0${query}`, {
        headers: { authorization: `Bearer ${bench.matrixToken(alice)}` },
      });
      const body = (await answer.json()) as Synced;
      since = body.next_batch;
      for (const { type, content } of body.rooms?.join?.[matrixRoom]?.ephemeral?.events ?? [])
        if (type === 'm.typing') for (const id of content.user_ids) seen.add(id);
    };
    await eventually(async () => {
      await twin.setTyping(room.id, 'Sam Twin', true);
      await carla.setTyping(room.id, 'Carla Root', false);
      await carla.setTyping(room.id, 'Carla Root', true);
      await look();
      expect([...seen]).toEqual([`@rc_carla:${bench.homeserver.serverName}`]);
    });
  });
});
