import { textRuns } from './html-runs.ts';
import { htmlTree } from './html-tree.ts';
import { lineReader } from './line-reader.ts';
import type { Mark } from './line-run.ts';
import { markdownOf } from './markdown-blocks.ts';
import { markdownLine } from './markdown-line.ts';
import { htmlOf, type MatrixMessage, withoutReplyFallback } from './matrix-message.ts';
import { loadMessageReader } from './message-tree.ts';
import { NO_NAMES, type WorkspaceNames } from './workspace-names.ts';

/**
 * A Matrix message as Rocket.Chat's markdown (`msg`). Text that only looks like markdown is escaped where
 * Rocket.Chat's grammar has an escape, parted by a zero-width space where it has none. Formatting that
 * can't be said there leaves its text. An emote is in italics, as Rocket.Chat's own `/me`. Never throws.
 *
 * Pills become mentions as far as `names` knows them; nobody else is mentioned, whatever the text says.
 */
export async function toWorkspace(message: MatrixMessage, names: WorkspaceNames = NO_NAMES): Promise<string> {
  const marks: ReadonlySet<Mark> = new Set(message.msgtype === 'm.emote' ? ['italic'] : []);
  const html = htmlOf(message);
  const reader = lineReader(await loadMessageReader(), html?.length ?? message.body.length);
  if (html !== undefined) {
    const tree = await htmlTree(html);
    const markdown = markdownOf(tree.children, { reader, names, marks, place: 'start', depth: 0 });
    if (markdown !== '') return markdown;
  }
  const lines = withoutReplyFallback(message.body.toWellFormed()).split(/\r\n|\r|\n/);
  return lines.map((text) => markdownLine(textRuns(text, { marks, names }), reader)).join('\n');
}
