import { isRecord } from '../../core/record.ts';
import type { HomeserverMessagePosted, MatrixText } from '../events.ts';
import { extensionOf } from '../files/content-type.ts';
import { cleanFileName } from '../files/file-name.ts';
import type { FileFields } from './content-file.ts';
import type { GeoPoint } from './content-location.ts';
import { type MatrixContent, readContent } from './content.ts';
import { type MatrixEvent, editTarget } from './event.ts';
import { type Fields, fieldsOf, textOf } from './fields.ts';
import { locationText } from './location-text.ts';
import { withItsName } from './message-profile.ts';
import type { MatrixRelation } from './relations.ts';

/** What an event says, in what Rocket.Chat has for it. */
export interface Said {
  /** With a file its caption; an empty body for none. */
  readonly text: MatrixText;
  readonly file: FileFields | undefined;
  readonly point: GeoPoint | undefined;
}

const MOST_OF_A_NAME = 100;

export const plainText = (body: string, msgtype = 'm.text'): MatrixText => ({
  msgtype,
  body,
  format: undefined,
  formatted_body: undefined,
  mentionsRoom: false,
});

export const textAlone = (text: MatrixText): Said => ({ text, file: undefined, point: undefined });

/** A message that says it, by whoever sent the event. */
export const postedBy = (
  { id: eventId, sender, at }: MatrixEvent,
  said: Said,
  relation: MatrixRelation,
): HomeserverMessagePosted => ({
  kind: 'message.posted',
  origin: 'homeserver',
  eventId,
  sender,
  at,
  ...said,
  relation,
  editOfUnknown: false,
});

/** The content that counts: of an edit what it says by now. */
export function contentOf(event: MatrixEvent): Fields {
  const replacement = editTarget(event) === undefined ? undefined : event.content['m.new_content'];
  return isRecord(replacement) ? fieldsOf(replacement) : event.content;
}

/**
 * What a message says. Of an event that is nothing known its text, with a line that names its kind; of a poll the
 * words alone. undefined: nothing that could be shown.
 */
export function readSaid(event: MatrixEvent): Said | undefined {
  const fields = contentOf(event);
  const said = saidOf(readContent(event.type, fields));
  return said && { ...said, text: withItsName(fields, said.text, textOf(fields['filename'])) };
}

function saidOf(content: MatrixContent): Said | undefined {
  switch (content.kind) {
    case 'text':
    case 'emote':
    case 'notice':
      return textAlone(content.text);
    case 'file':
      return { text: content.caption ?? plainText(''), file: content, point: undefined };
    case 'sticker': {
      // A sticker has no name but what it shows.
      const name = `${content.body.slice(0, MOST_OF_A_NAME)}${extensionOf(content.contentType)}`;
      const file = { ...content, fileName: cleanFileName(name, content.contentType) };
      return { text: plainText(''), file, point: undefined };
    }
    case 'location':
      return { text: locationText(content), file: undefined, point: content.point };
    case 'unknown': {
      const body = content.body?.trim() ?? '';
      return body === '' ? undefined : textAlone(plainText(`${body}\n[${content.what}]`));
    }
    case 'poll.start':
      return textAlone(plainText(`📊 ${content.question}`));
    case 'poll.end':
      return content.body === undefined ? undefined : textAlone(plainText(content.body));
    case 'poll.response':
    case 'call':
    case 'encrypted':
      return undefined;
  }
}
