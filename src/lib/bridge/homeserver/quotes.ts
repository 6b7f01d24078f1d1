import type { EventId, MatrixUserId, MessageId } from '../../core/ids.ts';
import type { Mentions } from '../../format/lookups.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { WorkspaceQuote } from '../events.ts';
import { readMessage } from '../workspace/message.ts';
import { formerRoomWith } from '../room-upgrade/former-rooms.ts';
import { withItsEvent } from '../workspace/text-parts.ts';
import type { Work } from './acting.ts';
import { relationOfRelayed } from './relations.ts';

/** A link with nothing to click on, as clients put it before the text: the server makes a quote of it. */
const QUOTE_LINK = /^\s*\[ ?\]\(([^\s()]+[?&]msg=([\w-]+)[^\s()]*)\)/;
/** More quotes than this in one message are text. */
const MOST = 10;

/** What a Rocket.Chat message says besides its text. */
export interface Said {
  /** Markdown: without the link to what is answered; what else is quoted is in it. */
  readonly text: string;
  /** The message that it answers, if Matrix has it. */
  readonly replyTo: LedgerEntry | undefined;
}

/**
 * Takes the quotes from the beginning of a text. The first one of a message that is on Matrix is what it
 * answers, since a Matrix message answers one; all others are quoted in the text.
 */
export async function withoutQuotes(work: Work, whole: string, quotes: readonly WorkspaceQuote[]): Promise<Said> {
  let text = whole;
  let replyTo: LedgerEntry | undefined;
  const blocks: string[] = [];
  for (let count = 0; count < MOST; count += 1) {
    const [link, url, id] = QUOTE_LINK.exec(text) ?? [];
    if (link === undefined || url === undefined) break;
    const quote = quotes.find((one) => one.link === url);
    const known: LedgerEntry | undefined = replyTo ?? (await onMatrix(work, id as MessageId));
    const rest = text.slice(link.length).trimStart();
    if (known === undefined && quote === undefined) break;
    if (quote !== undefined && (replyTo !== undefined || known === undefined || rest === ''))
      blocks.push(blockOf(quote));
    replyTo = known;
    text = rest;
  }
  if (text === '' && blocks.length === 0) text = whole;
  return { text: [...blocks, text].join('\n\n').trimEnd(), replyTo };
}

/** The event that the message's thread hangs on; undefined: no thread, or its beginning is not on Matrix. */
export async function threadRootOf(work: Work, threadId: MessageId | undefined): Promise<EventId | undefined> {
  if (threadId === undefined) return undefined;
  const root = await onMatrix(work, threadId);
  if (root === undefined || root.origin === 'workspace') return root?.eventId;
  // No thread may begin within another one, which Rocket.Chat does not know of if it has no message of its root.
  return (await relationOfRelayed(work.parts, work.portal, root.eventId)).threadRoot ?? root.eventId;
}

/** The beginning of a thread that Matrix does not have, as a quote. */
export async function quotedRoot(work: Work, threadId: MessageId): Promise<string | undefined> {
  const raw = await work.parts.workspace.getMessage(threadId);
  const root = raw === undefined ? undefined : readMessage(raw);
  if (root === undefined || root.text === '' || root.roomId !== work.portal.workspaceRoomId) return undefined;
  return blockOf({ link: undefined, author: root.author.name, text: root.text });
}

/** `m.relates_to` of a message. Clients without threads see its fallback: an answer to the thread's beginning. */
export function relatesTo(root: EventId | undefined, replyTo: LedgerEntry | undefined): Record<string, unknown> {
  const answered = replyTo?.eventId ?? root;
  if (answered === undefined) return {};
  const reply = { 'm.in_reply_to': { event_id: answered } };
  if (root === undefined) return { 'm.relates_to': reply };
  const thread = { rel_type: 'm.thread', event_id: root, is_falling_back: replyTo === undefined };
  return { 'm.relates_to': { ...thread, ...reply } };
}

/** Who is answered is notified, unless they answer themselves. */
export function withAnswered(mentions: Mentions, replyTo: LedgerEntry | undefined, speaker: MatrixUserId): Mentions {
  if (replyTo === undefined || replyTo.matrixUserId === speaker) return mentions;
  return { ...mentions, userIds: [...new Set([...mentions.userIds, replyTo.matrixUserId])] };
}

/** Not of another room, which the portal had before: no client, and not every homeserver, takes an answer to that. */
async function onMatrix(work: Work, id: MessageId): Promise<LedgerEntry | undefined> {
  const { parts, portal } = work;
  const pairs = await parts.store.ledger.byMessage(id);
  const found = pairs.find((pair) => pair.kind === 'message' && !pair.redacted && pair.portalId === portal.id);
  const entry = found === undefined ? undefined : withItsEvent(found);
  return entry === undefined || (await formerRoomWith(work, entry.eventId)) !== undefined ? undefined : entry;
}

function blockOf({ link, author, text }: Omit<WorkspaceQuote, 'link'> & { readonly link: string | undefined }): string {
  const name = author.replaceAll(/[[\]()*_~`<>|\s]+/g, ' ').trim() || 'somebody';
  const head = link === undefined ? `*${name}:*` : `*${name}* [wrote](${link}):`;
  return [head, ...text.replace(QUOTE_LINK, '').trim().split('\n')].map((line) => `> ${line}`).join('\n');
}
