/**
 * Writes src/lib/format/emoji-names.ts from the unpacked npm packages emojione 4.5.0, emoji-toolkit 11.0.0
 * and emojibase-data 17.0.0, which are too large (90 MB) to depend on for a table of 60 KB:
 *
 *   node scripts/emoji-names.ts <emojione> <emoji-toolkit> <emojibase-data>
 *
 * Rocket.Chat knew emojione's names and no others until spring 2026 (its pull request 39411). Later servers
 * know emojibase's, and of emojione's those that are not another emoji there.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Strategy {
  readonly shortname: string;
  readonly shortname_alternates: readonly string[];
  readonly unicode_output: string;
}
interface Emoji {
  readonly emoji: string;
  readonly hexcode: string;
  readonly group?: number;
}

const [emojione = '', toolkit = '', emojibase = ''] = process.argv.slice(2);
const json = async <T>(...path: string[]): Promise<T> => JSON.parse(await readFile(join(...path), 'utf8')) as T;

/** An emoji without what is written differently from one source to the next: variation selectors and joiners. */
const keyOf = (hex: string): string =>
  hex
    .toLowerCase()
    .split('-')
    .filter((point) => point !== 'fe0f' && point !== '200d')
    .map((point) => point.replace(/^0+/, ''))
    .join('-');
const TONED = /1f3f[b-f]/;

/** Names by key, the first the one to prefer. */
type Names = Map<string, string[]>;

async function joyPixelsNames(folder: string): Promise<Names> {
  const names: Names = new Map();
  for (const one of Object.values(await json<Record<string, Strategy>>(folder, 'emoji_strategy.json')))
    names.set(
      keyOf(one.unicode_output),
      [one.shortname, ...one.shortname_alternates].map((name) => name.slice(1, -1)),
    );
  return names;
}

async function emojibaseNames(folder: string): Promise<Names> {
  const codes = await json<Record<string, string | string[]>>(folder, 'en/shortcodes/emojibase.json');
  return new Map(Object.entries(codes).map(([hex, names]) => [keyOf(hex), [names].flat()]));
}

const meanings = (names: Names): Map<string, string> =>
  new Map([...names].flatMap(([key, all]) => all.map((name) => [name, key])));

const old = await joyPixelsNames(emojione);
const current = await emojibaseNames(emojibase);
const others = await joyPixelsNames(toolkit);
const oldMeaning = meanings(old);
const currentMeaning = meanings(current);
const otherMeaning = meanings(others);
const meaning = (name: string): string | undefined =>
  oldMeaning.get(name) ?? currentMeaning.get(name) ?? otherMeaning.get(name);

/** Names that are this emoji and no other, those first that most servers understand. */
function namesOf(key: string): string[] {
  const all = [old, current, others].flatMap((names) => names.get(key) ?? []);
  const own = [...new Set(all)].filter((name) => meaning(name) === key && /^[\w+.-]+$/.test(name));
  const hasTones = own.some((name) => oldMeaning.has(`${name}_tone1`));
  const doubts = (name: string): number =>
    (oldMeaning.has(name) ? 0 : 8) +
    (hasTones && !oldMeaning.has(`${name}_tone1`) ? 4 : 0) +
    ((currentMeaning.get(name) ?? key) === key ? 0 : 2) +
    (currentMeaning.has(name) || oldMeaning.has(name) ? 0 : 1);
  return own.toSorted((a, b) => doubts(a) - doubts(b));
}

/** As Unicode qualifies it fully: a variation selector only where the character is text without. */
const qualified = (emoji: string): string => emoji.replaceAll(/(\p{Emoji_Presentation})\uFE0F/gu, '$1');

const rows = new Map<number, string[]>();
for (const { emoji, hexcode, group } of await json<Emoji[]>(emojibase, 'en/data.json')) {
  if (TONED.test(keyOf(hexcode)) && keyOf(hexcode).includes('-')) continue;
  const names = namesOf(keyOf(hexcode));
  if (names.length === 0) continue;
  const row = [qualified(emoji), ...names].join(' ');
  rows.set(group ?? 10, [...(rows.get(group ?? 10) ?? []), row]);
}
const lines = [...rows].toSorted(([a], [b]) => a - b).map(([, ofGroup]) => ofGroup.join('|'));
const text = `/**
 * Made by scripts/emoji-names.ts: emoji and their short codes, the one to prefer first, without skin tones.
 * One Unicode group a line. Names from emojione 4.5.0 and emoji-toolkit 11.0.0 (MIT License, JoyPixels Inc.)
 * and emojibase-data 17.0.0 (MIT License, Copyright (c) 2017-2019 Miles Johnson).
 */
export const EMOJI_NAMES = \`
${lines.join('\n')}
\`;
`;
await writeFile(fileURLToPath(new URL('../src/lib/format/emoji-names.ts', import.meta.url)), text);
