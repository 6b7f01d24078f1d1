import { oneLine } from './terminal-text.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | boolean | null | undefined;
}

/** A table as data: titles, and cells that are already text. */
export interface Table {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Builds a table from records; a missing value becomes an empty cell. */
export const table = <Row>(columns: readonly Column<Row>[], records: readonly Row[]): Table => ({
  titles: columns.map((column) => column.title),
  rows: records.map((record) => columns.map((column) => oneLine(String(column.value(record) ?? '')))),
});

/**
 * One record a line, tab-separated and never shortened, without titles: what `cut`, `awk` and
 * `while read` expect of a pipe.
 */
export const tableAsTsv = ({ rows }: Table): string => rows.map((row) => `${row.join('\t')}\n`).join('');

/** Columns padded with spaces under upper-case titles; the last cell of a line may be cut at `width`. */
export const tableAsText = ({ titles, rows }: Table, width = Number.POSITIVE_INFINITY): string => {
  const lines = [titles.map((title) => title.toUpperCase()), ...rows];
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => displayWidth(line[column] ?? ''))));
  return lines.map((line) => `${cut(padded(line, widths), width)}\n`).join('');
};

const padded = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell))))
    .join('  ')
    .trimEnd();

const cut = (line: string, width: number): string => {
  if (displayWidth(line) <= width) return line;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(line)) {
    used += displayWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
};

const graphemes = new Intl.Segmenter();
/** East Asian wide characters and emoji take two columns of a terminal. */
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}|\uFE0F/u;

const displayWidth = (text: string): number => {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += wide.test(segment) ? 2 : 1;
  return columns;
};
