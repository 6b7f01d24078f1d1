import { disarmMentions, escapeLineStart, escapeMarkdown } from './escape-markdown.ts';
import { isOrdinary, type LinePlace, type LineReader } from './line-reader.ts';
import { merged, NO_MARKS, type Run, spacedAtoms } from './line-run.ts';
import { inlineMarkdown } from './markdown-inline.ts';

/**
 * Stands for a formula while its line is made: what is in a formula is not for escapes and not for
 * comparison. A noncharacter, which is taken out of any text.
 */
const FORMULA = '\ufdd1';

/**
 * One line of markdown. What was made is read back: where the grammar understands it differently (a word
 * that looks like a domain swallows what follows) the emphasis is dropped, then the links too. A spoiler
 * is never dropped: then characters that look alike stand in it.
 */
export function markdownLine(runs: readonly Run[], reader: LineReader, place: LinePlace = 'start'): string {
  const line = merged(spacedAtoms(merged(runs.map(withoutPlaceholder))));
  const [only] = line;
  if (only === undefined) return '';
  if (line.length === 1 && only.marks.size === 0 && only.href === undefined && only.atom === undefined) {
    const unarmed = disarmMentions(only.text);
    if (reader.isPlain(unarmed, place)) return unarmed;
    return atPlace(disarmMentions(escapeMarkdown(only.text, true)), place);
  }
  const formulas = line.filter(({ atom }) => atom === 'formula').map(({ text }) => disarmMentions(text));
  const built = readable(
    line.map((run) => (run.atom === 'formula' ? { ...run, text: FORMULA } : run)),
    reader,
    place,
  );
  return built.replaceAll(FORMULA, () => formulas.shift() ?? '');
}

function readable(line: readonly Run[], reader: LineReader, place: LinePlace): string {
  const wanted = comparable(line.map((run) => (run.text.trim() === '' ? (run.href ?? run.text) : run.text)).join(''));
  const readsBack = (candidate: string, text = wanted): boolean => {
    const shown = reader.shown(candidate, place);
    return shown === undefined || comparable(shown) === text;
  };
  const make = (runs: readonly Run[]): string => marked(runs, place);
  const full = make(line);
  if (isOrdinary(line.map(({ text }) => text).join('')) || readsBack(full)) return full;
  const bare = line.map(withoutMarks);
  const simpler = [bare, bare.map(withoutHref)].map(make).find((text) => readsBack(text));
  if (simpler !== undefined) return simpler;
  return line.some(({ marks }) => marks.has('spoiler')) ? make(bare.map(withoutHref).map(lookingAlike)) : full;
}

const withoutPlaceholder = (run: Run): Run =>
  run.text.includes(FORMULA) ? { ...run, text: run.text.replaceAll(FORMULA, '') } : run;

const withoutMarks = (run: Run): Run => ({
  ...run,
  marks: run.marks.has('spoiler') ? new Set(['spoiler']) : NO_MARKS,
});

const withoutHref = ({ text, marks, atom }: Run): Run => ({ text, marks, ...(atom === undefined ? {} : { atom }) });

const ALIKE: Readonly<Record<string, string>> = {
  '*': '∗',
  _: '＿',
  '~': '∼',
  '`': 'ˋ',
  '|': '¦',
  '\\': '∖',
  '.': '․',
  '[': '(',
  ']': ')',
};

const lookingAlike = (run: Run): Run =>
  run.atom === undefined && run.marks.has('spoiler')
    ? { ...run, text: run.text.replace(/[*_~`|\\.[\]]/g, (char) => ALIKE[char] ?? char) }
    : run;

/** Without what the translation adds or changes on purpose. */
function comparable(text: string): string {
  return text.replaceAll('\u200b', '').replaceAll('[', '(').replaceAll(']', ')').replace(/\s+/g, ' ').trim();
}

function marked(line: readonly Run[], place: LinePlace): string {
  const text = inlineMarkdown(merged(line));
  // A spoiler of ours is the one markup that looks like the beginning of a block, a table's.
  return text.startsWith('||') ? text : atPlace(text, place);
}

const atPlace = (text: string, place: LinePlace): string => (place === 'start' ? escapeLineStart(text) : text);
