import type { EventId, MatrixUserId } from '../../core/ids.ts';
import { parseUserId } from '../../matrix/user-id.ts';
import type { MatrixText } from '../events.ts';
import { type FileFields, readFile } from './content-file.ts';
import { type GeoPoint, readLocation, readPlace } from './content-location.ts';
import { type Poll, pollOf, readPollResponse, readPollStart } from './content-poll.ts';
import { extensibleText } from './extensible-text.ts';
import { type Fields, fieldsOf, listOf, textOf } from './fields.ts';

/** Whom a message is to be noticed by (spec: "User and room mentions"). */
export interface Mentions {
  readonly userIds: readonly MatrixUserId[];
  readonly room: boolean;
}

/** What an event says, read from its content; every field was checked. */
export type MatrixContent =
  | {
      readonly kind: 'text' | 'emote' | 'notice';
      readonly text: MatrixText;
      /** undefined: the client is from before `m.mentions`, and pills in the HTML count. */
      readonly mentions: Mentions | undefined;
    }
  | ({
      readonly kind: 'file';
      readonly msgtype: 'm.image' | 'm.video' | 'm.audio' | 'm.file';
      readonly caption: MatrixText | undefined;
      readonly mentions: Mentions | undefined;
    } & FileFields)
  /** `body` describes the picture. */
  | ({ readonly kind: 'sticker'; readonly body: string } & FileFields)
  | {
      readonly kind: 'location';
      readonly body: string;
      /** Written for people; older clients only have the body. */
      readonly description: string | undefined;
      /** The sender is, or was, there. */
      readonly isOwn: boolean;
      readonly point: GeoPoint;
    }
  | ({ readonly kind: 'poll.start' } & Poll)
  /** No answers: the vote is taken back, or was never valid. */
  | { readonly kind: 'poll.response'; readonly pollId: EventId; readonly answerIds: readonly string[] }
  | { readonly kind: 'poll.end'; readonly pollId: EventId; readonly body: string | undefined }
  /** Somebody calls; nobody on the other side can answer. */
  | { readonly kind: 'call'; readonly video: boolean }
  /** Only the devices in the room can read it. */
  | { readonly kind: 'encrypted' }
  /** Nothing that is known here, or not as it should be. `what` is the msgtype, or the type of the event. */
  | { readonly kind: 'unknown'; readonly what: string; readonly body: string | undefined };

/** Types before and after a proposal became part of the spec; both are in use. */
const POLL_START = new Set(['m.poll.start', 'org.matrix.msc3381.poll.start']);
const POLL_RESPONSE = new Set(['m.poll.response', 'org.matrix.msc3381.poll.response']);
const POLL_END = new Set(['m.poll.end', 'org.matrix.msc3381.poll.end']);
const GROUP_CALL = new Set([
  'm.call.notify',
  'm.rtc.notification',
  'org.matrix.msc4075.call.notify',
  'org.matrix.msc4075.rtc.notification',
]);

/**
 * Reads the content of a message event (no state), whatever is in it: never throws. Of an edit give it the
 * `m.new_content`. https://spec.matrix.org/v1.17/client-server-api/#instant-messaging
 */
export function readContent(type: string, content: Fields): MatrixContent {
  const unknown = (what: string): MatrixContent => ({ kind: 'unknown', what, body: plainBody(content) });
  if (type === 'm.room.encrypted') return { kind: 'encrypted' };
  if (type === 'm.room.message') return readMessage(content) ?? unknown(textOf(content['msgtype']) ?? type);
  if (type === 'm.sticker') return readSticker(content) ?? unknown(type);
  if (POLL_START.has(type)) return readStart(content) ?? unknown(type);
  if (POLL_RESPONSE.has(type)) return readPollResponse(content) ?? unknown(type);
  if (POLL_END.has(type)) {
    const pollId = pollOf(content);
    return pollId === undefined ? unknown(type) : { kind: 'poll.end', pollId, body: plainBody(content) };
  }
  if (type === 'm.call.invite') return { kind: 'call', video: /^m=video /m.test(sdpOf(content)) };
  if (GROUP_CALL.has(type)) return { kind: 'call', video: true };
  return unknown(type);
}

/** Whether state turns a room's encryption on, which can never be undone. */
export const turnsEncryptionOn = (type: string, stateKey: unknown, content: Fields): boolean =>
  type === 'm.room.encryption' && stateKey === '' && textOf(content['algorithm']) !== undefined;

function readMessage(content: Fields): MatrixContent | undefined {
  const { msgtype, body } = content;
  if (typeof msgtype !== 'string' || typeof body !== 'string') return undefined;
  switch (msgtype) {
    case 'm.text':
      return { kind: 'text', text: matrixText(msgtype, body, content), mentions: readMentions(content) };
    case 'm.emote':
      return { kind: 'emote', text: matrixText(msgtype, body, content), mentions: readMentions(content) };
    case 'm.notice':
    case 'm.server_notice':
      return { kind: 'notice', text: matrixText(msgtype, body, content), mentions: readMentions(content) };
    case 'm.image':
    case 'm.video':
    case 'm.audio':
    case 'm.file':
      return readFileMessage(msgtype, body, content);
    case 'm.location': {
      const point = readLocation(content);
      return point === undefined ? undefined : { kind: 'location', body, point, ...readPlace(content) };
    }
    default:
      return undefined;
  }
}

type FileMsgtype = Extract<MatrixContent, { kind: 'file' }>['msgtype'];

/** With a `filename` that differs `body` is the caption, else the name: spec v1.10, "Media captions". */
function readFileMessage(msgtype: FileMsgtype, body: string, content: Fields): MatrixContent | undefined {
  const given = textOf(content['filename']);
  const named = given !== undefined && given !== '';
  const file = readFile(content, named ? given : body);
  if (file === undefined) return undefined;
  const caption = named && body !== '' && body !== given ? matrixText('m.text', body, content) : undefined;
  return { kind: 'file', msgtype, caption, mentions: readMentions(content), ...file };
}

function readSticker(content: Fields): MatrixContent | undefined {
  const body = textOf(content['body']);
  const file = body === undefined ? undefined : readFile(content, undefined);
  return file === undefined || body === undefined ? undefined : { kind: 'sticker', body, ...file };
}

function readStart(content: Fields): MatrixContent | undefined {
  const poll = readPollStart(content);
  return poll === undefined ? undefined : { kind: 'poll.start', ...poll };
}

const matrixText = (msgtype: string, body: string, content: Fields): MatrixText => ({
  msgtype,
  body,
  format: textOf(content['format']),
  formatted_body: textOf(content['formatted_body']),
  mentionsRoom: readMentions(content)?.room === true,
});

function readMentions(content: Fields): Mentions | undefined {
  if (content['m.mentions'] === undefined) return undefined;
  const mentions = fieldsOf(content['m.mentions']);
  const ids = listOf(mentions['user_ids']).filter(
    (id): id is MatrixUserId => typeof id === 'string' && parseUserId(id) !== undefined,
  );
  return { userIds: [...new Set(ids)], room: mentions['room'] === true };
}

/** What clients show that don't know the event: MSC1767 in its two spellings, or the old `body`. */
function plainBody(content: Fields): string | undefined {
  return textOf(content['body']) ?? extensibleText(content);
}

const sdpOf = (content: Fields): string => textOf(fieldsOf(content['offer'])['sdp']) ?? '';
