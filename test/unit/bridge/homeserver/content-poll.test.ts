import { describe, expect, it } from 'vitest';
import { readContent } from '../../../../src/lib/bridge/homeserver/content.ts';
import { type Case, check, MESSAGE } from './content-cases.ts';

describe('a location', () => {
  const at = (uri: unknown): Record<string, unknown> => ({ msgtype: 'm.location', body: 'Here', geo_uri: uri });
  check([
    [
      'is a point',
      MESSAGE,
      at('geo:48.2,-16.37'),
      { kind: 'location', body: 'Here', point: { latitude: 48.2, longitude: -16.37, uncertainty: undefined } },
    ],
    [
      'with its height and doubt',
      MESSAGE,
      at('geo:-1,2,183.5;crs=WGS84;u=40'),
      { point: { latitude: -1, longitude: 2, uncertainty: 40 } },
    ],
    [
      'in the place of the proposal',
      MESSAGE,
      { ...at(undefined), 'org.matrix.msc3488.location': { uri: 'geo:1,2' } },
      { point: { latitude: 1 } },
    ],
    [
      'in the place of the later spec',
      MESSAGE,
      { ...at(undefined), 'm.location': { uri: 'geo:1,2' } },
      { point: { latitude: 1 } },
    ],
    ['with odd doubt has none', MESSAGE, at('geo:1,2;u=-5'), { point: { uncertainty: undefined } }],
    ...[
      'geo:91,0',
      'geo:0,181',
      'geo:1',
      'geo:a,b',
      'geo:1,2;crs=moon',
      'https://example.org',
      'geo:1,2/../x',
      5,
      undefined,
    ].map((uri): Case => [`that is ${String(uri)} is unknown`, MESSAGE, at(uri), { kind: 'unknown', body: 'Here' }]),
  ]);
});

describe('a poll', () => {
  const unstable = {
    'org.matrix.msc3381.poll.start': {
      question: { 'org.matrix.msc1767.text': 'Lunch?' },
      kind: 'org.matrix.msc3381.poll.disclosed',
      max_selections: 2,
      answers: [
        { id: 'a', 'org.matrix.msc1767.text': 'Pizza' },
        { id: 'b', 'org.matrix.msc1767.text': 'Soup' },
      ],
    },
  };
  const stable = {
    'm.poll': {
      question: { 'm.text': [{ body: '<b>Lunch?</b>', mimetype: 'text/html' }, { body: 'Lunch?' }] },
      kind: 'm.undisclosed',
      answers: [{ 'm.id': 'a', 'm.text': [{ body: 'Pizza' }] }],
    },
  };
  const both = [
    { id: 'a', text: 'Pizza' },
    { id: 'b', text: 'Soup' },
  ];
  const start = (definition: Record<string, unknown>): Record<string, unknown> => ({
    'm.poll': { question: { 'm.text': 'Q' }, answers: [{ 'm.id': 'a', 'm.text': 'A' }], ...definition },
  });
  const many = Array.from({ length: 50 }, (_, at) => ({ 'm.id': `${at}`, 'm.text': `${at}` }));
  check([
    [
      'of the proposal',
      'org.matrix.msc3381.poll.start',
      unstable,
      { kind: 'poll.start', question: 'Lunch?', answers: both, mostChoices: 2, disclosed: true },
    ],
    [
      'of the later spec',
      'm.poll.start',
      stable,
      { kind: 'poll.start', question: 'Lunch?', answers: [both[0]], mostChoices: 1, disclosed: false },
    ],
    [
      'with answers that can not be shown or told apart has the others',
      'm.poll.start',
      start({
        answers: [
          5,
          {},
          { 'm.id': 'a', 'm.text': ' ' },
          { 'm.id': 'a', 'm.text': 'A' },
          { 'm.id': 'a', 'm.text': 'B' },
          { 'm.text': 'C' },
        ],
      }),
      { answers: [{ id: 'a', text: 'A' }] },
    ],
    ['with very many answers', 'm.poll.start', start({ answers: many, max_selections: 1e9 }), { mostChoices: 1 }],
    ['with more choices than answers', 'm.poll.start', start({ max_selections: 7 }), { mostChoices: 1 }],
    ['with no choice at all', 'm.poll.start', start({ max_selections: 0 }), { mostChoices: 1 }],
    [
      'without a question is unknown',
      'm.poll.start',
      start({ question: {} }),
      { kind: 'unknown', what: 'm.poll.start' },
    ],
    ['without answers is unknown', 'm.poll.start', start({ answers: [] }), { kind: 'unknown' }],
    ['that is no poll', 'm.poll.start', { 'm.poll': 'x', 'm.text': 'see poll' }, { kind: 'unknown', body: 'see poll' }],
  ]);

  it('shows twenty answers and no more', () => {
    expect(readContent('m.poll.start', start({ answers: many }))).toHaveProperty('answers.length', 20);
  });

  const of = { 'm.relates_to': { rel_type: 'm.reference', event_id: '$poll' } };
  const vote = (answers: unknown): Record<string, unknown> => ({
    ...of,
    'org.matrix.msc3381.poll.response': { answers },
  });
  const response = 'org.matrix.msc3381.poll.response';
  check([
    [
      'is answered',
      response,
      vote(['a', 'b', 'a', 5]),
      { kind: 'poll.response', pollId: '$poll', answerIds: ['a', 'b'] },
    ],
    ['is answered as in the later spec', 'm.poll.response', { ...of, 'm.selections': ['a'] }, { answerIds: ['a'] }],
    ['has an answer taken back', response, vote([]), { kind: 'poll.response', answerIds: [] }],
    ['has an answer that is none', response, vote('a'), { kind: 'poll.response', answerIds: [] }],
    [
      'has an answer to nothing',
      response,
      { ...vote(['a']), 'm.relates_to': { event_id: '$poll' } },
      { kind: 'unknown' },
    ],
    [
      'ends',
      'm.poll.end',
      { ...of, 'm.text': [{ body: 'Pizza won' }] },
      { kind: 'poll.end', pollId: '$poll', body: 'Pizza won' },
    ],
    [
      'ends as in the proposal',
      'org.matrix.msc3381.poll.end',
      { ...of, 'org.matrix.msc1767.text': 'Over' },
      { kind: 'poll.end', body: 'Over' },
    ],
    [
      'of nobody does not end',
      'm.poll.end',
      { 'm.relates_to': { rel_type: 'm.reference', event_id: 5 } },
      { kind: 'unknown' },
    ],
  ]);
});
