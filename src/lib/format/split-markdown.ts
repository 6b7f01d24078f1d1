import { boundary, splitLine } from './split-line.ts';

/** Below this there is no room for a fence and something in it. */
const LEAST = 20;

/** Lines that belong together: a block of code or a hidden block with what opens and closes it, or one line of text. */
interface Stretch {
  readonly lines: readonly string[];
  readonly fence?: { readonly open: string; readonly close: string };
}

/**
 * Cuts a message (Rocket.Chat's markdown) into parts of at most `limit` UTF-16 units, which is how a server
 * counts for `Message_MaxAllowedSize`; a limit below 20 is taken for 20. It is cut between paragraphs, else
 * lines, else words, else graphemes. Code that has to be cut gets its fence and its language again. The parts
 * are in order, none is blank; a message that is blank has none. Takes time linear in its length.
 */
export function splitMarkdown(text: string, limit: number): string[] {
  const max = Math.max(LEAST, Math.floor(limit));
  if (text.trim() === '') return [];
  if (text.length <= max) return [text];
  const parts = startParts(max);
  for (const stretch of stretchesOf(text.split(/\r\n|\r|\n/))) {
    if (stretch.fence === undefined) for (const line of stretch.lines) addLine(parts, line, max);
    else addFenced(parts, stretch, stretch.fence, max);
  }
  return parts.end();
}

function stretchesOf(lines: readonly string[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = 0; at < lines.length;) {
    const end = fenceEnd(lines, at);
    const open = lines[at] ?? '';
    if (end === undefined) stretches.push({ lines: [open] });
    else {
      const close = open.startsWith('||') ? '||' : '```';
      stretches.push({ lines: lines.slice(at + 1, end), fence: { open, close } });
    }
    at = (end ?? at) + 1;
  }
  return stretches;
}

/** The line that closes the block of code or the hidden block which begins at `at`, as the grammar has it. */
function fenceEnd(lines: readonly string[], at: number): number | undefined {
  const open = lines[at] ?? '';
  const hidden = /^\|\|[ \t]*$/.test(open);
  if (!hidden && !/^```[\w .-]*$/.test(open)) return undefined;
  const mark = hidden ? '||' : '```';
  for (let end = at + 1; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    if (hidden && line.trim() === '') return undefined;
    if (line.includes(mark)) return end > at + 1 && line.trimEnd() === mark && line.startsWith(mark) ? end : undefined;
  }
  return undefined;
}

interface Parts {
  /** What the part that is being filled still takes, with a line break. */
  room(): number;
  isEmpty(): boolean;
  add(line: string): void;
  /** Ends the part, where it may be at a paragraph that ends in its second half. */
  endAtParagraph(): void;
  flush(): void;
  end(): string[];
}

function startParts(max: number): Parts {
  const parts: string[] = [];
  let lines: string[] = [];
  let size = 0;
  const flush = (): void => {
    const text = lines
      .join('\n')
      .replace(/^(?:[ \t]*\n)+/, '')
      .trimEnd();
    if (text.trim() !== '') parts.push(text);
    lines = [];
    size = 0;
  };
  const add = (line: string): void => {
    size += line.length + (lines.length === 0 ? 0 : 1);
    lines.push(line);
  };
  return {
    add,
    flush,
    room: () => max - size - (lines.length === 0 ? 0 : 1),
    isEmpty: () => lines.every((line) => line.trim() === ''),
    endAtParagraph() {
      let before = size;
      for (let at = lines.length - 1; at > 0 && before > max / 2; at -= 1) {
        const line = lines[at] ?? '';
        before -= line.length + 1;
        if (line !== '' || before <= max / 2) continue;
        const rest = lines.slice(at + 1);
        lines = lines.slice(0, at);
        flush();
        rest.forEach(add);
        return;
      }
      flush();
    },
    end() {
      flush();
      return parts;
    },
  };
}

function addLine(parts: Parts, line: string, max: number): void {
  if (line.length <= parts.room()) {
    parts.add(line);
    return;
  }
  if (line.length <= max) {
    parts.endAtParagraph();
    if (line.length > parts.room()) parts.flush();
    parts.add(line);
    return;
  }
  if (parts.room() < max / 2) parts.flush();
  const [first, ...others] = splitLine(line, parts.room(), max);
  if (first !== undefined && first !== '') parts.add(first);
  for (const piece of others) {
    parts.flush();
    parts.add(piece);
  }
}

/** A block that fits a part is not cut. What is left of it after a cut has its fence, so that it stays code. */
function addFenced(parts: Parts, { lines }: Stretch, fence: NonNullable<Stretch['fence']>, max: number): void {
  const size = lines.reduce((sum, line) => sum + line.length + 1, 0) + fence.open.length + fence.close.length + 1;
  if (size > parts.room()) parts.flush();
  if (size <= max) {
    for (const line of [fence.open, ...lines, fence.close]) parts.add(line);
    return;
  }
  const open = fence.open.length > max / 3 ? fence.close : fence.open;
  const inner = max - open.length - fence.close.length - 2;
  let chunk: string[] = [];
  let used = 0;
  const flush = (): void => {
    // The grammar knows no code that is blank.
    if (chunk.some((line) => line.trim() !== '')) {
      parts.flush();
      for (const line of [open, ...chunk, fence.close]) parts.add(line);
    }
    chunk = [];
    used = 0;
  };
  for (const piece of lines.flatMap((line) =>
    fence.close === '||' ? textPieces(line, inner) : codePieces(line, inner),
  )) {
    if (chunk.length > 0 && used + piece.length + 1 > inner) flush();
    used += piece.length + (chunk.length === 0 ? 0 : 1);
    chunk.push(piece);
  }
  flush();
}

const textPieces = (line: string, max: number): string[] =>
  line.length <= max ? [line] : splitLine(line, max, max).filter((piece) => piece !== '');

function codePieces(line: string, max: number): string[] {
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > max) {
    const at = boundary(rest, max);
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...pieces, rest];
}
