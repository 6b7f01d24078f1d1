import { disarmMentions, ZERO_WIDTH } from './escape-markdown.ts';
import { formulaOf, hrefOf, marksWithin, runsOf } from './html-runs.ts';
import type { HtmlElement, HtmlNode } from './html-tree.ts';
import type { Block, Page } from './markdown-block.ts';
import type { Run } from './line-run.ts';
import { codeBlock, hiddenCode } from './markdown-code.ts';
import { markdownLine } from './markdown-line.ts';
import { listBlocks } from './markdown-list.ts';
import { tableBlock } from './markdown-table.ts';

/** Elements that are blocks by themselves or only hold some. */
const CONTAINERS = new Set(
  'p div section article details summary center dl dt dd figure figcaption li body html tr td th tbody thead tfoot caption header footer main address'.split(
    ' ',
  ),
);
const SPECIAL_BLOCKS = new Set(['blockquote', 'pre', 'ul', 'ol', 'hr', 'table']);
const HEADING = /^h[1-6]$/;

/** Rocket.Chat joins two of these that follow each other; an empty line keeps them apart. */
const JOINED = new Set<Block['kind']>(['text', 'quote', 'list', 'table']);

/** Markdown of a message: paragraphs and equal blocks a blank line apart, all else line by line. */
export function markdownOf(nodes: readonly HtmlNode[], page: Omit<Page, 'blocksOf'>): string {
  let text = '';
  let before: Block | undefined;
  for (const block of blocksOf(nodes, { ...page, blocksOf })) {
    if (before !== undefined) text += wouldJoin(before, block) ? '\n\n' : '\n';
    text += block.lines.join('\n');
    before = block;
  }
  return text;
}

/**
 * A spoiler behind a table would be a row of it. What looks like an item of an inner list is none to the
 * grammar, so that the list behind it is another one anyway.
 */
function wouldJoin(before: Block, after: Block): boolean {
  if (before.kind === 'table' && after.lines[0]?.startsWith('|') === true) return true;
  if (before.kind === 'list' && before.lines.at(-1)?.startsWith('\u2003') === true) return false;
  return before.kind === after.kind && JOINED.has(after.kind);
}

function blocksOf(nodes: readonly HtmlNode[], page: Page): Block[] {
  const blocks: Block[] = [];
  let runs: Run[] = [];
  const flush = (): void => {
    const text = withoutEnds(linesOf(runs).map((line) => markdownLine(trimmed(line), page.reader, page.place)));
    if (text.length > 0) blocks.push({ kind: 'text', lines: text });
    runs = [];
  };
  for (const node of nodes) {
    const made = typeof node === 'string' ? undefined : blockOf(node, page);
    if (made === undefined) runs.push(...runsOf(node, page));
    else {
      flush();
      blocks.push(...made);
    }
  }
  flush();
  return blocks;
}

/** The blocks of an element, or undefined when it is part of a line. */
function blockOf(element: HtmlElement, page: Page): Block[] | undefined {
  const { name, children } = element;
  if (!holdsBlock(element)) return undefined;
  const inside: Page = { ...page, marks: marksWithin(element, page.marks) };
  const formula = formulaOf(element);
  if (formula !== undefined) return formulaBlock(element, formula, page);
  if (HEADING.test(name)) return heading(element, inside);
  if (name === 'blockquote') return quote(children, inside);
  if (name === 'pre') return inside.marks.has('spoiler') ? hiddenCode(element, inside) : codeBlock(element);
  if (name === 'ul' || name === 'ol') return listBlocks(element, inside);
  if (name === 'hr') return [{ kind: 'other', lines: ['---'] }];
  if (name === 'table') return tableBlock(element, inside);
  const href = name === 'a' ? (hrefOf(element) ?? page.href) : page.href;
  return [...reasonOf(element, page), ...blocksOf(children, { ...inside, href })];
}

/** Emphasis around blocks, as sloppy clients write it, is a block too: it is carried into them. */
function holdsBlock(node: HtmlNode): boolean {
  if (typeof node === 'string') return false;
  const known = blockHolders.get(node);
  if (known !== undefined) return known;
  const { name, children } = node;
  const holds = CONTAINERS.has(name) || SPECIAL_BLOCKS.has(name) || HEADING.test(name) || children.some(holdsBlock);
  blockHolders.set(node, holds);
  return holds;
}

/** Each element is asked about by all that it is in. */
const blockHolders = new WeakMap<HtmlElement, boolean>();

/** Why the blocks of a spoiler are hidden, on a line of its own. */
function reasonOf(element: HtmlElement, page: Page): Block[] {
  const text = (element.attributes['data-mx-spoiler'] ?? '').trim();
  return text === '' ? [] : blocksOf([`(${text})`], page);
}

function quote(children: readonly HtmlNode[], page: Page): Block[] {
  const quoted: Block[] = [];
  for (const block of blocksOf(children, { ...page, place: 'inside' })) {
    if (block.kind === 'code') quoted.push(block);
    else {
      const lines = block.lines.filter((line) => line !== '').map((line) => `> ${line}`);
      const before = quoted.at(-1);
      if (before?.kind === 'quote') quoted[quoted.length - 1] = { kind: 'quote', lines: [...before.lines, ...lines] };
      else quoted.push({ kind: 'quote', lines });
    }
  }
  return quoted.filter(({ lines }) => lines.length > 0);
}

/** Rocket.Chat has four levels; where it has no headings a line in bold stands for one. */
function heading(element: HtmlElement, page: Page): Block[] {
  const level = Math.min(4, Number(element.name[1]));
  const marks = page.place === 'start' ? page.marks : new Set([...page.marks, 'bold' as const]);
  const text = blocksOf(element.children, { ...page, marks, place: 'inside' })
    .filter(({ kind }) => kind !== 'code')
    .flatMap(({ lines }) => lines)
    .join(' ')
    .trim();
  const code = element.children.flatMap((child) => (holdsPre(child) ? codeBlock(child) : []));
  const line = page.place === 'start' ? `${'#'.repeat(level)} ${text}` : text;
  return [
    ...(text === '' ? [] : [{ kind: page.place === 'start' ? 'other' : 'text', lines: [line] } as const]),
    ...code,
  ];
}

const holdsPre = (node: HtmlNode): node is HtmlElement => typeof node !== 'string' && node.name === 'pre';

/** A formula on lines of its own, where the grammar knows it; its source in code where it would end too early. */
function formulaBlock(element: HtmlElement, source: string, page: Page): Block[] {
  if (page.place === 'inside' || page.marks.has('spoiler')) {
    return [{ kind: 'text', lines: [markdownLine(runsOf(element, page), page.reader, page.place)] }];
  }
  if (source.includes('\\]')) return codeBlock({ name: 'pre', attributes: {}, children: [source] });
  return [{ kind: 'other', lines: [`\\[${disarmMentions(source)}\\]`] }];
}

/** Runs line by line. A blank that follows a blank is none, whatever elements they are in. */
function linesOf(runs: readonly Run[]): Run[][] {
  const lines: Run[][] = [[]];
  for (const run of runs) {
    const line = lines.at(-1);
    if (run.text === '\n') lines.push([]);
    else if (line?.at(-1)?.text.endsWith(' ') === true) line.push({ ...run, text: run.text.replace(/^ /, '') });
    else line?.push(run);
  }
  return lines;
}

/** Blanks of HTML are nothing at the ends of a line; other ones (an em space) are there on purpose. */
function trimmed(line: readonly Run[]): readonly Run[] {
  const [first] = line;
  const last = line.at(-1);
  if (first !== undefined && isBlankable(first) && first.text.startsWith(' ')) {
    return trimmed([{ ...first, text: first.text.slice(1) }, ...line.slice(1)].filter(({ text }) => text !== ''));
  }
  if (last !== undefined && isBlankable(last) && last.text.endsWith(' ')) {
    return trimmed([...line.slice(0, -1), { ...last, text: last.text.slice(0, -1) }].filter(({ text }) => text !== ''));
  }
  return line;
}

const isBlankable = ({ atom, marks }: Run): boolean => atom === undefined && !marks.has('code');

const EMPTY = new RegExp(`^[\\s${ZERO_WIDTH}]*$`);

/** Without empty lines at either end. */
function withoutEnds(lines: readonly string[]): string[] {
  const filled = (line: string): boolean => !EMPTY.test(line);
  const first = lines.findIndex(filled);
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex(filled) + 1);
}
