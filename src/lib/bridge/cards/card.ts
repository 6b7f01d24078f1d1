/**
 * What a bot, a webhook or an app shows besides its text: an attachment, or the blocks of an app. Only what
 * people read is kept, and only so much of it: a card is a part of the message's version, so what clients
 * show differently (colours, sizes, whether it is folded) must not make an edit.
 */
export interface Card {
  /** Shown apart from the text, as Rocket.Chat draws a line beside it. */
  readonly quoted: boolean;
  readonly pieces: readonly Piece[];
}

export type Piece =
  /** Rocket.Chat markdown. */
  | { readonly kind: 'text'; readonly text: string }
  /** Plain labels side by side, each a link if it has an address. */
  | { readonly kind: 'labels'; readonly bold: boolean; readonly labels: readonly Label[] }
  | { readonly kind: 'fields'; readonly fields: readonly Field[] };

export interface Label {
  readonly text: string;
  /** As it was written: whether it may be linked is decided where it is shown. */
  readonly link: string | undefined;
}

export interface Field {
  /** Plain. */
  readonly title: string;
  /** Rocket.Chat markdown. */
  readonly value: string;
}

/** Text that may still be taken from a message whose sender chose its length. */
export interface Allowance {
  /** Of a text, a number or a flag: at most so much, `''` for anything else and when nothing is left. */
  text(value: unknown, most?: number): string;
  /** A text in one line. */
  line(value: unknown): string;
  /** An address, whole or not at all. */
  link(value: unknown): string | undefined;
}

const TEXT = 6_000;
const LINE = 300;
const LINK = 2_000;

/** @param most UTF-16 units in all. */
export function createAllowance(most: number): Allowance {
  let left = most;
  const text = (value: unknown, own = TEXT): string => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return '';
    if (left <= 0) return '';
    const whole = beginning(value, own).trim();
    const limit = Math.min(own, left);
    left -= Math.min(whole.length, limit);
    if (whole.length <= limit) return whole;
    return limit <= 1 ? '' : `${whole.slice(0, limit).toWellFormed().trimEnd()} …`;
  };
  return {
    text,
    line: (value) => text(typeof value === 'string' ? beginning(value, LINE).replaceAll(/\s+/g, ' ') : value, LINE),
    link(value) {
      if (typeof value !== 'string' || value.trim() === '' || value.length > Math.min(LINK, left)) return undefined;
      left -= value.length;
      return value.trim();
    },
  };
}

/** More than may be taken of it, blanks around it included, so that an endless one costs nothing. */
const beginning = (value: string | number | boolean, own: number): string => String(value).slice(0, 4 * own);

/** One label alone; none for no text. */
export const labelled = (text: string, link: string | undefined, bold = false): Piece[] =>
  text === '' ? [] : [{ kind: 'labels', bold, labels: [{ text, link }] }];

export const written = (text: string): Piece[] => (text === '' ? [] : [{ kind: 'text', text }]);
