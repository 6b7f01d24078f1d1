import type { ReadMessage } from './message-tree.ts';
import { childrenOf, nodesOf, plainMessage, textOf } from './plain-text.ts';

/** Where a line stands. Within quotes, list items, headings and table cells the beginning means nothing. */
export type LinePlace = 'start' | 'inside';

/** Rocket.Chat's parser, asked about one line. */
export interface LineReader {
  /** Whether the line is shown exactly as it is written. */
  isPlain(line: string, place: LinePlace): boolean;
  /** The text that is left of the line when its markup is understood; undefined where that is not known. */
  shown(line: string, place: LinePlace): string | undefined;
}

/** Lines that are nothing by themselves but may be part of a block. */
const PART_OF_BLOCK = /^\s*(?:```|[|>])|\|\||\\[([\]]/;
/** What the grammar may read in a line: without any of these it is text. */
const MEANINGFUL = /[!#()*+\-:<>=@[\\\]_`|~.\d]|[^\x20-\x7e]/;
const SPECIAL = /[!#()*:<[\\\]_`|~]|\p{Extended_Pictographic}/gu;
/** What a message may cost: the parser takes about 150 ns for each special character and character of its line. */
const BUDGET = 200_000;
/** Each character costs as many of these by itself. */
const BASE = 20;

/**
 * A reader for the lines of one message. Once their cost has reached what a message of theirs may take, it
 * knows of no line any more, so that each is escaped as if the worst were in it.
 */
export function lineReader(read: ReadMessage): LineReader {
  let spent = 0;
  const tree = (line: string, place: LinePlace): ReturnType<typeof nodesOf> | undefined => {
    spent += line.length * ((line.match(SPECIAL)?.length ?? 0) + BASE);
    if (spent > BUDGET) return undefined;
    const root = read(place === 'inside' ? `> ${line}` : line);
    if (root === undefined) return undefined;
    const nodes = nodesOf(root);
    return place === 'start' ? nodes : nodes.flatMap(childrenOf);
  };
  return {
    isPlain(line, place) {
      if (!MEANINGFUL.test(line)) return true;
      if (PART_OF_BLOCK.test(line)) return false;
      const nodes = tree(line, place);
      return nodes !== undefined && plainMessage(nodes) === line;
    },
    shown: (line, place) => tree(line, place)?.map(textOf).join(''),
  };
}
