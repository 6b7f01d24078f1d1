import type { Around } from './html-runs.ts';
import type { HtmlNode } from './html-tree.ts';
import type { LinePlace, LineReader } from './line-reader.ts';

/** A part of a message that begins on a line of its own. */
export interface Block {
  readonly kind: 'text' | 'code' | 'quote' | 'list' | 'table' | 'other';
  readonly lines: readonly string[];
}

/** What holds for the blocks of one place in a message. */
export interface Page extends Around {
  /** Reads what an element holds; the blocks of lists and tables are made of others. */
  readonly blocksOf: (nodes: readonly HtmlNode[], page: Page) => Block[];
  readonly reader: LineReader;
  /** Within quotes and list items the grammar knows lines of text only. */
  readonly place: LinePlace;
  /** How many lists the place is in. */
  readonly depth: number;
}
