import fc from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { loadMessageReader, type ReadMessage } from '../../../src/lib/format/message-tree.ts';
import { nodesOf, textOf } from '../../../src/lib/format/plain-text.ts';
import { splitMarkdown } from '../../../src/lib/format/split-markdown.ts';
import { toWorkspace } from '../../../src/lib/format/to-workspace.ts';
import { LONG_TEXTS, longText } from '../../fixtures/long-texts.ts';
import { adversarialText } from './adversarial-text.ts';
import { documentWithoutTables } from './ordinary-document.ts';

const read: ReadMessage = await loadMessageReader();

describe('a message that is too long for Rocket.Chat', () => {
  it.each([
    ['a short one is left alone', 'hello *you*', 20, ['hello *you*']],
    ['one of exactly the limit is left alone', 'x'.repeat(20), 20, ['x'.repeat(20)]],
    ['nothing is no part', ' \n ', 20, []],
    [
      'between paragraphs first',
      'first line here\nsecond line here\n\nthird line here\nlast one',
      50,
      ['first line here\nsecond line here', 'third line here\nlast one'],
    ],
    ['between lines next', 'first line here\nsecond line here', 20, ['first line here', 'second line here']],
    ['between words next', 'some words in one line', 20, ['some words in one', 'line']],
    ['within a word last', 'x'.repeat(45), 20, ['x'.repeat(20), 'x'.repeat(18), 'x'.repeat(7)]],
    [
      'a paragraph early in the part is no reason to cut',
      'ab\n\nsome words and one more',
      22,
      ['ab\n\nsome words and', 'one more'],
    ],
    [
      'emphasis is closed and opened again',
      '*bold words that go on and on*',
      20,
      ['*bold words that*', '*go on and on*'],
    ],
    ['emphasis in emphasis as well', '*bold _and italic words here_*', 20, ['*bold _and italic_*', '*_words here_*']],
    ['a spoiler hides all of its parts', '||hidden words that go on||', 20, ['||hidden words||', '||that go on||']],
    ['inline code stays code', '`some code that goes on`', 20, ['`some code that`', '`goes on`']],
    [
      'a link is not cut',
      'words before [a link](https://b.org/x) after',
      40,
      ['words before [a link](https://b.org/x)', 'after'],
    ],
    ['an escape is not cut', `${'x'.repeat(19)}\\*y`, 20, ['x'.repeat(19), '\\*y']],
    ['a quote stays a quote', '> quoted words that go on and on', 20, ['> quoted words that', '> go on and on']],
    [
      'text does not become a list',
      'some words here and - more of them',
      20,
      ['some words here and', '\u200b- more of them'],
    ],
    [
      'text does not become a heading',
      'some words here and # more of them',
      20,
      ['some words here and', '\\# more of them'],
    ],
    ['a word does not become a mention', `${'x'.repeat(20)}@all`, 20, ['x'.repeat(20), '\u200b@all']],
    [
      'code that fits a part is not cut',
      'some words here\n```js\na\nb\n```\nafter',
      24,
      ['some words here', '```js\na\nb\n```\nafter'],
    ],
    [
      'code that does not is closed, and opened with its language',
      '```js\nfirst line\nsecond line\nthird\n```',
      24,
      ['```js\nfirst line\n```', '```js\nsecond line\n```', '```js\nthird\n```'],
    ],
    ['a line of code is cut anywhere', '```\nabcdefghijklmnop\n```', 20, ['```\nabcdefghijkl\n```', '```\nmnop\n```']],
    ['a language too long for the limit is left out', `\`\`\`${'x'.repeat(15)}\nab\n\`\`\``, 20, ['```\nab\n```']],
    ['a hidden block stays hidden', '||\nsome words\nmore words\n||', 22, ['||\nsome words\n||', '||\nmore words\n||']],
    ['a limit below 20 is taken for 20', 'x'.repeat(25), 1, ['x'.repeat(20), 'x'.repeat(5)]],
  ])('is cut: %s', (_what, text, limit, parts) => expect(splitMarkdown(text, limit)).toEqual(parts));

  it.each([
    ['a flag', '🇩🇪'],
    ['a family', '👨‍👩‍👧‍👦'],
    ['a letter with accents', 'a\u0301\u0323'],
    ['a hand with its colour', '👍🏽'],
    ['a syllable of Devanagari', 'क्षि'],
  ])('is never cut within %s', (_what, grapheme) => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    const parts = splitMarkdown(`x${grapheme.repeat(200)}`, 25);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(25);
    const pieces = parts.flatMap((part) => [...segmenter.segment(part)].map(({ segment }) => segment));
    expect(pieces).toEqual(['x', ...Array<string>(200).fill(grapheme)]);
  });

  it('is cut within what no part could hold', () => {
    const parts = splitMarkdown(`a${'\u0301'.repeat(100)}`, 20);
    expect(parts.every((part) => part.length <= 20)).toBe(true);
    expect(parts.join('')).toBe(`a${'\u0301'.repeat(100)}`);
  });
});

/** What somebody reads in it, without what may be left out or added where it is cut. */
function visible(markdown: string): string | undefined {
  const tree = markdown === '' ? [] : read(markdown);
  return tree === undefined
    ? undefined
    : nodesOf(tree)
        .map(textOf)
        .join('')
        .replace(/[\s\u200b]/g, '');
}

describe('any message that is too long for Rocket.Chat', () => {
  it('keeps all that is seen in it, and its order', async () => {
    await fc.assert(
      fc.asyncProperty(documentWithoutTables, fc.integer({ min: 90, max: 400 }), async (formatted_body, limit) => {
        const format = 'org.matrix.custom.html';
        const msg = await toWorkspace({ body: '', format, formatted_body, msgtype: 'm.text' });
        const parts = splitMarkdown(msg, limit);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(limit);
        const whole = visible(msg);
        const seen = parts.map(visible);
        fc.pre(whole !== undefined && !seen.includes(undefined));
        expect(seen.join(''), parts.join('\n=====\n')).toBe(whole);
      }),
      { numRuns: 500 },
    );
  }, 120_000);

  it('has no part that is blank or over the limit, and no character of it is lost, whatever it is', () => {
    fc.assert(
      fc.property(adversarialText, fc.integer({ min: 20, max: 200 }), (text, limit) => {
        const parts = splitMarkdown(text, limit);
        for (const part of parts) {
          expect(part.trim()).not.toBe('');
          expect(part.length).toBeLessThanOrEqual(limit);
          if (text.isWellFormed()) expect(part.isWellFormed()).toBe(true);
        }
        expect(isWithin(withoutFences(text), parts.join('\n'))).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  }, 120_000);

  // Whose cost is not proportional to the length does not end in the time of a test; how it grows is benched.
  it.each(LONG_TEXTS.split)('and is %j again and again is in the parts whole', (piece) => {
    const text = longText(piece, 256 * 1024);
    for (const limit of [20, 5_000]) {
      const parts = splitMarkdown(text, limit);
      expect(Math.max(0, ...parts.map(({ length }) => length))).toBeLessThanOrEqual(limit);
      expect(isWithin(withoutFences(text), parts.join('\n'))).toBe(true);
    }
  });
});

/** Languages of fences and blanks may be left out. */
const withoutFences = (text: string): string => text.replace(/^```[\w .-]*$/gm, '').replace(/\s/g, '');

/** Whether all characters of the one are in the other, in order. */
function isWithin(some: string, all: string): boolean {
  let at = 0;
  for (const char of some) {
    at = all.indexOf(char, at);
    if (at < 0) return false;
    at += char.length;
  }
  return true;
}
