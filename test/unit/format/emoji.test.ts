import { describe, expect, it } from 'vitest';
import { EMOJI_NAMES } from '../../../src/lib/format/emoji-names.ts';
import { shortCodeOf, unicodeOf } from '../../../src/lib/format/emoji.ts';

const ROWS = EMOJI_NAMES.trim().split(/[|\n]/);
const EMOJI = ROWS.map((row) => row.split(' ')[0] ?? '');

describe('a short code of Rocket.Chat', () => {
  it.each([
    ['smile', '😄'],
    [':smile:', '😄'],
    ['+1', '👍'],
    ['thumbsup', '👍'],
    ['heart', '❤️'],
    ['flag_de', '🇩🇪'],
    ['de', '🇩🇪'],
    ['one', '1️⃣'],
    ['thumbsup_tone3', '👍🏽'],
    ['thumbsup_medium_skin_tone', '👍🏽'],
    ['point_up_tone1', '☝🏻'],
    ['man_technologist_tone5', '👨🏿‍💻'],
    ['detective_tone2', '🕵🏼'],
    ['people_holding_hands_tone1_tone2', '🧑🏻‍🤝‍🧑🏼'],
    ['handshake_tone1-5', '🫱🏻‍🫲🏿'],
    ['couple_with_heart_dark_skin_tone_light_skin_tone', '🧑🏿‍❤️‍🧑🏻'],
    ['rainbow_flag', '🏳️‍🌈'],
  ])('%s is %s', (name, emoji) => expect(unicodeOf(name)).toBe(emoji));

  it.each([
    '',
    ':',
    'nosuch',
    'partyparrot',
    'table_tennis_tone3',
    'rocket_tone1',
    'smile_tone6',
    '_tone1',
    'constructor',
    '__proto__',
  ])('%j is none', (name) => expect(unicodeOf(name)).toBeUndefined());
});

describe('an emoji that somebody on Matrix used', () => {
  it.each([
    ['👍', 'thumbsup'],
    ['👍\uFE0F', 'thumbsup'],
    ['❤️', 'heart'],
    ['❤', 'heart'],
    ['👍🏽', 'thumbsup_tone3'],
    ['🕵🏼‍♂️', 'man_detective_tone2'],
    ['🕵🏼‍♂', 'man_detective_tone2'],
    ['🇩🇪', 'flag_de'],
    ['🏳️‍🌈', 'rainbow_flag'],
    ['🤝🏽', 'handshake_tone3'],
    ['🫱🏻‍🫲🏿', 'handshake_tone1-5'],
    ['1️⃣', 'one'],
    ['🐶', 'dog'],
  ])('%s is :%s:', (emoji, name) => expect(shortCodeOf(emoji)).toBe(name));

  it.each(['', 'a', '\uFE0F', '👍👍', '👍🏽👍🏽', '🚀🏽', '🏽🏽'])('%j has no short code', (text) =>
    expect(shortCodeOf(text)).toBeUndefined(),
  );

  it('comes back as itself', () => {
    expect(ROWS.length).toBeGreaterThan(1_900);
    for (const emoji of EMOJI) expect(unicodeOf(shortCodeOf(emoji) ?? '')).toBe(emoji);
  });

  it('comes back in its skin tone', () => {
    const hands = EMOJI.filter((emoji) => /^\p{Emoji_Modifier_Base}$/u.test(emoji));
    expect(hands.length).toBeGreaterThan(90);
    for (const emoji of hands) {
      const toned = `${emoji}\u{1F3FE}`;
      expect(unicodeOf(shortCodeOf(toned) ?? '')).toBe(toned);
    }
  });
});
