import type { HistoryEntry } from '../people/person.ts';

/** What one person did, in the order of their sequence numbers. */
export interface Expected {
  readonly sequence: number;
  /** As it is at the end. */
  readonly text: string;
  readonly removed: boolean;
}

export interface Tally {
  /** Messages that arrived as they should. */
  readonly relayed: number;
  /** Messages, edits and deletions that did not arrive. */
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
}

/** The number at the beginning of a message: `(7) Good morning`. undefined: it has none. */
export function sequenceOf(text: string): number | undefined {
  const number = /^\((\d+)\) /.exec(text)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Compares what a person said with what the other side's history has of them, oldest first. */
export function tally(expected: readonly Expected[], history: readonly HistoryEntry[]): Tally {
  const copies = new Map<number, string[]>();
  let reordered = 0;
  let highest = 0;
  for (const { text } of history) {
    const sequence = sequenceOf(text);
    if (sequence === undefined) continue;
    const known = copies.get(sequence);
    if (known !== undefined) known.push(text);
    else {
      copies.set(sequence, [text]);
      if (sequence < highest) reordered += 1;
      highest = Math.max(highest, sequence);
    }
  }
  const isAsSaid = ({ sequence, text, removed }: Expected): boolean => {
    const found = copies.get(sequence);
    return removed ? found === undefined : found !== undefined && words(found[0] ?? '') === words(text);
  };
  return {
    relayed: expected.filter(isAsSaid).length,
    lost: expected.filter((one) => !isAsSaid(one)).length,
    duplicated: [...copies.values()].reduce((sum, found) => sum + found.length - 1, 0),
    reordered,
  };
}

/** A text without what each side marks bold or code with. */
export const words = (text: string): string => text.replaceAll(/<[^>]+>|[*_~`]/g, '');
