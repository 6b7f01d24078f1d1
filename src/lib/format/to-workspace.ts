import { disarmMentions } from './escape-markdown.ts';
import { htmlTree } from './html-tree.ts';
import { markdownOf } from './markdown-blocks.ts';
import { type LineReader, type Mark, markdownLine } from './markdown-line.ts';
import { loadMessageReader, type ReadMessage } from './message-tree.ts';
import { nodesOf, plainMessage, textOf } from './plain-text.ts';

/** The parts of an `m.room.message` that carry its text. */
export interface MatrixMessage {
  readonly body: string;
  readonly formatted_body?: string | undefined;
  readonly format?: string | undefined;
  readonly msgtype: string;
}

/** A Matrix event has at most 65,536 bytes; what is longer was made by nobody's client. */
const HTML_LENGTH = 100_000;
/** Lines that are nothing by themselves but may be part of a block. */
const PART_OF_BLOCK = /^\s*(?:```|[|>])|\|\||\\[([\]]/;

/**
 * A Matrix message as Rocket.Chat's markdown (`msg`). Text that only looks like markdown is escaped where
 * Rocket.Chat's grammar has an escape, parted by a zero-width space where it has none. Formatting that
 * can't be said there leaves its text. An emote is in italics, as Rocket.Chat's own `/me`. Never throws.
 */
export async function toWorkspace(message: MatrixMessage): Promise<string> {
  const reader = lineReader(await loadMessageReader());
  const marks: ReadonlySet<Mark> = new Set(message.msgtype === 'm.emote' ? ['italic'] : []);
  const html = message.format === 'org.matrix.custom.html' ? (message.formatted_body ?? '') : '';
  if (html !== '' && html.length <= HTML_LENGTH) {
    const tree = await htmlTree(html.toWellFormed());
    const markdown = markdownOf(tree.children, reader, marks);
    if (markdown !== '') return disarmMentions(markdown);
  }
  const lines = withoutReplyFallback(message.body.toWellFormed()).split(/\r\n|\r|\n/);
  return disarmMentions(lines.map((text) => markdownLine([{ text, marks }], reader)).join('\n'));
}

function lineReader(read: ReadMessage): LineReader {
  return {
    isPlain(line) {
      if (line === '') return true;
      if (PART_OF_BLOCK.test(line)) return false;
      const tree = read(line);
      return tree !== undefined && plainMessage(nodesOf(tree)) === line;
    },
    shown(line) {
      const tree = read(line);
      return tree === undefined ? undefined : nodesOf(tree).map(textOf).join('');
    },
  };
}

/** Clients from before spec v1.13 quote the message they reply to: `> <@alice:example.org> …`, then an empty line. */
function withoutReplyFallback(body: string): string {
  return /^> (?:\* )?<@[^>\n]+>/.test(body) ? body.replace(/^(?:>[^\n]*\n)+\n?/, '') : body;
}
