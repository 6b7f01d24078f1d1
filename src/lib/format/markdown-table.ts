import { isSpoiler } from './html-runs.ts';
import type { HtmlElement, HtmlNode } from './html-tree.ts';
import type { Block, Page } from './markdown-block.ts';

const ROW = new Set(['tr']);
const CELL = new Set(['td', 'th']);

/**
 * A table, its first row the header as the grammar wants one. Servers before 8.8 show the same rows as text.
 * Within quotes and list items there are no tables, and none may hold a spoiler: then rows are lines.
 */
export function tableBlock(element: HtmlElement, page: Page): Block[] {
  const caption = elementsNamed(element, new Set(['caption'])).flatMap((found) => page.blocksOf(found.children, page));
  const rows = elementsNamed(element, ROW)
    .map((row) => elementsNamed(row, CELL).map((cell) => cellText(cell, page)))
    .filter((row) => row.some((cell) => cell !== ''));
  const [header, ...others] = rows;
  if (header === undefined) return caption;
  const asLines = page.place === 'inside' || page.marks.has('spoiler') || holdsSpoiler(element);
  if (asLines) return [...caption, { kind: 'text', lines: rows.map((row) => row.join(' | ')) }];
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const first = [...header, ...Array<string>(columns - header.length).fill('')];
  const lines = [line(first), line(first.map(() => '---')), ...others.map(line)];
  return [...caption, { kind: 'table', lines }];
}

const line = (cells: readonly string[]): string => `| ${cells.map(withoutBars).join(' | ')} |`;

/** A bar ends a cell unless it is in code or behind a backslash. */
const withoutBars = (cell: string): string =>
  cell.replace(/\\.|`[^`]*`|\|/g, (found) => (found === '|' ? '\\|' : found));

function cellText(cell: HtmlElement, page: Page): string {
  return page
    .blocksOf(cell.children, { ...page, place: 'inside' })
    .flatMap(({ lines }) => lines)
    .filter((text) => !text.startsWith('```'))
    .join(' ');
}

function holdsSpoiler(node: HtmlNode): boolean {
  return typeof node !== 'string' && (isSpoiler(node) || node.children.some(holdsSpoiler));
}

function elementsNamed(element: HtmlElement, names: ReadonlySet<string>): HtmlElement[] {
  return element.children.flatMap((child) => {
    if (typeof child === 'string') return [];
    return names.has(child.name) ? [child] : elementsNamed(child, names);
  });
}
