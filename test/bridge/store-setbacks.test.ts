// The store fills up, or is a PostgreSQL whose bridge is killed: nothing is lost, doubled or set aside.
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/lib/bridge/parts.ts';
import type { MessageId } from '../../src/lib/core/ids.ts';
import type { OpenStore } from '../../src/lib/store/open.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  eventOnMatrix,
  matrixBodies,
  messageInWorkspace,
  newConversation,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';
import { postgresDatabase } from '../support/shared-postgres.ts';
import { engines } from '../support/stores.ts';

let bench: Bench;
let running: RunningBridge;

async function begin(store?: string): Promise<void> {
  const [sandbox] = homeservers;
  if (sandbox === undefined) throw new Error('there is always a sandbox');
  bench = await startBench({ homeserver: sandbox, ...(store === undefined ? {} : { store }) });
  running = await bench.start();
}

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
  await bench.stop();
});

/** The store may not grow any more, as on a full disk; undefined: it may again. */
async function letGrow(pages: number | undefined): Promise<void> {
  const { kysely } = (running.connected.parts.store as OpenStore).database;
  await sql.raw(`pragma max_page_count = ${pages ?? 1_000_000}`).execute(kysely);
}

test('a full disk: what comes is refused loudly, nothing is set aside, and all arrives when there is room again', async () => {
  await begin();
  const scene = await newConversation(bench, running);
  await letGrow(1);
  const texts = Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(4000)}`);
  for (const text of texts) await send(scene.alice, scene.matrixRoom, `m${text}`);
  for (const text of texts) await post(scene.bob, scene.room, `w${text}`);
  await eventually(() => {
    expect(bench.logged.join('\n')).toMatch(/error application-service.transaction-failed.*No room is left/);
    expect(bench.logged.join('\n')).toMatch(/error source.store.*No room is left/);
  });
  // The homeserver was told to keep it and come again.
  const { disk } = bench.homeserver as SandboxHomeserver;
  expect(disk.transactions.length).toBeGreaterThan(0);
  expect(await running.service.asideRows()).toEqual([]);
  await letGrow(undefined);
  await eventually(async () => {
    expect((await workspaceTexts(scene)).filter((text) => text.startsWith('m'))).toEqual(
      texts.map((text) => `m${text}`),
    );
    expect((await matrixBodies(scene)).filter((text) => text.startsWith('w'))).toEqual(texts.map((text) => `w${text}`));
  }, 60_000);
  expect(await running.service.asideRows()).toEqual([]);
  await allIsWell(running);
}, 90_000);

test('a slow disk: what answers a message finds it, though it is still being written down', async () => {
  await begin();
  const scene = await newConversation(bench, running);
  const { bob, alice, room, matrixRoom } = scene;
  const { inbox } = running.connected.parts.store;
  const settle = inbox.settle.bind(inbox);
  inbox.settle = async (settlement) => {
    await pause(500);
    return settle(settlement);
  };
  const inThread = async (text: string): Promise<unknown> =>
    ((await eventOnMatrix(scene, text))['content'] as Record<string, unknown>)['m.relates_to'];
  const answer = (text: string, threadId: MessageId): Promise<unknown> =>
    bob.sendMessage({ id: text.replaceAll(' ', '').padEnd(17, 'x') as MessageId, roomId: room.id, text, threadId });

  // From Rocket.Chat, by the same person.
  const root = await post(bob, room, 'a question');
  await answer('an answer', root);
  await eventually(async () => {
    const { event_id: question } = await eventOnMatrix(scene, 'a question');
    expect(await inThread('an answer')).toMatchObject({ rel_type: 'm.thread', event_id: question });
  });
  // From Matrix, and back as soon as it is seen.
  const begun = await send(alice, matrixRoom, 'another question');
  await alice.sendEvent(matrixRoom, 'm.room.message', `thread-${begun}`, {
    msgtype: 'm.text',
    body: 'another answer',
    'm.relates_to': { rel_type: 'm.thread', event_id: begun },
  });
  const { _id: seen } = await eventually(() => messageInWorkspace(scene, 'another question'));
  await answer('my answer', seen);
  await eventually(async () => {
    expect((await messageInWorkspace(scene, 'another answer'))['tmid']).toBe(seen);
    expect(await inThread('my answer')).toMatchObject({ rel_type: 'm.thread', event_id: begun });
  });
}, 60_000);

test.runIf(engines.includes('postgres'))(
  'on PostgreSQL a bridge that is killed at any moment loses and doubles nothing',
  async () => {
    await begin(await postgresDatabase());
    const scene = await newConversation(bench, running);
    await running.stop();
    const moments: readonly Checkpoint[] = [
      'record:before-commit',
      'record:committed',
      'apply:before-act',
      'apply:acted',
      'settle:committed',
    ];
    const said: string[] = [];
    for (const moment of moments) {
      const { died } = await bench.startDying(moment);
      said.push(moment, `${moment} again`);
      for (const text of said.slice(-2)) {
        await post(scene.bob, scene.room, `w ${text}`);
        await send(scene.alice, scene.matrixRoom, `m ${text}`);
      }
      await died;
    }
    running = await bench.start();
    await eventually(async () => {
      expect((await workspaceTexts(scene)).filter((text) => text.startsWith('m '))).toEqual(
        said.map((text) => `m ${text}`),
      );
      expect((await matrixBodies(scene)).filter((text) => text.startsWith('w '))).toEqual(
        said.map((text) => `w ${text}`),
      );
    }, 60_000);
    expect(await running.service.asideRows()).toEqual([]);
  },
  120_000,
);
