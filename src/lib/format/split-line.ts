import { escapeLineStart, ZERO_WIDTH } from './escape-markdown.ts';
import { type Token, tokensOf } from './markdown-tokens.ts';

/** A continued line may need so much before it to be nothing but text. */
const RESERVE = 2;
/** What begins a block stays with the first word. */
const PREFIX = /^(?:> ?|[-*] +(?:\[[ x]\] +)?|\d{1,9}\. +|#{1,4} +|\u2003{1,6}(?:[◦▪] |\d{1,9}\. )?)/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Cuts a line that is longer than `limit` UTF-16 units between words, within one between graphemes. Emphasis,
 * code and spoilers that are cut are closed and opened again, quotes stay quotes. The first piece has at most
 * `room` units and is empty where nothing fits; the others have at most `limit` (20 at least).
 */
export function splitLine(line: string, room: number, limit: number): string[] {
  const prefix = PREFIX.exec(line)?.[0] ?? '';
  const again = prefix.startsWith('>') ? '> ' : '';
  const tokens = tokensOf(line.slice(prefix.length));
  const usable = [tokens, tokens.map(unlessHidden)].find(
    (some) => again.length + 2 * depthOf(some) + RESERVE < limit - 5,
  );
  const filling = startFilling(prefix, again, room, limit);
  for (const word of wordsOf(usable ?? tokens.map(asText))) filling.add(word);
  return filling.end();
}

const asText = (token: Token): Token =>
  token.kind === 'open' || token.kind === 'close' ? { kind: 'word', text: token.text } : token;

/** Where emphasis takes too much room it is what is given up, not the spoiler. */
const unlessHidden = (token: Token): Token => (token.text === '||' ? token : asText(token));

/** How long the markers get that are open at the same time. */
function depthOf(tokens: readonly Token[]): number {
  let depth = 0;
  let deepest = 0;
  for (const { kind, text } of tokens) {
    if (kind === 'open') depth += text.length;
    if (kind === 'close') depth -= text.length;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Tokens up to the next blank, with the blank before them. */
interface Word {
  readonly blank: string;
  readonly tokens: readonly Token[];
}

function wordsOf(tokens: readonly Token[]): Word[] {
  const words: { blank: string; tokens: Token[] }[] = [{ blank: '', tokens: [] }];
  for (const token of tokens) {
    if (token.kind === 'blank') words.push({ blank: token.text, tokens: [] });
    else words.at(-1)?.tokens.push(token);
  }
  return words;
}

interface Filling {
  add(word: Word): void;
  end(): string[];
}

function startFilling(prefix: string, again: string, room: number, limit: number): Filling {
  const pieces: string[] = [];
  const open: string[] = [];
  let piece = prefix;
  let max = room;
  let empty = true;
  /** How many markers at the end of the piece have nothing behind them yet. */
  let fresh = 0;
  const closing = (): string => open.toReversed().join('');
  const left = (): number => max - piece.length - closing().length;
  const cut = (next = ''): void => {
    const bare = piece.slice(0, piece.length - open.slice(open.length - fresh).join('').length);
    const closed =
      bare +
      open
        .slice(0, open.length - fresh)
        .toReversed()
        .join('');
    pieces.push(empty ? '' : finished(closed, pieces.length > 0 && again === ''));
    const guard = next.startsWith('@') ? ZERO_WIDTH : '';
    piece = (empty && pieces.length === 1 ? prefix : again) + open.join('') + guard;
    max = limit - RESERVE;
    empty = true;
    fresh = open.length;
  };
  const append = (text: string): void => {
    piece += text;
    empty = false;
    fresh = 0;
  };
  const addText = (text: string): void => {
    let rest = text;
    while (rest.length > left()) {
      const at = left() < 4 && !empty ? 0 : boundary(rest, Math.max(1, left()));
      if (at > 0) append(rest.slice(0, at));
      rest = rest.slice(at);
      cut(at > 0 ? rest : '');
    }
    if (rest !== '') append(rest);
  };
  const addToken = ({ kind, text }: Token): void => {
    if (kind === 'open') {
      if (left() < 2 * text.length + 4 && !empty) cut();
      open.push(text);
      piece += text;
      fresh += 1;
    } else if (kind === 'close') {
      open.pop();
      append(text);
    } else {
      if (kind === 'whole' && text.length > left() && !empty) cut();
      addText(text);
    }
  };
  return {
    add({ blank, tokens }) {
      const size = sizeOf(tokens);
      const lead = empty ? '' : blank;
      if (
        lead.length + size > left() &&
        !empty &&
        (size <= limit / 2 || size + lead.length <= max - again.length - 2 * closing().length)
      )
        cut();
      if (!empty && lead !== '') {
        if (lead.length + 4 > left()) cut();
        else piece += lead;
      }
      for (const token of tokens) addToken(token);
    },
    end() {
      if (!empty) pieces.push(finished(piece, pieces.length > 0 && again === ''));
      return pieces;
    },
  };
}

/** How much a word takes with the markers that are still open behind it closed. */
function sizeOf(tokens: readonly Token[]): number {
  let size = 0;
  let open = 0;
  for (const { kind, text } of tokens) {
    size += text.length;
    if (kind === 'open') open += text.length;
    if (kind === 'close') open -= text.length;
  }
  return size + open;
}

function finished(piece: string, continued: boolean): string {
  const text = piece.replace(/[ \t]+$/, '');
  return continued && !text.startsWith('||') ? escapeLineStart(text) : text;
}

/** The last end of a grapheme within `max`; of one that is longer, of a code point. */
export function boundary(text: string, max: number): number {
  // The start is a boundary, and what comes more than one code point later decides nothing.
  const found = graphemes.segment(text.slice(0, max + 2)).containing(max);
  if (found !== undefined && found.index > 0) return found.index;
  if (found === undefined) return text.length;
  const low = text.charCodeAt(max);
  return max > 1 && low >= 0xdc00 && low <= 0xdfff ? max - 1 : Math.max(1, max);
}
