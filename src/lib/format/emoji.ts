import { EMOJI_NAMES } from './emoji-names.ts';
import { type SkinTone, toned, untoned } from './skin-tone.ts';

interface Table {
  readonly unicode: ReadonlyMap<string, string>;
  /** By emoji without variation selectors. */
  readonly shortCode: ReadonlyMap<string, string>;
}

/** Filled at the first question, in less than 10 ms. */
let table: Table | undefined;

/**
 * The emoji of one of Rocket.Chat's short codes, with or without its colons, fully qualified; undefined
 * where there is none, as for a custom emoji. Where servers with emojione (until spring 2026) and
 * with emojibase mean different emoji by one name, the earlier meaning counts.
 */
export function unicodeOf(shortCode: string): string | undefined {
  const name = shortCode.replace(/^:(.+):$/, '$1');
  table ??= readTable();
  const found = table.unicode.get(name);
  if (found !== undefined) return found;
  const parts = TONED_NAME.exec(name);
  const base = parts === null ? undefined : table.unicode.get(parts[1] ?? '');
  if (base === undefined) return undefined;
  const [first, second] = tonesIn(parts?.[2] ?? '');
  return first === undefined ? undefined : toned(base, first, second);
}

/**
 * The short code, without colons, that Rocket.Chat knows an emoji by; undefined where it has none. Variation
 * selectors make no difference. Names that servers with emojione know are preferred, and of these the ones that
 * servers with emojibase understand likewise.
 */
export function shortCodeOf(unicode: string): string | undefined {
  table ??= readTable();
  const bare = withoutSelectors(unicode);
  const found = table.shortCode.get(bare);
  if (found !== undefined) return found;
  const parts = untoned(bare);
  const base = parts === undefined ? undefined : table.shortCode.get(withoutSelectors(parts.base));
  if (base === undefined) return undefined;
  const code = `${base}_tone${[...new Set(parts?.tones)].join('-')}`;
  // Not everything that a tone follows shows skin: such a sequence is two emoji.
  return withoutSelectors(unicodeOf(code) ?? '') === bare ? code : undefined;
}

/** `_tone3`, `_tone1-2`, `_tone1_tone2`, `_dark_skin_tone`, `_dark_skin_tone_light_skin_tone`. */
const TONED_NAME =
  /^(.+?)((?:_tone[1-5]){1,2}|_tone[1-5]-[1-5]|(?:_(?:light|medium_light|medium|medium_dark|dark)_skin_tone){1,2})$/;
const WORDED: readonly string[] = ['light', 'medium_light', 'medium', 'medium_dark', 'dark'];

function tonesIn(suffix: string): SkinTone[] {
  const digits = suffix.match(/[1-5]/g);
  if (digits !== null) return digits.map((digit) => Number(digit) as SkinTone);
  const words = suffix.split('_skin_tone').filter((word) => word !== '');
  return words.map((word) => (WORDED.indexOf(word.slice(1)) + 1) as SkinTone);
}

const withoutSelectors = (unicode: string): string => unicode.replaceAll(/[\uFE0E\uFE0F]/g, '');

function readTable(): Table {
  const unicode = new Map<string, string>();
  const shortCode = new Map<string, string>();
  for (const row of EMOJI_NAMES.trim().split(/[|\n]/)) {
    const [emoji = '', ...names] = row.split(' ');
    for (const name of names) unicode.set(name, emoji);
    shortCode.set(withoutSelectors(emoji), names[0] ?? '');
  }
  return { unicode, shortCode };
}
