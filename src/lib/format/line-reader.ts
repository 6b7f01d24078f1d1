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
/** Without any of these a line is nothing but text: most are, and asking is dear. */
const MEANINGFUL = /^[ \t]*[\d-]|[#*+:<>@[\\\]_`|~]|---|\.(?=\S)|[^\x20-\x7e\p{L}]/u;
const SPECIAL = /[!#()*:<[\\\]_`|~]|\p{Extended_Pictographic}/gu;

/** What a message may cost, and each of its characters besides, in units of 150 ns: 9 ms, 3 ms a thousand. */
const BUDGET = 60_000;
const BUDGET_PER_CHARACTER = 20;
/** What the parser takes for a line by itself, and for each character; each special one scans the whole line. */
const LINE_COST = 1_000;
const CHARACTER_COST = 10;

/** Whether nothing in the text can mean anything to the grammar. */
export const isOrdinary = (text: string): boolean => !MEANINGFUL.test(text);

/**
 * A reader for the lines of one message of so many characters. Once their cost has reached what such a
 * message may take, it knows of no line any more, so that each is escaped as if the worst were in it.
 */
export function lineReader(read: ReadMessage, length: number): LineReader {
  let left = BUDGET + BUDGET_PER_CHARACTER * length;
  const tree = (line: string, place: LinePlace): ReturnType<typeof nodesOf> | undefined => {
    const cost = LINE_COST + line.length * ((line.match(SPECIAL)?.length ?? 0) + CHARACTER_COST);
    if (cost > left) return undefined;
    left -= cost;
    const root = read(place === 'inside' ? `> ${line}` : line);
    if (root === undefined) return undefined;
    const nodes = nodesOf(root);
    return place === 'start' ? nodes : nodes.flatMap(childrenOf);
  };
  return {
    isPlain(line, place) {
      if (isOrdinary(line)) return true;
      if (PART_OF_BLOCK.test(line)) return false;
      const nodes = tree(line, place);
      return nodes !== undefined && plainMessage(nodes) === line;
    },
    shown: (line, place) => tree(line, place)?.map(textOf).join(''),
  };
}
