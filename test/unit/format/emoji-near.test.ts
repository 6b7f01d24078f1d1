import { describe, expect, it } from 'vitest';
import { shortCodesNear } from '../../../src/lib/format/emoji-near.ts';

describe('what Rocket.Chat may call an emoji', () => {
  it.each([
    ['👍', ['thumbsup']],
    ['👍🏽', ['thumbsup_tone3', 'thumbsup']],
    ['❤️‍🩹', ['mending_heart', 'heart']],
    ['👩🏽‍🚀', ['woman_astronaut_tone3', 'woman_astronaut', 'woman']],
    // A flag of a region that has no name, and a sequence that nobody knows.
    ['🏴󠁵󠁳󠁴󠁸󠁿', ['flag_black']],
    ['🐦‍🍕', ['bird']],
  ])('%s: its own name, then the nearest', (emoji, names) => {
    expect(shortCodesNear(emoji)).toEqual(names);
  });

  it.each(['', 'nice', '+1', '👍👍', '\u{1FBFE}', 'mxc://example.org/abc'])('%j has none', (text) => {
    expect(shortCodesNear(text)).toEqual([]);
  });
});
