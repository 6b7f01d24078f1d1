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
/** What a whole may begin with. */
const WHOLE = /[\\![]/;
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
  const code = (): boolean => {
    const end = line.indexOf('`', at + 1);
    if (end <= at + 1) return false;
    const inner = line.slice(at + 1, end);
    add('open', '`');
    for (const part of inner.split(/([ \t]+)/)) if (part !== '') add(/^[ \t]/.test(part) ? 'blank' : 'word', part);
    add('close', '`');
    return true;
  };
  while (at < line.length) {
    const char = line.charAt(at);
    const whole = WHOLE.test(char) ? (read(ESCAPE) ?? read(LINK) ?? formulaAt(line, at, lastOf)) : undefined;
    if (whole !== undefined) add('whole', whole);
    else if (char === ' ' || char === '\t') add('blank', read(BLANK) ?? char);
    else if (char === '`' && lastOf('`') > at && code()) continue;
    else {
      const mark = read(MARKER);
      if (mark === undefined) add('word', (/h/i.test(char) ? read(ADDRESS) : undefined) ?? read(WORD) ?? char);
      else marker(mark);
    }
  }
  return tokens;
}

/** `\(formula\)`, or `\[formula\]`; a search to the end of the line is made only when there is an end. */
function formulaAt(line: string, at: number, lastOf: (text: string) => number): string | undefined {
  const end = line.startsWith('\\(', at) ? '\\)' : line.startsWith('\\[', at) ? '\\]' : undefined;
  if (end === undefined || lastOf(end) < at + 2) return undefined;
  return line.slice(at, line.indexOf(end, at + 2) + 2);
}
