import type { OutputStream } from './streams.ts';
import { type Table, tableAsText, tableAsTsv } from './table.ts';

/** What a person reads of a result: paragraphs and tables, in order. */
export type View = readonly (string | Table)[];

/** Renders a view for a terminal (aligned tables) or a pipe (tab-separated ones). */
export const renderView = (view: View, stream: Pick<OutputStream, 'isTTY' | 'columns'>): string =>
  view.map((block) => renderBlock(block, stream)).join('');

const renderBlock = (block: string | Table, stream: Pick<OutputStream, 'isTTY' | 'columns'>): string => {
  if (typeof block === 'string') return block.endsWith('\n') ? block : `${block}\n`;
  return stream.isTTY ? tableAsText(block, stream.columns) : tableAsTsv(block);
};
