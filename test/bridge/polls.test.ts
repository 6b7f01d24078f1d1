// Polls on Matrix, and how they stand, in Rocket.Chat.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
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
import { homeservers } from '../support/homeservers.ts';
import { eventOf, pushBody } from '../support/pushed-events.ts';

const SHOWN_WITHIN_MS = 15_000;
const START = 'org.matrix.msc3381.poll.start';
const VOTE = 'org.matrix.msc3381.poll.response';
const END = 'org.matrix.msc3381.poll.end';

const pollOf = (question: string, answers: readonly string[], more: Record<string, unknown> = {}) => ({
  'org.matrix.msc1767.text': question,
  [START]: {
    kind: 'org.matrix.msc3381.poll.disclosed',
    max_selections: 1,
    question: { 'org.matrix.msc1767.text': question },
    answers: answers.map((text) => ({ id: text.toLowerCase(), 'org.matrix.msc1767.text': text })),
    ...more,
  },
});
const voteFor = (poll: EventId, ...answers: string[]) => ({
  'm.relates_to': { rel_type: 'm.reference', event_id: poll },
  [VOTE]: { answers },
});
const endOf = (poll: EventId) => ({
  'm.relates_to': { rel_type: 'm.reference', event_id: poll },
  'org.matrix.msc1767.text': 'The poll has ended.',
  [END]: {},
});

describe.each(homeservers)('polls, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  let sent = 0;

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

  const tell = (type: string, content: Record<string, unknown>, who: MatrixApi = scene.alice): Promise<EventId> => {
    sent += 1;
    return who.sendEvent(scene.matrixRoom, type, `poll-${process.pid}-${sent}`, content);
  };
  const person = async (name: string): Promise<MatrixApi> => {
    const somebody = await bench.matrixUser(`${name}-${scene.room.name}`);
    await somebody.join(scene.matrixRoom);
    return somebody;
  };
  const lunch = (more: Record<string, unknown> = {}): Promise<EventId> =>
    tell(START, pollOf('Lunch?', ['Pizza', 'Sushi'], more));
  const reads = (...lines: string[]): Promise<void> => bobReads(scene, [lines.join('\n')], SHOWN_WITHIN_MS);
  const OPEN = ['📊 *Lunch?*', '1. Pizza', '2. Sushi', '_Poll on Matrix; no votes so far_'];
  const standing = (pizza: string, sushi: string, end: string): string[] => [
    '📊 *Lunch?*',
    `1. ${pizza}`,
    `2. ${sushi}`,
    `_${end}_`,
  ];
  const soFar = (pizza: string, sushi: string, who: string): string[] =>
    standing(`Pizza: ${pizza}`, `Sushi: ${sushi}`, `Poll on Matrix; ${who} so far`);
  /** How often votes were brought to the message. */
  const showings = async (poll: EventId): Promise<number> =>
    (await running.service.trace({ ref: poll })).steps.filter(({ type }) => type.endsWith('poll_tally')).length;

  test('a poll is a message with its answers, its votes are shown as they change, and in the end its result', async () => {
    const poll = await lunch();
    await reads(...OPEN);
    const carol = await person('carol');
    await tell(VOTE, voteFor(poll, 'pizza'), carol);
    await tell(VOTE, voteFor(poll, 'sushi'));
    await reads(...soFar('1 vote', '1 vote', '2 voters'));
    // The last one of each counts.
    await tell(VOTE, voteFor(poll, 'pizza'));
    await reads(...soFar('2 votes', '0 votes', '2 voters'));
    await tell(END, endOf(poll));
    await reads(...standing('*Pizza: 2 votes*', 'Sushi: 0 votes', 'Final result of the poll on Matrix, 2 voters'));
    // Too late.
    await tell(VOTE, voteFor(poll, 'sushi'), carol);
    await send(scene.alice, scene.matrixRoom, 'after');
    await eventually(async () => expect(fresh(await workspaceTexts(scene)).at(-1)).toBe('after'));
    expect(fresh(await workspaceTexts(scene))[0]).toContain('*Pizza: 2 votes*');
    // Nothing of it went back.
    await post(scene.bob, scene.room, 'seen');
    await aliceReads(scene, ['after', 'seen']);
  });

  test('many votes are a few edits', async () => {
    const poll = await lunch();
    await reads(...OPEN);
    for (let index = 0; index < 30; index += 1) await tell(VOTE, voteFor(poll, index % 2 === 0 ? 'pizza' : 'sushi'));
    await reads(...soFar('0 votes', '1 vote', '1 voter'));
    expect(await showings(poll)).toBeLessThanOrEqual(5);
  });

  test('a vote with an answer that is none is spoiled, and of too many answers the first count', async () => {
    const poll = await lunch({ max_selections: 2, answers: ['Pizza', 'Sushi', 'Soup'].map(answer) });
    const carol = await person('carol');
    await tell(VOTE, voteFor(poll, 'pizza', 'sushi', 'soup'));
    await tell(VOTE, voteFor(poll, 'soup'), carol);
    await tell(VOTE, voteFor(poll, 'dessert'), carol);
    await reads(
      '📊 *Lunch?*',
      '1. Pizza: 1 vote',
      '2. Sushi: 1 vote',
      '3. Soup: 0 votes',
      '_Poll on Matrix, up to 2 answers each; 1 voter so far_',
    );
  });

  test('the votes of a secret poll are shown when it ends', async () => {
    const poll = await lunch({ kind: 'org.matrix.msc3381.poll.undisclosed' });
    const secret = ['📊 *Lunch?*', '1. Pizza', '2. Sushi', '_Poll on Matrix; its result is shown when it ends_'];
    await reads(...secret);
    const vote = await tell(VOTE, voteFor(poll, 'sushi'));
    await eventually(async () =>
      expect((await running.service.trace({ ref: vote })).steps).toMatchObject([{ outcome: 'counted' }]),
    );
    expect(await showings(poll)).toBe(0);
    await reads(...secret);
    await tell(END, endOf(poll));
    await reads(...standing('Pizza: 0 votes', '*Sushi: 1 vote*', 'Final result of the poll on Matrix, 1 voter'));
  });

  test('only who asked, or who may redact, ends a poll', async () => {
    const poll = await lunch();
    await reads(...OPEN);
    const mallory = await person('mallory');
    const attempt = await tell(END, endOf(poll), mallory);
    await eventually(async () =>
      expect((await running.service.trace({ ref: attempt })).steps).toMatchObject([
        { outcome: 'not allowed to end the poll' },
      ]),
    );
    await reads(...OPEN);
    const { homeserver: bot } = running.connected.parts;
    const levels = await bot.state(scene.matrixRoom, 'm.room.power_levels', '');
    const users = { ...(levels?.['users'] as object), [mallory.userId]: 50 };
    await bot.sendState(scene.matrixRoom, 'm.room.power_levels', '', { ...levels, users });
    await tell(END, endOf(poll), mallory);
    await reads(...standing('Pizza: 0 votes', 'Sushi: 0 votes', 'Final result of the poll on Matrix, 0 voters'));
  });

  test('a vote is taken back, an end too, and a poll with all of it', async () => {
    const poll = await lunch();
    const vote = await tell(VOTE, voteFor(poll, 'pizza'));
    await reads(...soFar('1 vote', '0 votes', '1 voter'));
    await scene.alice.redact(scene.matrixRoom, vote, `unvote-${vote}`);
    await reads(...OPEN);
    const end = await tell(END, endOf(poll));
    await reads(...standing('Pizza: 0 votes', 'Sushi: 0 votes', 'Final result of the poll on Matrix, 0 voters'));
    await scene.alice.redact(scene.matrixRoom, end, `unend-${end}`);
    await reads(...OPEN);
    await scene.alice.redact(scene.matrixRoom, poll, `unpoll-${poll}`);
    await bobReads(scene, []);
    await eventually(async () => expect(await bench.peek((store) => store.polls.of(poll))).toEqual([]));
  });

  test('the question is edited, and the votes stay', async () => {
    const poll = await lunch();
    await tell(VOTE, voteFor(poll, 'sushi'));
    await reads(...soFar('0 votes', '1 vote', '1 voter'));
    const mallory = await person('mallory');
    const replacing = (question: string) => ({
      ...pollOf(question, ['Pizza', 'Sushi']),
      'm.new_content': pollOf(question, ['Pizza', 'Sushi']),
      'm.relates_to': { rel_type: 'm.replace', event_id: poll },
    });
    await tell(START, replacing('Defaced?'), mallory);
    await tell(START, replacing('Dinner?'));
    await reads('📊 *Dinner?*', '1. Pizza: 0 votes', '2. Sushi: 1 vote', '_Poll on Matrix; 1 voter so far_');
  });

  test('votes that were given while the bridge was away count, with those from before', async () => {
    const poll = await lunch();
    const [carol, dave] = [await person('carol'), await person('dave')];
    await tell(VOTE, voteFor(poll, 'pizza'), carol);
    await reads(...soFar('1 vote', '0 votes', '1 voter'));
    await running.stop();
    await tell(VOTE, voteFor(poll, 'pizza'), dave);
    await tell(VOTE, voteFor(poll, 'sushi'));
    running = await bench.start();
    await reads(...soFar('2 votes', '1 vote', '3 voters'));
  });

  test('a vote that was counted right before the bridge stopped is shown by the next one', async () => {
    const poll = await lunch();
    await reads(...OPEN);
    const vote = await tell(VOTE, voteFor(poll, 'pizza'));
    await eventually(async () =>
      expect((await running.service.trace({ ref: vote })).steps).toMatchObject([{ outcome: 'counted' }]),
    );
    await running.stop();
    running = await bench.start();
    await reads(...soFar('1 vote', '0 votes', '1 voter'));
  });

  test('a bridge that dies right after it has shown a vote shows it once, and goes on counting', async () => {
    const poll = await lunch();
    await reads(...OPEN);
    await running.stop();
    const { died } = await bench.startDying('apply:acted');
    await tell(VOTE, voteFor(poll, 'pizza'));
    await died;
    running = await bench.start();
    await reads(...soFar('1 vote', '0 votes', '1 voter'));
    await tell(VOTE, voteFor(poll, 'sushi'), await person('carol'));
    await reads(...soFar('1 vote', '1 vote', '2 voters'));
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

const answer = (text: string) => ({ id: text.toLowerCase(), 'org.matrix.msc1767.text': text });
