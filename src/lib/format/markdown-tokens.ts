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

/** A line that is being read, up to `at`. */
interface Scan {
  readonly line: string;
  readonly tokens: Token[];
  /** Where each marker that is still open stands in `tokens`. */
  readonly open: number[];
  /** Where the last of each text stands that was looked for, so that none is looked for twice. */
  readonly lasts: Map<string, number>;
  at: number;
}

/** The tokens of one line, in order; together they are the line. Linear in its length. */
export function tokensOf(line: string): Token[] {
  const scan: Scan = { line, tokens: [], open: [], lasts: new Map(), at: 0 };
  while (scan.at < line.length) {
    const char = line.charAt(scan.at);
    const whole = WHOLE.test(char) ? (read(scan, ESCAPE) ?? read(scan, LINK) ?? formulaAt(scan)) : undefined;
    if (whole !== undefined) add(scan, 'whole', whole);
    else if (char === ' ' || char === '\t') add(scan, 'blank', read(scan, BLANK) ?? char);
    else if (char !== '`' || !addCode(scan)) {
      const marker = read(scan, MARKER);
      const address = /h/i.test(char) ? read(scan, ADDRESS) : undefined;
      if (marker === undefined) add(scan, 'word', address ?? read(scan, WORD) ?? char);
      else addMarker(scan, marker);
    }
  }
  return scan.tokens;
}

function read({ line, at }: Scan, pattern: RegExp): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0];
}

function add(scan: Scan, kind: Token['kind'], text: string): void {
  scan.tokens.push({ kind, text });
  scan.at += text.length;
}

function lastOf({ line, lasts }: Scan, text: string): number {
  const last = lasts.get(text) ?? line.lastIndexOf(text);
  lasts.set(text, last);
  return last;
}

/** A marker is taken for text until its other half is found. */
function addMarker(scan: Scan, text: string): void {
  const { line, at, tokens, open } = scan;
  const before = line[at - 1] ?? ' ';
  const after = line[at + text.length] ?? ' ';
  const isItalic = text.startsWith('_');
  const top = open.at(-1);
  if (top !== undefined && tokens[top]?.text === text && !(isItalic && LETTER.test(after))) {
    open.pop();
    tokens[top] = { kind: 'open', text };
    add(scan, 'close', text);
    return;
  }
  const isOpen = open.some((index) => tokens[index]?.text === text);
  const mayOpen = lastOf(scan, text) > at + text.length && (text === '||' || /\S/.test(after));
  if (!isOpen && mayOpen && !(isItalic && LETTER.test(before))) open.push(tokens.length);
  add(scan, 'word', text);
}

function addCode(scan: Scan): boolean {
  const { line, at } = scan;
  const end = lastOf(scan, '`') > at ? line.indexOf('`', at + 1) : -1;
  if (end <= at + 1) return false;
  add(scan, 'open', '`');
  for (const part of line.slice(at + 1, end).split(/([ \t]+)/)) {
    if (part !== '') add(scan, /^[ \t]/.test(part) ? 'blank' : 'word', part);
  }
  add(scan, 'close', '`');
  return true;
}

/** `\(formula\)`, or `\[formula\]`; a search to the end of the line is made only when there is an end. */
function formulaAt(scan: Scan): string | undefined {
  const { line, at } = scan;
  const end = line.startsWith('\\(', at) ? '\\)' : line.startsWith('\\[', at) ? '\\]' : undefined;
  if (end === undefined || lastOf(scan, end) < at + 2) return undefined;
  return line.slice(at, line.indexOf(end, at + 2) + 2);
}
