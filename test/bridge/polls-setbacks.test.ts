// Polls whose votes come while the bridge is away, or dies; and without puppets.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type RunningBridge, startBench } from '../support/bridge-bench.ts';
import { allIsWell, authorInWorkspace, newConversation, type Scene } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import {
  askForLunch,
  END,
  endOf,
  joined,
  OPEN,
  pollOf,
  reads,
  soFar,
  START,
  tell,
  VOTE,
  voteFor,
} from '../support/poll-scene.ts';

describe.each(finerHomeservers)('polls and setbacks, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-80).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  test('votes that were given while the bridge was away count, with those from before', async () => {
    const poll = await askForLunch(scene);
    const [carol, dave] = [await joined(bench, scene, 'carol'), await joined(bench, scene, 'dave')];
    await tell(scene, VOTE, voteFor(poll, 'pizza'), carol);
    await reads(scene, ...soFar('1 vote', '0 votes', '1 voter'));
    await running.stop();
    await tell(scene, VOTE, voteFor(poll, 'pizza'), dave);
    await tell(scene, VOTE, voteFor(poll, 'sushi'));
    running = await bench.start();
    await reads(scene, ...soFar('2 votes', '1 vote', '3 voters'));
  });

  test('a vote that was counted right before the bridge stopped is shown by the next one', async () => {
    const poll = await askForLunch(scene);
    await reads(scene, ...OPEN);
    const vote = await tell(scene, VOTE, voteFor(poll, 'pizza'));
    await eventually(async () =>
      expect((await running.service.trace({ ref: vote })).steps).toMatchObject([{ outcome: 'counted' }]),
    );
    await running.stop();
    running = await bench.start();
    await reads(scene, ...soFar('1 vote', '0 votes', '1 voter'));
  });

  test.each([
    ['right after it has counted a vote', 'settle:committed'],
    ['right before it shows a vote', 'apply:before-act'],
    ['right after it has shown a vote', 'apply:acted'],
  ] as const)('a bridge that dies %s shows it, and goes on counting', async (_when, checkpoint) => {
    const poll = await askForLunch(scene);
    await reads(scene, ...OPEN);
    await allIsWell(running);
    await running.stop();
    const { died } = await bench.startDying(checkpoint);
    await tell(scene, VOTE, voteFor(poll, 'pizza'));
    await died;
    running = await bench.start();
    await reads(scene, ...soFar('1 vote', '0 votes', '1 voter'));
    await tell(scene, VOTE, voteFor(poll, 'sushi'), await joined(bench, scene, 'carol'));
    await reads(scene, ...soFar('1 vote', '1 vote', '2 voters'));
  });
});

describe('polls without puppets', () => {
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    const [sandbox] = finerHomeservers;
    if (sandbox === undefined) throw new Error('there is always a sandbox');
    bench = await startBench({ homeserver: sandbox, identity: 'alias' });
    running = await bench.start();
  });
  afterAll(() => bench.stop());

  test('polls and their results are shown by the bot, under the name of who asks', async () => {
    const scene = await newConversation(bench, running);
    const poll = await tell(scene, START, pollOf('Tea?', ['Yes', 'No']));
    await tell(scene, VOTE, voteFor(poll, 'yes'));
    await tell(scene, END, endOf(poll));
    const result = '📊 *Tea?*\n1. *Yes: 1 vote*\n2. No: 0 votes\n_Final result of the poll on Matrix, 1 voter_';
    await reads(scene, result);
    const { username, alias } = await authorInWorkspace(scene, result);
    expect([username, alias]).toEqual([
      'rcfed',
      expect.stringContaining(scene.alice.userId.slice(1).split(':')[0] ?? ''),
    ]);
    await allIsWell(running);
  });
});
