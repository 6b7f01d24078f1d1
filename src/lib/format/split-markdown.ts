import { boundary } from './graphemes.ts';
import { splitLine } from './split-line.ts';

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
  const parts: Parts = { max, done: [], lines: [], size: 0 };
  for (const stretch of stretchesOf(text.split(/\r\n|\r|\n/))) {
    if (stretch.fence === undefined) for (const line of stretch.lines) addLine(parts, line);
    else addFenced(parts, stretch, stretch.fence);
  }
  flush(parts);
  return parts.done;
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

/** The parts that are done, and the lines of the one that is being filled. */
interface Parts {
  readonly max: number;
  readonly done: string[];
  lines: string[];
  /** UTF-16 units of the lines, with the line breaks between them. */
  size: number;
}

/** What the part still takes, behind a line break. */
const room = ({ max, size, lines }: Parts): number => max - size - (lines.length === 0 ? 0 : 1);

function add(parts: Parts, line: string): void {
  parts.size += line.length + (parts.lines.length === 0 ? 0 : 1);
  parts.lines.push(line);
}

function flush(parts: Parts): void {
  const text = parts.lines
    .join('\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
  if (text.trim() !== '') parts.done.push(text);
  parts.lines = [];
  parts.size = 0;
}

/** Ends the part, at a paragraph if one ends in its second half. */
function endAtParagraph(parts: Parts): void {
  const { lines, max } = parts;
  let before = parts.size;
  for (let at = lines.length - 1; at > 0; at -= 1) {
    const line = lines[at] ?? '';
    before -= line.length + 1;
    if (before <= max / 2) break;
    if (line !== '') continue;
    parts.lines = lines.slice(0, at);
    flush(parts);
    for (const rest of lines.slice(at + 1)) add(parts, rest);
    return;
  }
  flush(parts);
}

function addLine(parts: Parts, line: string): void {
  const { max } = parts;
  if (line.length <= room(parts)) {
    add(parts, line);
    return;
  }
  if (line.length <= max) {
    endAtParagraph(parts);
    if (line.length > room(parts)) flush(parts);
    add(parts, line);
    return;
  }
  if (room(parts) < max / 2) flush(parts);
  const [first, ...others] = splitLine(line, room(parts), max);
  if (first !== undefined && first !== '') add(parts, first);
  for (const piece of others) {
    flush(parts);
    add(parts, piece);
  }
}

type Fence = NonNullable<Stretch['fence']>;

/** A block that fits a part is not cut. What is left of it after a cut has its fence, so that it stays code. */
function addFenced(parts: Parts, { lines }: Stretch, fence: Fence): void {
  const { max } = parts;
  const size = lines.reduce((sum, line) => sum + line.length + 1, 0) + fence.open.length + fence.close.length + 1;
  if (size > room(parts)) flush(parts);
  for (const chunk of size <= max ? [{ lines, fence }] : chunksOf(lines, fence, max)) {
    if (size > max) flush(parts);
    for (const line of [chunk.fence.open, ...chunk.lines, chunk.fence.close]) add(parts, line);
  }
}

interface Chunk {
  readonly lines: readonly string[];
  readonly fence: Fence;
}

/** Lines that fill a part each; none of blank ones alone, which the grammar does not know as code. */
function chunksOf(lines: readonly string[], fence: Fence, max: number): Chunk[] {
  const open = fence.open.length > max / 3 ? fence.close : fence.open;
  const inner = max - open.length - fence.close.length - 2;
  const cut = fence.close === '||' ? textPieces : codePieces;
  const chunks: string[][] = [[]];
  let used = 0;
  for (const piece of lines.flatMap((line) => cut(line, inner))) {
    if (used > 0 && used + piece.length > inner) {
      chunks.push([]);
      used = 0;
    }
    chunks.at(-1)?.push(piece);
    used += piece.length + 1;
  }
  return chunks
    .filter((chunk) => chunk.some((line) => line.trim() !== ''))
    .map((chunk) => ({ lines: chunk, fence: { open, close: fence.close } }));
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
