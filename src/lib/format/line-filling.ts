import { boundary } from './graphemes.ts';
import { escapeLineStart, ZERO_WIDTH } from './escape-markdown.ts';
import type { Token } from './markdown-tokens.ts';

/** A continued piece may need so much before it to be nothing but text. */
export const RESERVE = 2;
/** With less room than this a word is rather begun on the next piece. */
const LITTLE = 4;

/** Tokens up to the next blank, with the blank before them. */
export interface Word {
  readonly blank: string;
  readonly tokens: readonly Token[];
}

/** A line on its way into pieces. */
interface Filling {
  /** What the line begins with, and what each further piece does: quotes stay quotes. */
  readonly prefix: string;
  readonly again: string;
  readonly limit: number;
  readonly pieces: string[];
  /** The markers that are open, outermost first. */
  readonly open: string[];
  piece: string;
  /** How long the piece may get. */
  max: number;
  /** Whether there is nothing in the piece yet but what it begins with. */
  empty: boolean;
  /** How many of the open markers have nothing behind them yet. */
  fresh: number;
}

/** The first piece has at most `room` UTF-16 units, the others at most `limit`. */
export function startPieces(prefix: string, again: string, room: number, limit: number): Filling {
  return { prefix, again, limit, pieces: [], open: [], piece: prefix, max: room, empty: true, fresh: 0 };
}

/** All pieces; the first is empty where nothing fitted. */
export function takePieces(filling: Filling): string[] {
  if (!filling.empty) filling.pieces.push(finished(filling, filling.piece));
  return filling.pieces;
}

export function addWord(filling: Filling, { blank, tokens }: Word): void {
  const size = sizeOf(tokens);
  const lead = filling.empty ? '' : blank;
  // A word of several pieces is begun here: a piece of its own would not hold it either.
  const wouldFit = size <= filling.limit - RESERVE - filling.again.length - 2 * closing(filling).length;
  if (!filling.empty && wouldFit && lead.length + size > left(filling)) cut(filling);
  if (!filling.empty && lead !== '') {
    if (lead.length + LITTLE > left(filling)) cut(filling);
    else filling.piece += lead;
  }
  for (const token of tokens) addToken(filling, token);
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

function addToken(filling: Filling, { kind, text }: Token): void {
  if (kind === 'open') {
    if (left(filling) < 2 * text.length + LITTLE && !filling.empty) cut(filling);
    filling.open.push(text);
    filling.piece += text;
    filling.fresh += 1;
  } else if (kind === 'close') {
    // Room for it was kept.
    filling.open.pop();
    append(filling, text);
  } else {
    if (kind === 'whole' && text.length > left(filling) && !filling.empty) cut(filling);
    addText(filling, text);
  }
}

function addText(filling: Filling, text: string): void {
  let rest = text;
  while (rest.length > left(filling)) {
    const at = left(filling) < LITTLE && !filling.empty ? 0 : boundary(rest, Math.max(1, left(filling)));
    if (at > 0) append(filling, rest.slice(0, at));
    rest = rest.slice(at);
    cut(filling, at > 0 ? rest : '');
  }
  if (rest !== '') append(filling, rest);
}

function append(filling: Filling, text: string): void {
  filling.piece += text;
  filling.empty = false;
  filling.fresh = 0;
}

const closing = ({ open }: Filling): string => open.toReversed().join('');
const left = (filling: Filling): number => filling.max - filling.piece.length - closing(filling).length;

/** Ends the piece; `next` is what follows of a word that is cut. Markers with nothing behind them go with it. */
function cut(filling: Filling, next = ''): void {
  const { open, pieces, empty, fresh } = filling;
  const kept = open.slice(0, open.length - fresh);
  const bare = filling.piece.slice(0, filling.piece.length - open.slice(kept.length).join('').length);
  pieces.push(empty ? '' : finished(filling, bare + kept.toReversed().join('')));
  // What was within a word mentions nobody at the beginning of a line either.
  const guard = next.startsWith('@') ? ZERO_WIDTH : '';
  filling.piece = (empty && pieces.length === 1 ? filling.prefix : filling.again) + open.join('') + guard;
  filling.max = filling.limit - RESERVE;
  filling.empty = true;
  filling.fresh = open.length;
}

function finished({ pieces, again }: Filling, piece: string): string {
  const text = piece.replace(/[ \t]+$/, '');
  return pieces.length > 0 && again === '' && !text.startsWith('||') ? escapeLineStart(text) : text;
}
