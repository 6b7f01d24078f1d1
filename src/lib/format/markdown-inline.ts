import {
  disarmEverybody,
  disarmMentions,
  escapeMarkdown,
  fitsEmphasis,
  partConstructs,
  ZERO_WIDTH,
} from './escape-markdown.ts';
import { type Mark, type Run, stretches } from './line-run.ts';

/** Outermost first; Rocket.Chat's parser takes this nesting. */
const NESTING = [
  ['spoiler', '||'],
  ['bold', '*'],
  ['italic', '_'],
  ['strike', '~'],
] as const;
type Nesting = (readonly [Mark, string])[];

/** The markdown of the merged runs of a line, whatever stands before it. */
export function inlineMarkdown(runs: readonly Run[]): string {
  const ended = runs.map((run, at) => (at === runs.length - 1 ? { ...run, ends: true } : run));
  return join(stretches(ended, (run) => String(run.marks.has('spoiler'))).map(hiddenOrNot));
}

/** A spoiler is the outermost: it holds links, and escapes work in it as outside. */
function hiddenOrNot(runs: readonly Run[]): string {
  const text = join(
    stretches(runs, (run) => run.href ?? '').map((stretch, at, all) => {
      const href = stretch[0]?.href;
      if (href === undefined) return nested(stretch, NESTING.slice(1), false);
      return link(stretch, href, standsAlone(all[at - 1]?.at(-1)?.text, all[at + 1]?.[0]?.text));
    }),
  );
  return runs[0]?.marks.has('spoiler') === true ? wrap('||', text, joinSpoiler) : text;
}

/** The address of a bare link would take in what touches it. */
const standsAlone = (before: string | undefined, after: string | undefined): boolean =>
  /(?:^|[\s(])$/.test(before ?? '') && /^[.,;)]?(?:\s|$)/.test(after ?? '');

/** Within a label a backslash shows and code is not known; brackets would end it. */
function link(runs: readonly Run[], href: string, alone: boolean): string {
  const text = runs
    .map((run) => run.text)
    .join('')
    .trim();
  const repeated = text === href || `${text}/` === href || `mailto:${text}` === href;
  if (alone && repeated && /^[^\s()<>*~`|[\]]+$/.test(text)) return text;
  const label = runs.map((run) => ({
    text: run.text.replaceAll('[', '(').replaceAll(']', ')'),
    marks: new Set([...run.marks].filter((mark) => mark !== 'code' && mark !== 'spoiler')),
  }));
  const shown = text === '' ? href : nested(label, NESTING.slice(1), true).trim();
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
  if (run.atom !== undefined) return run.text;
  if (isCode(run)) return `\`${disarmEverybody(run.text)}\``;
  return disarmMentions(within ? partConstructs(run.text) : escapeMarkdown(run.text, run.ends === true));
}

/** Blanks go outside: `* a*` would begin a list. */
function wrap(marker: string, inner: string, around = plainly): string {
  const text = inner.trim();
  if (text === '') return inner;
  const before = inner.slice(0, inner.indexOf(text));
  return `${before}${around(marker, text)}${inner.slice(before.length + text.length)}`;
}

const plainly = (marker: string, text: string): string => marker + text + marker;

/** An address at the end would take the closing bars in. */
function joinSpoiler(bars: string, text: string): string {
  const closing = /(?:[.:/][^\s)]*|\\)$/.test(text) ? ` ${bars}` : bars;
  return join([bars, text, closing]);
}

/**
 * Italics want no letter at their sides; nothing wants a backslash before or its own marker next to it; an
 * exclamation mark makes an image of a link, `<` a Slack link of an address, `@` a mention of a word.
 */
function join(parts: readonly string[]): string {
  let line = '';
  for (const part of parts) {
    const clash = CLASH.test(`${line.at(-1) ?? ''}${part[0] ?? ''}`);
    line += line === '' || part === '' || !clash ? part : ZERO_WIDTH + part;
  }
  return line;
}

const CLASH = /^(?:[\p{L}\p{N}]_|_[\p{L}\p{N}]|\\[^\s]|([*_~`|])\1|!\[|<[a-z]|@[\p{L}\p{N}_.-])$/iu;
