import type { EventId, MatrixUserId, MessageId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { withoutReplyFallback } from '../../format/matrix-message.ts';
import { escapeHtml } from '../../format/rendered.ts';
import { toWorkspace } from '../../format/to-workspace.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import { type MatrixEvent, readEvent } from '../homeserver/event.ts';
import type { MatrixRelation } from '../homeserver/relations.ts';
import { readSaid } from '../homeserver/said.ts';
import type { Work } from './acting.ts';
import { roomLink } from './room-link.ts';

/** How much of an unknown message is quoted, in UTF-16 units. */
const QUOTED = 500;
const UNSEEN = new Set([400, 403, 404]);

/** Where in Rocket.Chat a Matrix message goes. */
export interface Place {
  /** Stands before the text: a link that Rocket.Chat shows as a quote, or the quote itself; may be empty. */
  readonly quote: string;
  /** The message whose thread it is in. */
  readonly threadId: MessageId | undefined;
}

/** In a thread whose beginning is not known here, or where the workspace has none, a message is a reply. */
export async function placeOf(work: Work, { replyTo, threadRoot }: MatrixRelation): Promise<Place> {
  if (threadRoot === undefined) return { quote: await quoteOf(work, replyTo), threadId: undefined };
  const root = (await work.settings()).threads ? await liveMessage(work, threadRoot) : undefined;
  if (root === undefined) return { quote: await quoteOf(work, replyTo ?? threadRoot), threadId: undefined };
  return { quote: await quoteOf(work, replyTo), threadId: root.messageId };
}

/** The quote begins the text, which keeps its own first line: it may be a list or code. */
export const withQuote = ({ quote }: Pick<Place, 'quote'>, text: string): string =>
  quote === '' ? text : `${quote}\n${text}`;

async function quoteOf(work: Work, replyTo: EventId | undefined): Promise<string> {
  if (replyTo === undefined) return '';
  const target = await liveMessage(work, replyTo);
  const { siteUrl } = await work.settings();
  if (target === undefined || siteUrl === undefined) return `${await blockOf(work, replyTo)}\n`;
  return `[ ](${roomLink(siteUrl, work.portal)}?msg=${target.messageId})`;
}

/** The Rocket.Chat message of an event, if it is one of this room that is still there. */
async function liveMessage({ parts, portal }: Work, eventId: EventId): Promise<LedgerEntry | undefined> {
  const entry = await parts.store.ledger.byEvent(eventId);
  if (entry === undefined || entry.portalId !== portal.id || entry.kind === 'redaction' || entry.redacted)
    return undefined;
  const snapshot = await parts.store.ledger.snapshot(entry.messageId);
  return snapshot?.deleted === true ? undefined : entry;
}

/** The quoted text itself, for what Rocket.Chat has no message of. */
async function blockOf(work: Work, eventId: EventId): Promise<string> {
  const event = await fetched(work, eventId);
  const text = event === undefined ? undefined : wordsOf(event);
  const said = text === undefined ? 'a message that is not there any more' : shortened(withoutReplyFallback(text));
  const name = event === undefined ? '' : `<strong>${escapeHtml(await nameOf(work, event.sender))}:</strong> `;
  const html = `<blockquote>${name}${escapeHtml(said).replaceAll('\n', '<br>')}</blockquote>`;
  return toWorkspace({ msgtype: 'm.text', body: said, format: 'org.matrix.custom.html', formatted_body: html });
}

/** A file without words has a name. */
function wordsOf(event: MatrixEvent): string | undefined {
  const said = readSaid(event);
  return said === undefined || said.text.body !== '' ? said?.text.body : said.file?.fileName;
}

/** An event that the bot may not see is as good as none. */
async function fetched({ parts, portal }: Work, eventId: EventId) {
  if (portal.matrixRoomId === undefined) return undefined;
  try {
    const raw = await parts.homeserver.event(portal.matrixRoomId, eventId);
    const event = raw === undefined ? undefined : readEvent(raw);
    return event?.roomId === portal.matrixRoomId && !event.redacted ? event : undefined;
  } catch (error) {
    // In words: the id is no id, or not for the bot to see.
    if (error instanceof RemoteError && error.failure === 'refused' && UNSEEN.has(error.status ?? 0)) return undefined;
    throw error;
  }
}

async function nameOf({ parts }: Work, userId: MatrixUserId): Promise<string> {
  const person = await parts.store.people.byMatrixUser(userId);
  return person?.displayName ?? (await parts.homeserver.profile(userId).catch(() => undefined))?.displayName ?? userId;
}

const shortened = (text: string): string =>
  text.length <= QUOTED ? text : `${text.slice(0, QUOTED).toWellFormed().trimEnd()} …`;
