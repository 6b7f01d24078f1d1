import { ZERO_WIDTH } from './escape-markdown.ts';
import type { HtmlElement, HtmlNode } from './html-tree.ts';
import { linkTarget } from './link-target.ts';
import { type LineReader, type Mark, markdownLine, type Run } from './markdown-line.ts';

/** A part of a message that begins on a line of its own. */
interface Block {
  readonly kind: 'text' | 'code' | 'other';
  readonly lines: readonly string[];
}

const MARKS: Readonly<Record<string, Mark>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  s: 'strike',
  del: 'strike',
  strike: 'strike',
  code: 'code',
  tt: 'code',
  kbd: 'code',
};
const CONTAINERS = new Set([
  'p',
  'div',
  'section',
  'article',
  'details',
  'summary',
  'center',
  'dl',
  'dt',
  'dd',
  'figure',
  'li',
  'body',
  'html',
  'tbody',
  'thead',
  'caption',
]);
const HEADING = /^h[1-6]$/;

/** Markdown of a message: paragraphs a blank line apart, all else line by line. `marks` hold for the whole of it. */
export function markdownOf(nodes: readonly HtmlNode[], reader: LineReader, marks: ReadonlySet<Mark>): string {
  let text = '';
  let before: Block['kind'] | undefined;
  for (const { kind, lines } of blocksOf(nodes, reader, marks)) {
    if (before !== undefined) text += before === 'text' && kind === 'text' ? '\n\n' : '\n';
    text += lines.join('\n');
    before = kind;
  }
  return text;
}

function blocksOf(nodes: readonly HtmlNode[], reader: LineReader, marks: ReadonlySet<Mark>): Block[] {
  const blocks: Block[] = [];
  let runs: Run[] = [];
  const flush = (): void => {
    const lines = linesOf(runs).map((line) => markdownLine(line, reader).trim());
    const text = trimmed(lines);
    if (text.length > 0) blocks.push({ kind: 'text', lines: text });
    runs = [];
  };
  for (const node of nodes) {
    const made = typeof node === 'string' ? undefined : blockOf(node, reader, marks);
    if (made === undefined) runs.push(...runsOf(node, marks));
    else {
      flush();
      blocks.push(...made);
    }
  }
  flush();
  return blocks;
}

/** The blocks of an element, or undefined when it is part of a line. */
function blockOf(element: HtmlElement, reader: LineReader, marks: ReadonlySet<Mark>): Block[] | undefined {
  const { name, children } = element;
  const inner = (): Block[] => blocksOf(children, reader, marks);
  if (CONTAINERS.has(name)) return inner();
  if (HEADING.test(name)) return heading(inner(), Math.min(4, Number(name[1])));
  if (name === 'blockquote') return inner().map((block) => (block.kind === 'code' ? block : prefixed(block, '> ')));
  if (name === 'pre') return codeBlock(element);
  if (name === 'ul' || name === 'ol') return [list(element, reader, marks)].filter(({ lines }) => lines.length > 0);
  if (name === 'hr') return [{ kind: 'other', lines: ['---'] }];
  if (name === 'table') return [{ kind: 'text', lines: tableLines(element, reader, marks) }];
  // Emphasis around blocks, as sloppy clients write it, is carried into them.
  if (!children.some(holdsBlock)) return undefined;
  const mark = MARKS[name];
  return blocksOf(children, reader, mark === undefined ? marks : new Set([...marks, mark]));
}

function holdsBlock(node: HtmlNode): boolean {
  if (typeof node === 'string') return false;
  return (
    CONTAINERS.has(node.name) ||
    HEADING.test(node.name) ||
    ['blockquote', 'pre', 'ul', 'ol', 'hr', 'table'].includes(node.name) ||
    node.children.some(holdsBlock)
  );
}

const prefixed = (block: Block, prefix: string): Block => ({
  kind: 'other',
  lines: block.lines.filter((line) => line !== '').map((line) => prefix + line),
});

function heading(blocks: readonly Block[], level: number): Block[] {
  const text = blocks
    .flatMap(({ lines }) => lines)
    .join(' ')
    .trim();
  return text === '' ? [] : [{ kind: 'other', lines: [`${'#'.repeat(level)} ${text}`] }];
}

function codeBlock(element: HtmlElement): Block[] {
  const code = rawText(element)
    .replace(/\r\n?/g, '\n')
    .replace(/^\n|\n+$/g, '')
    .replaceAll('```', `\`\`${ZERO_WIDTH}\``);
  if (code.trim() === '') return [];
  const inner = element.children.find((child) => typeof child !== 'string' && child.name === 'code');
  const names = typeof inner === 'object' ? (inner.attributes['class'] ?? '') : '';
  const language = /(?:^|\s)language-([\w+#.-]{1,30})(?:\s|$)/.exec(names)?.[1] ?? '';
  return [{ kind: 'code', lines: [`\`\`\`${language}`, ...code.split('\n'), '```'] }];
}

/** Rocket.Chat has no lists within lists: inner items follow as items of the outer one. */
function list(element: HtmlElement, reader: LineReader, marks: ReadonlySet<Mark>): Block {
  const first = Number.parseInt(element.attributes['start'] ?? '1', 10);
  let number = Number.isSafeInteger(first) && first >= 0 ? first : 1;
  const lines: string[] = [];
  for (const child of element.children) {
    if (typeof child === 'string') continue;
    const [line, ...rest] = blocksOf([child], reader, marks).flatMap((block) =>
      block.lines.filter((text) => text !== ''),
    );
    if (line === undefined) continue;
    const isItem = child.name === 'li';
    const bullet = !isItem ? '' : element.name === 'ol' ? `${number++}. ` : '- ';
    lines.push(bullet + line, ...rest);
  }
  return { kind: 'other', lines };
}

function tableLines(element: HtmlElement, reader: LineReader, marks: ReadonlySet<Mark>): string[] {
  const rows = elementsNamed(element, new Set(['tr']));
  return rows.map((row) =>
    elementsNamed(row, new Set(['td', 'th']))
      .map((cell) =>
        blocksOf(cell.children, reader, marks)
          .flatMap(({ lines }) => lines)
          .join(' '),
      )
      .join(' | '),
  );
}

function elementsNamed(element: HtmlElement, names: ReadonlySet<string>): HtmlElement[] {
  return element.children.flatMap((child) => {
    if (typeof child === 'string') return [];
    return names.has(child.name) ? [child] : elementsNamed(child, names);
  });
}

function runsOf(node: HtmlNode, marks: ReadonlySet<Mark>, href?: string): Run[] {
  const link = href === undefined ? {} : { href };
  if (typeof node === 'string') return [{ text: node.replace(/[ \t\r\n]+/g, ' '), marks, ...link }];
  const { name, attributes, children } = node;
  if (name === 'br') return [{ text: '\n', marks: new Set() }];
  if (name === 'img')
    return [{ text: (attributes['alt'] ?? attributes['title'] ?? '').replace(/\s+/g, ' '), marks, ...link }];
  const mark = 'data-mx-spoiler' in attributes ? 'spoiler' : MARKS[name];
  const inside = mark === undefined ? marks : new Set([...marks, mark]);
  const target = name === 'a' ? linkTarget(attributes['href'] ?? '') : undefined;
  return children.flatMap((child) => runsOf(child, inside, target ?? href));
}

function rawText(node: HtmlNode): string {
  if (typeof node === 'string') return node;
  return node.name === 'br' ? '\n' : node.children.map(rawText).join('');
}

function linesOf(runs: readonly Run[]): Run[][] {
  const lines: Run[][] = [[]];
  for (const run of runs) {
    if (run.text === '\n') lines.push([]);
    else lines.at(-1)?.push(run);
  }
  return lines;
}

/** Without empty lines at either end. */
function trimmed(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line !== '');
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line !== '') + 1);
}
