import { addWord, RESERVE, startPieces, takePieces, type Word } from './line-filling.ts';
import { type Token, tokensOf } from './markdown-tokens.ts';

/** What begins a block stays with the first word. */
const PREFIX = /^(?:> ?|[-*] +(?:\[[ x]\] +)?|\d{1,9}\. +|#{1,4} +|\u2003{1,6}(?:[◦▪] |\d{1,9}\. )?)/u;

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
  const filling = startPieces(prefix, again, room, limit);
  for (const word of wordsOf(usable ?? tokens.map(asText))) addWord(filling, word);
  return takePieces(filling);
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

function wordsOf(tokens: readonly Token[]): Word[] {
  const words: { blank: string; tokens: Token[] }[] = [{ blank: '', tokens: [] }];
  for (const token of tokens) {
    if (token.kind === 'blank') words.push({ blank: token.text, tokens: [] });
    else words.at(-1)?.tokens.push(token);
  }
  return words;
}
