import { describe, expect, it } from 'vitest';
import { countPoll, pollText } from '../../../../src/lib/bridge/homeserver/poll-tally.ts';
import type { EventId, MatrixUserId } from '../../../../src/lib/core/ids.ts';
import type { PollEntry } from '../../../../src/lib/store/ledger-types.ts';

const definition = (change: Record<string, unknown> = {}): string =>
  JSON.stringify({
    question: 'Lunch?',
    answers: [
      { id: 'a', text: 'Pizza' },
      { id: 'b', text: 'Sushi' },
      { id: 'c', text: 'Soup' },
    ],
    mostChoices: 2,
    disclosed: true,
    ...change,
  });

let made = 0;
function entry(kind: PollEntry['kind'], ts: number, sender: string, content = ''): PollEntry {
  made += 1;
  return {
    portalId: 1,
    pollId: '$poll' as EventId,
    eventId: `$${String(made).padStart(4, '0')}` as EventId,
    kind,
    sender: `@${sender}:example.org` as MatrixUserId,
    ts,
    content,
  };
}
const vote = (ts: number, sender: string, ...ids: string[]): PollEntry =>
  entry('vote', ts, sender, JSON.stringify(ids));

/** Votes for a, b and c, and how many people voted. */
function counts(...entries: PollEntry[]): readonly number[] {
  const state = countPoll([entry('start', 1, 'alice', definition()), ...entries]);
  return [...(state?.votes.values() ?? []), state?.voters ?? -1];
}

describe('a poll', () => {
  it.each<[string, readonly number[], PollEntry[]]>([
    ['nobody voted', [0, 0, 0, 0], []],
    ['each person counts once', [1, 1, 0, 2], [vote(2, 'bob', 'a'), vote(2, 'carol', 'b')]],
    ['the newest vote of a person counts', [0, 1, 0, 1], [vote(2, 'bob', 'a'), vote(3, 'bob', 'b')]],
    ['no answer takes the vote back', [0, 0, 0, 0], [vote(2, 'bob', 'a'), vote(3, 'bob')]],
    ['an unknown answer spoils all of it', [0, 0, 0, 0], [vote(2, 'bob', 'a'), vote(3, 'bob', 'a', 'x')]],
    ['of too many answers the first count', [1, 1, 0, 1], [vote(2, 'bob', 'a', 'b', 'c')]],
    [
      'what is from after the end never was',
      [1, 0, 0, 1],
      [vote(2, 'bob', 'a'), entry('end', 3, 'alice'), vote(4, 'bob', 'b')],
    ],
    ['what is from the moment of the end counts', [1, 0, 0, 1], [vote(3, 'bob', 'a'), entry('end', 3, 'alice')]],
    [
      'only the first end counts',
      [1, 0, 0, 1],
      [vote(2, 'bob', 'a'), entry('end', 3, 'alice'), vote(4, 'carol', 'b'), entry('end', 5, 'alice')],
    ],
  ])('%s', (_what, expected, entries) => {
    expect(counts(...entries)).toEqual(expected);
  });

  it('loses the votes for an answer that an edit removed', () => {
    const answers = [
      { id: 'b', text: 'Ramen' },
      { id: 'x', text: 'Salad' },
    ];
    const edit = entry('edit', 3, 'alice', definition({ answers }));
    expect(counts(vote(2, 'bob', 'c'), vote(2, 'carol', 'b'), edit)).toEqual([1, 0, 1]);
  });

  it('is nothing without its beginning', () => {
    expect(countPoll([vote(1, 'bob', 'a')])).toBeUndefined();
  });

  it('shows what people wrote as text, on one line each', () => {
    const answers = [{ id: 'a', text: '<b>A</b>\n& more' }];
    const state = countPoll([entry('start', 1, 'alice', definition({ question: 'Q\n1?', answers, disclosed: false }))]);
    if (state === undefined) throw new Error('there is a poll');
    const { body, formatted_body: html } = pollText(state);
    expect(body).toMatch(/^📊 Q 1\?\n1\. <b>A<\/b> & more\n/);
    expect(html).toContain('<ol><li>&lt;b&gt;A&lt;/b&gt; &amp; more</li></ol>');
  });
});
