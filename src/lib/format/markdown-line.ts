import { escapeLineStart, escapeMarkdown, fitsEmphasis, partConstructs, ZERO_WIDTH } from './escape-markdown.ts';

/** A stretch of text with the same marks. Lines are divided by runs whose text is `\n`. */
export interface Run {
  readonly text: string;
  readonly marks: ReadonlySet<Mark>;
  readonly href?: string;
}

export type Mark = 'spoiler' | 'bold' | 'italic' | 'strike' | 'code';

/** Outermost first; Rocket.Chat's parser takes this nesting. */
const NESTING = [
  ['spoiler', '||'],
  ['bold', '*'],
  ['italic', '_'],
  ['strike', '~'],
] as const;
type Nesting = (readonly [Mark, string])[];

/** Rocket.Chat's parser, asked about one line. */
export interface LineReader {
  /** Whether the line is shown exactly as it is written, wherever it stands. */
  isPlain(line: string): boolean;
  /** The text that is left of the line when its markup is understood; undefined where that is not known. */
  shown(line: string): string | undefined;
}

/**
 * One line of markdown. What was made is read back: where the grammar understands it differently (a word
 * that looks like a domain swallows what follows) the emphasis is dropped, then the links too.
 */
export function markdownLine(runs: readonly Run[], reader: LineReader): string {
  const line = merged(runs);
  const [only] = line;
  if (line.length === 1 && only !== undefined && only.marks.size === 0 && only.href === undefined) {
    return reader.isPlain(only.text) ? only.text : escapeLineStart(escapeMarkdown(only.text));
  }
  const wanted = comparable(line.map((run) => (run.text.trim() === '' ? (run.href ?? run.text) : run.text)).join(''));
  const text = marked(line);
  const simpler = (): string[] =>
    [line.map(withoutMarks), line.map(({ text: bare }) => ({ text: bare, marks: NO_MARKS }))].map(marked);
  const readsBack = (candidate: string): boolean => {
    const shown = reader.shown(candidate);
    return shown === undefined || comparable(shown) === wanted;
  };
  return line.length === 0 || readsBack(text) ? text : (simpler().find(readsBack) ?? text);
}

const NO_MARKS: ReadonlySet<Mark> = new Set();
const withoutMarks = (run: Run): Run => ({ ...run, marks: NO_MARKS });

/** Without what the translation adds or changes on purpose. */
function comparable(text: string): string {
  return text.replaceAll(ZERO_WIDTH, '').replaceAll('[', '(').replaceAll(']', ')').replace(/\s+/g, ' ').trim();
}

function marked(line: readonly Run[]): string {
  const text = links(merged(line));
  // A spoiler of ours is the one markup that looks like the beginning of a block, a table's.
  return text.startsWith('||') ? text : escapeLineStart(text);
}

/** Neighbours with the same marks are one: `a` and `b` in code would be two codes back to back. */
function merged(runs: readonly Run[]): Run[] {
  const line: Run[] = [];
  for (const run of runs) {
    const last = line.at(-1);
    if (run.text === '') continue;
    const same = last !== undefined && last.href === run.href && sameMarks(last.marks, run.marks);
    if (same) line[line.length - 1] = { ...last, text: last.text + run.text };
    else line.push(run);
  }
  return line;
}

const sameMarks = (a: ReadonlySet<Mark>, b: ReadonlySet<Mark>): boolean =>
  a.size === b.size && [...a].every((mark) => b.has(mark));

function links(runs: readonly Run[]): string {
  const parts = stretches(runs, (run) => run.href ?? '').map((stretch) => {
    const href = stretch[0]?.href;
    return href === undefined ? nested(stretch, [...NESTING], false) : link(stretch, href);
  });
  return join(parts);
}

/** Within a label a backslash shows and code is not known; brackets would end it. */
function link(runs: readonly Run[], href: string): string {
  const text = runs
    .map((run) => run.text)
    .join('')
    .trim();
  if ((text === href || `${text}/` === href || `mailto:${text}` === href) && /^[^\s()<>*~`|[\]]+$/.test(text))
    return text;
  const label = runs.map((run) => ({
    text: run.text.replaceAll('[', '(').replaceAll(']', ')'),
    marks: new Set([...run.marks].filter((mark) => mark !== 'code' && mark !== 'spoiler')),
  }));
  const shown = text === '' ? href : nested(label, [...NESTING], true).trim();
  return `[${shown}](${href.replace(/[()[\]<>|\s*~`]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`)})`;
}

function nested(runs: readonly Run[], nesting: Nesting, within: boolean): string {
  const [next, ...inner] = nesting;
  if (next === undefined) return join(runs.map((run) => leaf(run, within)));
  const [mark, marker] = next;
  const parts = stretches(runs, (run) => String(run.marks.has(mark))).map((stretch, at, all) => {
    const alone = !touches(all[at - 1]?.at(-1)?.text.at(-1)) && !touches(all[at + 1]?.[0]?.text[0]);
    const emphasised = stretch[0]?.marks.has(mark) === true && fits(stretch, marker, alone);
    return emphasised ? wrap(marker, nested(stretch, inner, true)) : nested(stretch, inner, within);
  });
  return join(parts);
}

const touches = (char: string | undefined): boolean => char !== undefined && /\S/.test(char);

/**
 * Text may hold nothing that would end the emphasis or show as a backslash; an underscore only when blanks
 * surround the emphasis (`*x_y*z` is no bold). Code may hold anything, but within emphasis it wants blanks
 * around.
 */
function fits(runs: readonly Run[], marker: string, alone: boolean): boolean {
  return runs.every((run, at) => {
    if (isCode(run)) return !touches(runs[at - 1]?.text.at(-1)) && !touches(runs[at + 1]?.text[0]);
    return fitsEmphasis(run.text, marker) && ((alone && runs.length === 1) || !run.text.includes('_'));
  });
}

const isCode = (run: Run): boolean => run.marks.has('code') && !/[`\n]/.test(run.text) && run.text.trim() !== '';

function leaf(run: Run, within: boolean): string {
  if (isCode(run)) return `\`${run.text}\``;
  return within ? partConstructs(run.text) : escapeMarkdown(run.text);
}

/** Blanks go outside: `* a*` would begin a list. */
function wrap(marker: string, inner: string): string {
  const text = inner.trim();
  if (text === '') return inner;
  const before = inner.slice(0, inner.indexOf(text));
  return `${before}${marker}${text}${marker}${inner.slice(before.length + text.length)}`;
}

/** Italics want no letter at their sides, nothing wants a backslash before or its own marker next to it. */
function join(parts: readonly string[]): string {
  return parts.reduce((line, part) => {
    const seam = `${line.at(-1) ?? ''}${part[0] ?? ''}`;
    const clash = /^(?:[\p{L}\p{N}]_|_[\p{L}\p{N}]|\\[^\s]|([*_~`|])\1)$/u.test(seam);
    return line === '' || part === '' || !clash ? line + part : line + ZERO_WIDTH + part;
  }, '');
}

function stretches(runs: readonly Run[], key: (run: Run) => string): Run[][] {
  const found: Run[][] = [];
  let last: string | undefined;
  for (const run of runs) {
    const now = key(run);
    if (now === last) found.at(-1)?.push(run);
    else found.push([run]);
    last = now;
  }
  return found;
}
