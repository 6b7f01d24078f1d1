import { isTime } from '../../core/clock.ts';
import { type MessageId, type WorkspaceRoomId, type WorkspaceUserId, isId } from '../../core/ids.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import { contentHash } from '../effect-ids.ts';
import type {
  Announcement,
  MessageVersion,
  WorkspaceAuthor,
  WorkspaceExtras,
  WorkspaceFile,
  WorkspaceQuote,
} from '../events.ts';
import { readExtras } from './extras.ts';
import { readCaption, readFiles } from './message-files.ts';
import { type ReactionList, readReactions } from './reactions.ts';
import { readAnnouncement } from './system-messages.ts';

/** A Rocket.Chat message document with the fields that are relayed, dates in ms. */
export interface WorkspaceMessage {
  readonly id: MessageId;
  readonly roomId: WorkspaceRoomId;
  /** With files their caption, which is in one of two places. */
  readonly text: string;
  readonly quotes: readonly WorkspaceQuote[];
  /** `tmid` */
  readonly threadId: MessageId | undefined;
  readonly files: readonly WorkspaceFile[];
  readonly extras: WorkspaceExtras;
  readonly author: WorkspaceAuthor;
  /** `ts` */
  readonly at: number;
  /** `_updatedAt` */
  readonly updatedAt: number;
  readonly editedAt: number | undefined;
  readonly editor: WorkspaceAuthor | undefined;
  /** `t`: set for system messages; `rm` is a deleted one whose place is kept. */
  readonly systemType: string | undefined;
  /** What a system message tells that people want to know; undefined for all others. */
  readonly announcement: Announcement | undefined;
  readonly reactions: ReactionList;
}

/** undefined where the document lacks what every message has: such a one can't be applied. */
export function readMessage(raw: RawMessage): WorkspaceMessage | undefined {
  const author = readAuthor(raw['u']);
  const at = readTime(raw['ts']);
  const { _id: id, rid: roomId, msg: text, t: systemType, tmid: threadId } = raw;
  if (!isId(id) || typeof roomId !== 'string' || author === undefined || at === undefined) return undefined;
  const files = readFiles(raw);
  const caption = files.length === 0 ? undefined : readCaption(raw);
  return {
    id: id as MessageId,
    roomId: roomId as WorkspaceRoomId,
    text: caption ?? (typeof text === 'string' ? text : ''),
    files,
    quotes: readQuotes(raw['attachments']),
    extras: readExtras(raw, { hasFiles: files.length > 0, author }),
    threadId: typeof threadId === 'string' && threadId !== '' ? (threadId as MessageId) : undefined,
    author,
    at,
    updatedAt: readTime(raw['_updatedAt']) ?? at,
    editedAt: readTime(raw['editedAt']),
    editor: readAuthor(raw['editedBy']),
    systemType: typeof systemType === 'string' && systemType !== '' ? systemType : undefined,
    announcement: readAnnouncement(raw),
    reactions: readReactions(raw),
  };
}

export const isDeleted = (message: WorkspaceMessage): boolean => message.systemType === 'rm';

/** The relayed fields alone: a preview, a pin or a thread counter leaves the hash as it was. */
export function versionOf(message: WorkspaceMessage): MessageVersion {
  return { id: message.id, hash: hashOf(message), updatedAt: message.updatedAt };
}

/** An announcement has no words of its own: a call that ends or a discussion's counter is no edit of it. */
export function hashOf({
  text,
  extras,
  announcement,
}: Pick<WorkspaceMessage, 'text' | 'extras' | 'announcement'>): string {
  if (announcement !== undefined) return contentHash(['announcement', announcement.kind]);
  return extras.cards.length === 0 ? textHash(text) : contentHash(['text', text, extras.cards]);
}

const textHash = (text: string): string => contentHash(['text', text]);

/** ISO text (REST), `{"$date": ms}` (realtime) or ms. */
export function readTime(value: unknown): number | undefined {
  if (isTime(value)) return value;
  if (typeof value === 'string') {
    const time = Date.parse(value);
    return isTime(time) ? time : undefined;
  }
  if (typeof value === 'object' && value !== null && '$date' in value) return readTime(value.$date);
  return undefined;
}

function readAuthor(value: unknown): WorkspaceAuthor | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { _id: id, username, name } = value as Record<string, unknown>;
  if (typeof id !== 'string' || id === '') return undefined;
  const known = typeof username === 'string' && username !== '' ? username : id;
  return { id: id as WorkspaceUserId, username: known, name: typeof name === 'string' && name !== '' ? name : known };
}

/** Quotes are the attachments that say which link they were made of. */
function readQuotes(value: unknown): WorkspaceQuote[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const { message_link: link, author_name: author, text } = one as Record<string, unknown>;
    if (typeof link !== 'string' || typeof text !== 'string') return [];
    return [{ link, author: typeof author === 'string' ? author : '', text }];
  });
}
