import { fitsEvent } from './event-size.ts';
import { KNOWS_NO_NAMES, type Lookups, type MatrixText, type Mentions, type Names } from './lookups.ts';
import { rendered } from './matrix-html.ts';
import { type Mentioned, mentionsOf, namesInNodes } from './message-names.ts';
import { type Grammar, loadMessageReader } from './message-tree.ts';
import { nodesOf } from './plain-text.ts';
import { plain } from './rendered.ts';

/** A message as Matrix says it: the parts of its content, and whom it notifies. */
export interface FormattedMessage {
  readonly text: MatrixText;
  readonly mentions: Mentions;
}

const NOBODY: Mentions = { userIds: [], room: false };
/**
 * A Rocket.Chat message (`msg`, its markdown) as Matrix text. Without formatting there is only a body; with
 * it the body is markdown, which reads well enough. What is too costly to parse, or has more HTML than an
 * event holds, crosses as plain text; `asEvent` is for what is too long even so. Never throws.
 */
export async function toMatrix(msg: string, lookups: Lookups = KNOWS_NO_NAMES): Promise<FormattedMessage> {
  const source = normalized(msg);
  const tree = (await loadMessageReader())(source, grammarOf(lookups));
  if (tree === undefined) return { text: { body: source }, mentions: NOBODY };
  const mentioned: Mentioned = { userIds: new Set(), room: false };
  const { body, html } = rendered(nodesOf(tree), { source, lookups, mentioned });
  const mentions = mentionsOf(mentioned);
  if (html === '' || body.trim() === '') return { text: { body: source }, mentions };
  if (html === plain(body).html) return { text: { body }, mentions };
  const text: MatrixText = { body, format: 'org.matrix.custom.html', formatted_body: html };
  return { text: fitsEvent(text) ? text : { body }, mentions };
}

/** The names that `toMatrix` will ask for. A message too costly to parse has none. */
export async function namesIn(msg: string, lookups: Pick<Lookups, 'dollarMath'> = {}): Promise<Names> {
  const tree = (await loadMessageReader())(normalized(msg), grammarOf(lookups));
  return tree === undefined ? { users: [], rooms: [], emoji: [] } : namesInNodes(nodesOf(tree));
}

const normalized = (msg: string): string => msg.toWellFormed().replaceAll(/\r\n?/g, '\n');

/** As servers parse messages by default (settings HexColorPreview_Enabled, Katex_Parenthesis_Syntax). */
const grammarOf = ({ dollarMath = false }: Pick<Lookups, 'dollarMath'>): Grammar => ({
  colors: true,
  emoticons: true,
  katex: { dollarSyntax: dollarMath, parenthesisSyntax: true },
});
