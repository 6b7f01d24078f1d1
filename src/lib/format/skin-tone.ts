/** Fitzpatrick modifiers from light (1) to dark (5), as short codes count them. */
export type SkinTone = 1 | 2 | 3 | 4 | 5;

const MODIFIERS = ['\u{1F3FB}', '\u{1F3FC}', '\u{1F3FD}', '\u{1F3FE}', '\u{1F3FF}'] as const;
const MODIFIER = /[\u{1F3FB}-\u{1F3FF}]/gu;
const TAKES_TONE = /^\p{Emoji_Modifier_Base}/u;
const JOINER = '\u200D';

/** Two people in one emoji, which shows one tone; with two it is spelled out as a sequence. */
const PAIRS: Readonly<Record<string, string>> = {
  '🤝': '🫱\u200D🫲',
  '👫': '👩\u200D🤝\u200D👨',
  '👬': '👨\u200D🤝\u200D👨',
  '👭': '👩\u200D🤝\u200D👩',
  '💏': '🧑\u200D❤️\u200D💋\u200D🧑',
  '💑': '🧑\u200D❤️\u200D🧑',
  '👯': '🧑\u200D🐰\u200D🧑',
  '👯\u200D♀️': '👩\u200D🐰\u200D👩',
  '👯\u200D♂️': '👨\u200D🐰\u200D👨',
  '🤼': '🧑\u200D🫯\u200D🧑',
  '🤼\u200D♀️': '👩\u200D🫯\u200D👩',
  '🤼\u200D♂️': '👨\u200D🫯\u200D👨',
};
/** Sequences of two people that are not the spelling of one character. */
const COUPLE = /^(?:🧑|👨|👩)\u200D.+\u200D(?:🧑|👨|👩)$/u;

/** An emoji in a skin tone; two people may have one each. Undefined where the emoji shows no skin. */
export function toned(base: string, first: SkinTone, second: SkinTone = first): string | undefined {
  const sequence = (first === second ? undefined : PAIRS[base]) ?? base;
  const people = sequence.split(JOINER);
  if (!TAKES_TONE.test(sequence)) return undefined;
  const last = people.length - 1;
  if (COUPLE.test(sequence) || sequence === PAIRS['🤝']) people[last] = withTone(people[last] ?? '', second);
  else if (first !== second) return undefined;
  people[0] = withTone(people[0] ?? '', first);
  return people.join(JOINER);
}

/** The emoji without its skin tones, and these in their order; undefined where it has none. */
export function untoned(emoji: string): { readonly base: string; readonly tones: readonly SkinTone[] } | undefined {
  const tones = (emoji.match(MODIFIER) ?? []).map((one) => (MODIFIERS.indexOf(one as never) + 1) as SkinTone);
  if (tones.length === 0) return undefined;
  const bare = emoji.replaceAll(MODIFIER, '');
  const single = Object.entries(PAIRS).find(([, spelled]) => withoutSelectors(spelled) === withoutSelectors(bare));
  return { base: single?.[0] ?? bare, tones };
}

/** A tone makes a character an emoji, so that the variation selector goes. */
const withTone = (person: string, tone: SkinTone): string => {
  const [character = '', ...rest] = person.replace('\uFE0F', '');
  return [character, MODIFIERS[tone - 1], ...rest].join('');
};

const withoutSelectors = (emoji: string): string => emoji.replaceAll('\uFE0F', '');
