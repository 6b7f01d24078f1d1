import type { HtmlElement } from './html-tree.ts';
import type { Block, Page } from './markdown-block.ts';

/** Indents in any client: blanks at the beginning of a line are not shown by all of them. */
const INDENT = '\u2003';
const BULLETS = ['-', '◦', '▪'] as const;
const TASK = /^(?:([☐☑☒])|\[([ xX])\]) +(?=\S)/u;

/**
 * A list. Rocket.Chat has none within another: inner items are lines of text that look like items, with an
 * em space for each level. So are further paragraphs of an item. A block of code ends the list for a while.
 */
export function listBlocks(element: HtmlElement, page: Page): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) blocks.push({ kind: 'list', lines });
    lines = [];
  };
  const bullets = bulletsOf(element, page.depth);
  for (const child of element.children) {
    const isItem = typeof child !== 'string' && child.name === 'li';
    const inner = page.blocksOf([child], { ...page, place: 'inside', depth: page.depth + (isItem ? 1 : 0) });
    let bullet = isItem && inner.length > 0 ? bullets() : undefined;
    for (const block of inner) {
      if (block.kind === 'code') {
        flush();
        blocks.push(block);
        continue;
      }
      for (const line of block.lines.filter((text) => text !== '')) {
        lines.push(block.kind === 'text' ? itemLine(line, bullet, page.depth) : line);
        if (block.kind === 'text') bullet = undefined;
      }
    }
  }
  flush();
  return blocks;
}

function itemLine(line: string, bullet: string | undefined, depth: number): string {
  const indent = INDENT.repeat(depth);
  if (bullet === undefined) return `${indent}${INDENT}${line}`;
  if (bullet !== '-') return `${indent}${bullet} ${line}`;
  const task = TASK.exec(line);
  if (task === null) return `- ${line}`;
  const done = task[1] === '☑' || task[1] === '☒' || /x/i.test(task[2] ?? '');
  return `- [${done ? 'x' : ' '}] ${line.slice(task[0].length)}`;
}

function bulletsOf(element: HtmlElement, depth: number): () => string {
  if (element.name === 'ul') return () => BULLETS[Math.min(depth, BULLETS.length - 1)] ?? '-';
  const first = Number.parseInt(element.attributes['start'] ?? '1', 10);
  let number = Number.isSafeInteger(first) && first >= 0 ? first : 1;
  return () => `${number++}.`;
}
