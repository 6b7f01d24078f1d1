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

/** Whether Rocket.Chat shows a line exactly as it is written. */
export type IsPlain = (line: string) => boolean;

/** One line of markdown. `text` is the text of a line that stands for itself, not in a list or heading. */
export function markdownLine(runs: readonly Run[], isPlain: IsPlain): string {
  const line = merged(runs);
  const [only] = line;
  if (line.length === 1 && only !== undefined && only.marks.size === 0 && only.href === undefined) {
    return isPlain(only.text) ? only.text : escapeLineStart(escapeMarkdown(only.text));
  }
  const text = links(line);
  // A line that begins with markup of ours can't be taken for text that looks like it.
  return only?.marks.size === 0 && only.href === undefined ? escapeLineStart(text) : text;
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

const sameMarks = (a: ReadonlySet<Mark>, b: ReadonlySet<Mark>): boolean => a.size === b.size && [...a].every((mark) => b.has(mark));

function links(runs: readonly Run[]): string {
  const parts = stretches(runs, (run) => run.href ?? '').map((stretch) => {
    const href = stretch[0]?.href;
    return href === undefined ? nested(stretch, [...NESTING], false) : link(stretch, href);
  });
  return join(parts);
}

/** Within a label a backslash shows and code is not known; brackets would end it. */
function link(runs: readonly Run[], href: string): string {
  const text = runs.map((run) => run.text).join('').trim();
  if ((text === href || `${text}/` === href || `mailto:${text}` === href) && /^[^\s()<>*~`|[\]]+$/.test(text)) return text;
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
  const parts = stretches(runs, (run) => String(run.marks.has(mark))).map((stretch) => {
    const marked = stretch[0]?.marks.has(mark) === true && fits(stretch, marker);
    return marked ? wrap(marker, nested(stretch, inner, true)) : nested(stretch, inner, within);
  });
  return join(parts);
}

/** Code holds whatever it wants, other text nothing that would end the emphasis, or hide the markup that follows it. */
function fits(runs: readonly Run[], marker: string): boolean {
  return runs.every((run) => isCode(run) || (fitsEmphasis(run.text, marker) && (runs.length === 1 || !run.text.includes('_'))));
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
