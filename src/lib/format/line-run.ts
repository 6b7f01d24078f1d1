import { ZERO_WIDTH } from './escape-markdown.ts';

export type Mark = 'spoiler' | 'bold' | 'italic' | 'strike' | 'code';

/** A stretch of text with the same marks. Lines are divided by runs whose text is `\n`. */
export interface Run {
  /** Text to be shown; of an atom its markdown: `@name`, `#name`, `:name:`, `\(formula\)`. */
  readonly text: string;
  readonly marks: ReadonlySet<Mark>;
  readonly href?: string;
  readonly atom?: 'mention' | 'emoji' | 'formula';
  /** Whether it is the last of its line. */
  readonly ends?: boolean;
}

export const NO_MARKS: ReadonlySet<Mark> = new Set();

/**
 * Atoms bear no emphasis: a server finds no mention behind a marker, its clients no formula within one.
 * Only a spoiler stays, since what is hidden has to stay hidden.
 */
export function atomRun(text: string, atom: NonNullable<Run['atom']>, marks: ReadonlySet<Mark>): Run {
  return { text, atom, marks: marks.has('spoiler') ? new Set(['spoiler']) : NO_MARKS };
}

/**
 * Parts atoms from their neighbours. Servers look for mentions behind a blank alone, and take any letter,
 * digit, `.`, `-`, `_`, `:` or `@` that follows for a part of the name. A short code wants blanks around.
 */
export function spacedAtoms(runs: readonly Run[]): Run[] {
  const spaced: Run[] = [];
  for (const [at, run] of runs.entries()) {
    const before = runs[at - 1];
    const next = runs[at + 1];
    if (run.atom === undefined || run.atom === 'formula') {
      spaced.push(run);
      continue;
    }
    const separator = (text: string): Run => ({ text, marks: run.marks });
    const last = spaced.at(-1)?.text.at(-1);
    if (last !== undefined && !/\s/.test(last) && !(run.atom === 'emoji' && before?.atom === 'emoji')) {
      spaced.push(separator(' '));
    }
    spaced.push(run);
    const first = next?.text[0];
    const spacesItself = next?.atom === 'mention' || next?.atom === 'emoji';
    if (next === undefined || first === undefined || /\s/.test(first) || spacesItself) continue;
    if (run.atom === 'emoji') spaced.push(separator(' '));
    if (run.atom === 'mention' && (next.marks.size > 0 || !/[,;!?)\]}'"/]/.test(first)))
      spaced.push(separator(ZERO_WIDTH));
  }
  return spaced;
}

/** Neighbours with the same marks are one: `a` and `b` in code would be two codes back to back. */
export function merged(runs: readonly Run[]): Run[] {
  const line: Run[] = [];
  for (const run of runs) {
    const last = line.at(-1);
    if (run.text === '') continue;
    const same =
      last !== undefined &&
      last.atom === undefined &&
      run.atom === undefined &&
      last.href === run.href &&
      sameMarks(last.marks, run.marks);
    if (same) line[line.length - 1] = { ...last, text: last.text + run.text };
    else line.push(run);
  }
  return line;
}

const sameMarks = (a: ReadonlySet<Mark>, b: ReadonlySet<Mark>): boolean =>
  a.size === b.size && [...a].every((mark) => b.has(mark));

/** Neighbours that have the same key, together. */
export function stretches(runs: readonly Run[], key: (run: Run) => string): Run[][] {
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
