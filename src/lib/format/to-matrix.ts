import { escapeHtml, matrixHtml } from './matrix-html.ts';
import { loadMessageReader } from './message-tree.ts';
import { nodesOf, plainMessage } from './plain-text.ts';

/** The parts of an `m.room.message` that carry its text. */
export interface MatrixText {
  readonly body: string;
  readonly format?: 'org.matrix.custom.html';
  readonly formatted_body?: string;
}

/** Synapse refuses an event of more than 65,536 bytes; text and HTML share it with the rest. */
const HTML_BYTES = 40_000;

/**
 * A Rocket.Chat message (`msg`, its markdown) as Matrix text. Without formatting there is only a body;
 * with it the body is the markdown, which reads well enough. What is too costly to parse crosses as
 * plain text. Never throws.
 */
export async function toMatrix(msg: string): Promise<MatrixText> {
  const text = msg.toWellFormed();
  const tree = (await loadMessageReader())(text);
  if (tree === undefined) return { body: text };
  const nodes = nodesOf(tree);
  const plain = plainMessage(nodes);
  if (plain !== undefined) return { body: plain };
  const html = matrixHtml(nodes);
  if (html === '' || html === escapeHtml(text) || Buffer.byteLength(html) > HTML_BYTES) return { body: text };
  return { body: text, format: 'org.matrix.custom.html', formatted_body: html };
}
