import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPuppets } from '../../src/lib/bridge/workspace/puppets.ts';
import type { EventId, MatrixUserId } from '../../src/lib/core/ids.ts';
import { createLocalNames } from '../../src/lib/matrix/look-alike.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { Portal } from '../../src/lib/store/portal-types.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  type Scene,
  allIsWell,
  authorInWorkspace,
  eventOnMatrix,
  matrixBodies,
  newScene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers, homeservers } from '../support/homeservers.ts';

let bench: Bench;
let running: RunningBridge;
let scene: Scene;

const says = async (person: MatrixApi, text: string): Promise<{ username: string; alias: unknown }> => {
  await send(person, scene.matrixRoom, text);
  return eventually(() => authorInWorkspace(scene, text));
};
const newcomer = async (name: string): Promise<MatrixApi> => {
  const person = await bench.matrixUser(`${name}-${scene.room.name}`);
  await person.join(scene.matrixRoom);
  return person;
};
const notices = async (who: MatrixUserId): Promise<readonly string[]> =>
  (await matrixBodies(scene)).filter((body) => body.startsWith('The workspace has no seat') && body.includes(who));

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-40).join('\n')}\n`);
  bench.logged.length = 0;
  expect(await running.service.asideRows()).toEqual([]);
  await allIsWell(running);
});

describe.each(homeservers)('beyond the seats for external people, on $name', (homeserver) => {
  beforeAll(async () => {
    bench = await startBench({ homeserver, puppetSeats: 1 });
    running = await bench.start();
    scene = await newScene(bench, running);
  });
  afterAll(() => bench.stop());

  test('the bridge speaks for a person under their name, and says once what is not possible so', async () => {
    expect(await says(scene.alice, 'the first')).toEqual({ username: scene.puppet, alias: undefined });
    const carol = await newcomer('carol');
    expect(await says(carol, 'the second')).toEqual({ username: 'rcfed', alias: expect.stringMatching(/^carol-/) });
    expect(await says(carol, 'again')).toMatchObject({ username: 'rcfed' });
    expect(await says(scene.alice, 'still the first')).toMatchObject({ username: scene.puppet });
    expect(await notices(carol.userId)).toEqual([expect.stringContaining(carol.userId)]);
  });

  test('several who speak for the first time at once do not get more of them', async () => {
    const { parts } = running.connected;
    expect(await says(scene.alice, 'one of them is mine')).toMatchObject({ username: scene.puppet });
    const portal = await parts.store.portals.byMatrixRoom(scene.matrixRoom);
    const people = await Promise.all(['eva', 'fritz', 'gerda'].map(newcomer));
    const puppets = createPuppets({ ...parts, puppetSeats: 2 }, createLocalNames());
    const voices = await Promise.all(people.map(({ userId }) => puppets.inRoom(portal as Portal, userId)));
    expect(voices.filter(({ alias }) => alias === undefined)).toHaveLength(1);
  });

  test('what one can only do with an account is said', async () => {
    const dora = await newcomer('dora');
    await post(scene.bob, scene.room, 'what do you think?');
    const event = await eventually(() => eventOnMatrix(scene, 'what do you think?'));
    const relation = { rel_type: 'm.annotation', event_id: event['event_id'] as EventId, key: '👍' };
    await dora.sendEvent(scene.matrixRoom, 'm.reaction', 'dora-1', { 'm.relates_to': relation });
    await eventually(async () => expect((await matrixBodies(scene)).join('\n')).toContain('eaction'));
    const { userId } = dora;
    const direct = await dora.createRoom({
      preset: 'private_chat',
      visibility: 'private',
      isDirect: true,
      invite: [scene.ghost],
    });
    await eventually(async () => {
      const { events } = await dora.messages(direct, { dir: 'b', limit: 20 });
      const bodies = events.map(({ content }) => String((content as Record<string, unknown>)['body']));
      expect(bodies).toContain(
        `The workspace has no seat left for an account of ${userId} in Rocket.Chat, and without one nobody can have a direct message there.`,
      );
    });
  });
});

describe.each(finerHomeservers)('of a workspace with a licence, on $name', (homeserver) => {
  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
    scene = await newScene(bench, running);
  });
  afterAll(() => bench.stop());

  test('a tenth of the free seats is for external people', async () => {
    const { state } = bench.workspace;
    const { active } = await bench.admin.seats();
    expect(await bench.admin.seats()).toEqual({ active, max: undefined });
    state.seats = active + 10;
    expect(await bench.admin.seats()).toEqual({ active, max: active + 10 });
    expect(await says(scene.alice, 'the first')).toMatchObject({ username: scene.puppet });
    expect(await says(await newcomer('carol'), 'the second')).toMatchObject({ username: 'rcfed' });
  });

  test('that turns out to have none left, nothing is set aside', async () => {
    bench.workspace.state.seats = undefined;
    await running.stop();
    running = await bench.start();
    expect(await says(await newcomer('dora'), 'there is room')).not.toMatchObject({ username: 'rcfed' });
    // The bridge asked a moment ago, and there was no limit.
    bench.workspace.state.seats = 1;
    const eve = await newcomer('eve');
    expect(await says(eve, 'there is none')).toMatchObject({ username: 'rcfed' });
    expect(await notices(eve.userId)).toHaveLength(1);
    expect(await workspaceTexts(scene)).toContain('there is none');
  });
});
