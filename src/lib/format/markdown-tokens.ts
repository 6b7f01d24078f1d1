/** A piece of a line of markdown. */
export interface Token {
  /**
   * `blank` may be left out where a line is cut, `word` may be cut if need be, `whole` (a link, an escape, a
   * formula) should not; `open` and `close` are the markers of emphasis, code and spoilers, in pairs.
   */
  readonly kind: 'blank' | 'word' | 'whole' | 'open' | 'close';
  readonly text: string;
}

const BLANK = /[ \t]+/y;
const WORD = /[^\s\\`[*_~|]+|[^ \t]/uy;
const ADDRESS = /https?:\/\/[^\s*~`|<>]+/iy;
const LINK = /!?\[[^[\]\n]*\]\([^()\s]*\)/y;
const MARKER = /\*{1,2}|~{1,2}|_{1,2}|\|\|/y;
const ESCAPE = /\\[*_~`#.]/y;
const LETTER = /[\p{L}\p{N}]/u;

/** The tokens of one line, in order; together they are the line. Linear in its length. */
export function tokensOf(line: string): Token[] {
  const tokens: Token[] = [];
  /** Where each marker that is still open stands in `tokens`. */
  const open: number[] = [];
  const ends = new Map<string, number>();
  const lastOf = (text: string): number => {
    const known = ends.get(text) ?? line.lastIndexOf(text);
    ends.set(text, known);
    return known;
  };
  let at = 0;
  const read = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(line)?.[0];
  };
  const add = (kind: Token['kind'], text: string): void => {
    tokens.push({ kind, text });
    at += text.length;
  };
  const marker = (text: string): void => {
    const before = line[at - 1] ?? ' ';
    const after = line[at + text.length] ?? ' ';
    const top = open.at(-1);
    if (top !== undefined && tokens[top]?.text === text && !(text[0] === '_' && LETTER.test(after))) {
      open.pop();
      tokens[top] = { kind: 'open', text };
      add('close', text);
      return;
    }
    const known = open.some((index) => tokens[index]?.text === text);
    const opens = !known && lastOf(text) > at + text.length && (text === '||' || /\S/.test(after));
    if (opens && !(text[0] === '_' && LETTER.test(before))) open.push(tokens.length);
    add('word', text);
  };
  while (at < line.length) {
    const tick = line[at] === '`' ? line.indexOf('`', at + 1) : -1;
    const whole = read(ESCAPE) ?? read(LINK) ?? formulaAt(line, at, lastOf);
    const blank = read(BLANK);
    const address = read(ADDRESS);
    const mark = read(MARKER);
    if (whole !== undefined) add('whole', whole);
    else if (blank !== undefined) add('blank', blank);
    else if (tick > at + 1) {
      add('open', '`');
      for (const part of line.slice(at, tick).split(/([ \t]+)/)) {
        if (part !== '') add(/^[ \t]/.test(part) ? 'blank' : 'word', part);
      }
      add('close', '`');
    } else if (address !== undefined) add('word', address);
    else if (mark !== undefined) marker(mark);
    else add('word', read(WORD) ?? line.charAt(at));
  }
  return tokens;
}

/** `\(formula\)`, or `\[formula\]`; a search to the end of the line is made only when there is an end. */
function formulaAt(line: string, at: number, lastOf: (text: string) => number): string | undefined {
  const end = line.startsWith('\\(', at) ? '\\)' : line.startsWith('\\[', at) ? '\\]' : undefined;
  if (end === undefined || lastOf(end) < at + 2) return undefined;
  return line.slice(at, line.indexOf(end, at + 2) + 2);
}
