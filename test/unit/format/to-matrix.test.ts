import { readFileSync } from 'node:fs';
import fc from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import type { MatrixText } from '../../../src/lib/format/lookups.ts';
import { mentionsContent } from '../../../src/lib/format/lookups.ts';
import { namesIn, toMatrix } from '../../../src/lib/format/to-matrix.ts';
import { LOOKUPS } from '../../fixtures/lookups.ts';
import { LONG_TEXTS, longText } from '../../fixtures/long-texts.ts';
import { adversarialText } from './adversarial-text.ts';
import { outsideAllowList } from './allowed-html.ts';

/** What a reader on Matrix is to get; `html` is missing where the body says it all, `users` and `room` are notified. */
interface Pair {
  readonly msg: string;
  readonly body: string;
  readonly html?: string;
  readonly users?: readonly string[];
  readonly room?: boolean;
}
/** Read as a file since it holds half an emoji, which bundlers refuse in JSON. Its names stand for what `LOOKUPS` says. */
const FIXTURE = new URL('../../fixtures/format-to-matrix.json', import.meta.url);
const PAIRS = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Readonly<Record<string, readonly Pair[]>>;

const textOf = async (msg: string): Promise<MatrixText> => (await toMatrix(msg, LOOKUPS)).text;

/** Messages of what Rocket.Chat's grammar knows beyond markdown, set beside each other at random. */
const grammarText = fc
  .array(
    fc.constantFrom(
      '*',
      '_',
      '~',
      '`',
      '||',
      '\n||\n',
      '\n```js\n',
      '\n```\n',
      '\n> ',
      '\n- ',
      '\n- [x] ',
      '\n3. ',
      '\n# ',
      '\n---\n',
      '\\(',
      '\\)',
      '\n\\[',
      '\\]\n',
      '$',
      'color:#f0a',
      ' :) ',
      '<3',
      ':heart:',
      ':partyparrot:',
      '😀',
      '👍🏽',
      ':nosuch_tone1:',
      '@bob',
      '@mallory.',
      '@all',
      '@room',
      '#old',
      '<t:1:d>',
      '<t:10:20:30:t>',
      '+15551234567',
      '![x](',
      '[ ](',
      '[#old](',
      '<',
      'https://example.org/"x',
      'javascript:x',
      'tel:1',
      '|a@example.org>',
      ')',
      '\n| a | b |\n|---|---|\n| c | @bob |\n',
      ' ',
      'a',
      '"',
      '&',
    ),
    { maxLength: 20 },
  )
  .map((pieces) => pieces.join(''));

describe.each(Object.entries(PAIRS))('a message from Rocket.Chat with %s', (_, pairs) => {
  it.each(pairs.map((pair) => [pair.msg, pair] as const))(
    '%j',
    async (msg, { body, html, users = [], room = false }) => {
      const { text, mentions } = await toMatrix(msg, LOOKUPS);
      expect(text).toEqual(
        html === undefined ? { body } : { body, format: 'org.matrix.custom.html', formatted_body: html },
      );
      expect(mentions).toEqual({ userIds: users, room });
      expect(outsideAllowList(html ?? '')).toEqual([]);
    },
  );
});

describe('what the fixture covers', () => {
  it('is 150 messages and more', () => expect(Object.values(PAIRS).flat().length).toBeGreaterThanOrEqual(150));
});

describe('a message to a room where its names mean nothing', () => {
  it.each([
    ['@bob and @all', '@bob and @all'],
    ['#general', '#general'],
    [':partyparrot: :smile:', ':partyparrot: 😄'],
    ['costs $5 and $6', 'costs $5 and $6'],
  ])('%j notifies nobody', async (msg, body) =>
    expect(await toMatrix(msg)).toEqual({ text: { body }, mentions: { userIds: [], room: false } }),
  );
});

describe('what has to be looked up before a message is rendered', () => {
  it('is each name once, with and without the punctuation that ends it', async () =>
    expect(await namesIn('@bob *@carol.* @bob #general, ||:party: @dave|| :) 😀 `@code` @all @here')).toEqual({
      users: ['bob', 'carol.', 'carol', 'dave'],
      rooms: ['general'],
      emoji: ['party'],
    }));
  it('is found in lists, quotations, headings and tables', async () =>
    expect((await namesIn('# @a\n- @b\n- [ ] @c\n> @d\n\n| @e |\n|---|\n| @f |\n||\n@g\n||')).users).toEqual([
      ...'abcdefg',
    ]));
  it('is all that rendering asks for', async () => {
    await fc.assert(
      fc.asyncProperty(grammarText, async (msg) => {
        const names = await namesIn(msg);
        const asked = (kind: 'users' | 'rooms' | 'emoji') => (name: string) => {
          expect(names[kind]).toContain(name);
          return undefined;
        };
        await toMatrix(msg, {
          user: asked('users'),
          room: asked('rooms'),
          emoji: asked('emoji'),
          mayMentionRoom: true,
        });
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('m.mentions', () => {
  it('is empty where nobody is meant', () => expect(mentionsContent({ userIds: [], room: false })).toEqual({}));
  it('names users and the room', async () => {
    const { mentions } = await toMatrix('@bob @all', LOOKUPS);
    expect(mentionsContent(mentions)).toEqual({ user_ids: ['@bob:example.org'], room: true });
  });
});

/** Pieces of which 20,000 characters are still parsed, and some of which they are not. */
describe('a hostile message from Rocket.Chat', () => {
  it.each([
    '*'.repeat(5000),
    '[_'.repeat(2000),
    '[\n'.repeat(5000),
    '||'.repeat(4000),
    '(['.repeat(3000),
    '*a '.repeat(20_000),
  ])('crosses as plain text when it is too costly to parse (%#)', async (msg) =>
    expect(await textOf(msg)).toEqual({ body: msg }),
  );

  it.each([
    ['of pieces of its grammar', grammarText, 7_000],
    ['of anything', adversarialText, 1_000],
  ] as const)(
    '%s makes HTML of what Matrix allows alone, and never throws',
    async (_, messages, numRuns) => {
      await fc.assert(
        fc.asyncProperty(messages, async (msg) => {
          const { body, formatted_body: html = '' } = await textOf(msg);
          expect(body.isWellFormed() && html.isWellFormed()).toBe(true);
          expect(outsideAllowList(html)).toEqual([]);
        }),
        { numRuns },
      );
    },
    60_000,
  );

  it('leaves no text out', async () => {
    const words = fc.array(fc.constantFrom('alpha', 'beta', '日本', 'x1'), { minLength: 1, maxLength: 5 });
    const wrap = fc.constantFrom('*', '_', '~', '||', '\n- ', '\n> ', '\n# ', '\n1. ', ' ', '\n\n');
    await fc.assert(
      fc.asyncProperty(words, wrap, async (parts, mark) => {
        const { body, formatted_body: html = body } = await textOf(
          parts.map((word) => `${mark}${word}${mark}`).join(' '),
        );
        for (const word of parts) expect([body.includes(word), html.includes(word)]).toEqual([true, true]);
      }),
      { numRuns: 1_000 },
    );
  });

  // Whose cost is not proportional to the length does not end in the time of a test; how it grows is benched.
  it.each(LONG_TEXTS.toMatrix)('of %j again and again is taken', async (piece) => {
    for (const length of [19_900, 64 * 1024]) {
      const { body } = await textOf(`first ${longText(piece, length)}`);
      expect(body).toMatch(/^first/);
    }
  });
});
