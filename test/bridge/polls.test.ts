// Polls on Matrix, and how they stand, in Rocket.Chat.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  aliceReads,
  bobReads,
  fresh,
  newConversation,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import {
  answerOf,
  askForLunch,
  END,
  endOf,
  joined,
  OPEN,
  pollOf,
  reads,
  soFar,
  standing,
  START,
  tell,
  VOTE,
  voteFor,
} from '../support/poll-scene.ts';
import { eventOf, pushBody } from '../support/pushed-events.ts';

describe.each(finerHomeservers)('polls, on $name', (homeserver) => {
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

  /** How often votes were brought to the message. */
  const showings = async (poll: EventId): Promise<number> =>
    (await running.service.trace({ ref: poll })).steps.filter(({ type }) => type.endsWith('poll_tally')).length;

  test('a poll is a message with its answers, its votes are shown as they change, and in the end its result', async () => {
    const poll = await askForLunch(scene);
    await reads(scene, ...OPEN);
    const carol = await joined(bench, scene, 'carol');
    await tell(scene, VOTE, voteFor(poll, 'pizza'), carol);
    await tell(scene, VOTE, voteFor(poll, 'sushi'));
    await reads(scene, ...soFar('1 vote', '1 vote', '2 voters'));
    // The last one of each counts.
    await tell(scene, VOTE, voteFor(poll, 'pizza'));
    await reads(scene, ...soFar('2 votes', '0 votes', '2 voters'));
    await tell(scene, END, endOf(poll));
    await reads(
      scene,
      ...standing('*Pizza: 2 votes*', 'Sushi: 0 votes', 'Final result of the poll on Matrix, 2 voters'),
    );
    // Too late.
    await tell(scene, VOTE, voteFor(poll, 'sushi'), carol);
    await send(scene.alice, scene.matrixRoom, 'after');
    await eventually(async () => expect(fresh(await workspaceTexts(scene)).at(-1)).toBe('after'));
    expect(fresh(await workspaceTexts(scene))[0]).toContain('*Pizza: 2 votes*');
    // Nothing of it went back.
    await post(scene.bob, scene.room, 'seen');
    await aliceReads(scene, ['after', 'seen']);
  });

  test('many votes are a few edits', async () => {
    const poll = await askForLunch(scene);
    await reads(scene, ...OPEN);
    // All at once: on a busy machine one after the other would take as long as many edits do.
    const answers = Array.from({ length: 29 }, (_, index) => (index % 2 === 0 ? 'pizza' : 'sushi'));
    await Promise.all(answers.map((answer) => tell(scene, VOTE, voteFor(poll, answer))));
    await tell(scene, VOTE, voteFor(poll, 'sushi'));
    await reads(scene, ...soFar('0 votes', '1 vote', '1 voter'));
    expect(await showings(poll)).toBeLessThanOrEqual(5);
  });

  test('a vote with an answer that is none is spoiled, and of too many answers the first count', async () => {
    const poll = await askForLunch(scene, { max_selections: 2, answers: ['Pizza', 'Sushi', 'Soup'].map(answerOf) });
    const carol = await joined(bench, scene, 'carol');
    await tell(scene, VOTE, voteFor(poll, 'pizza', 'sushi', 'soup'));
    await tell(scene, VOTE, voteFor(poll, 'soup'), carol);
    await tell(scene, VOTE, voteFor(poll, 'dessert'), carol);
    await reads(
      scene,
      '📊 *Lunch?*',
      '1. Pizza: 1 vote',
      '2. Sushi: 1 vote',
      '3. Soup: 0 votes',
      '_Poll on Matrix, up to 2 answers each; 1 voter so far_',
    );
  });

  test('the votes of a secret poll are shown when it ends', async () => {
    const poll = await askForLunch(scene, { kind: 'org.matrix.msc3381.poll.undisclosed' });
    const secret = ['📊 *Lunch?*', '1. Pizza', '2. Sushi', '_Poll on Matrix; its result is shown when it ends_'];
    await reads(scene, ...secret);
    const vote = await tell(scene, VOTE, voteFor(poll, 'sushi'));
    await eventually(async () =>
      expect((await running.service.trace({ ref: vote })).steps).toMatchObject([{ outcome: 'counted' }]),
    );
    expect(await showings(poll)).toBe(0);
    await reads(scene, ...secret);
    await tell(scene, END, endOf(poll));
    await reads(scene, ...standing('Pizza: 0 votes', '*Sushi: 1 vote*', 'Final result of the poll on Matrix, 1 voter'));
  });

  test('only who asked, or who may redact, ends a poll', async () => {
    const poll = await askForLunch(scene);
    await reads(scene, ...OPEN);
    const mallory = await joined(bench, scene, 'mallory');
    const attempt = await tell(scene, END, endOf(poll), mallory);
    await eventually(async () =>
      expect((await running.service.trace({ ref: attempt })).steps).toMatchObject([
        { outcome: 'not allowed to end the poll' },
      ]),
    );
    await reads(scene, ...OPEN);
    await allIsWell(running);
    const { homeserver: bot } = running.connected.parts;
    const levels = await bot.state(scene.matrixRoom, 'm.room.power_levels', '');
    const users = { ...(levels?.['users'] as object), [mallory.userId]: 50 };
    await bot.sendState(scene.matrixRoom, 'm.room.power_levels', '', { ...levels, users });
    await tell(scene, END, endOf(poll), mallory);
    await reads(scene, ...standing('Pizza: 0 votes', 'Sushi: 0 votes', 'Final result of the poll on Matrix, 0 voters'));
  });

  test('a vote is taken back, an end too, and a poll with all of it', async () => {
    const poll = await askForLunch(scene);
    const vote = await tell(scene, VOTE, voteFor(poll, 'pizza'));
    await reads(scene, ...soFar('1 vote', '0 votes', '1 voter'));
    await scene.alice.redact(scene.matrixRoom, vote, `unvote-${vote}`);
    await reads(scene, ...OPEN);
    const end = await tell(scene, END, endOf(poll));
    await reads(scene, ...standing('Pizza: 0 votes', 'Sushi: 0 votes', 'Final result of the poll on Matrix, 0 voters'));
    await scene.alice.redact(scene.matrixRoom, end, `unend-${end}`);
    await reads(scene, ...OPEN);
    await scene.alice.redact(scene.matrixRoom, poll, `unpoll-${poll}`);
    await bobReads(scene, []);
    await eventually(async () => expect(await bench.peek((store) => store.polls.of(poll))).toEqual([]));
  });

  test('the question is edited, and the votes stay', async () => {
    const poll = await askForLunch(scene);
    await tell(scene, VOTE, voteFor(poll, 'sushi'));
    await reads(scene, ...soFar('0 votes', '1 vote', '1 voter'));
    const mallory = await joined(bench, scene, 'mallory');
    const replacing = (question: string) => ({
      ...pollOf(question, ['Pizza', 'Sushi']),
      'm.new_content': pollOf(question, ['Pizza', 'Sushi']),
      'm.relates_to': { rel_type: 'm.replace', event_id: poll },
    });
    await tell(scene, START, replacing('Defaced?'), mallory);
    await tell(scene, START, replacing('Dinner?'));
    await reads(scene, '📊 *Dinner?*', '1. Pizza: 0 votes', '2. Sushi: 1 vote', '_Poll on Matrix; 1 voter so far_');
  });

  test('a poll from before the link is not counted; its end is told in words', async () => {
    await pushBody(
      bench,
      running,
      JSON.stringify({ events: [eventOf(scene, voteFor('$before' as EventId, 'pizza'), { type: VOTE })] }),
    );
    await pushBody(
      bench,
      running,
      JSON.stringify({ events: [eventOf(scene, endOf('$before' as EventId), { type: END })] }),
    );
    await eventually(async () => expect(fresh(await workspaceTexts(scene))).toHaveLength(1));
    expect(fresh(await workspaceTexts(scene))[0]).toContain('The poll has ended.');
    expect(await bench.peek((store) => store.polls.of('$before' as EventId))).toEqual([]);
  });
});
