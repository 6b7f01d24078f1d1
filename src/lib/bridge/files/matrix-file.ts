import type { FormattedContent } from '../homeserver/formatted-text.ts';
import { bareType, msgtypeOf } from './content-type.ts';
import { cleanFileName } from './file-name.ts';
import type { ImageSize } from './image-size.ts';
import { type Voice, voiceFields } from './voice.ts';

export interface SentFile {
  /** Where it was uploaded to. */
  readonly mxc: string;
  readonly fileName: string | undefined;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  readonly imageSize?: ImageSize | undefined;
  readonly durationMs?: number | undefined;
  /** Recorded, not a piece of music. */
  readonly voice?: Voice | undefined;
  /** As `body` and, with markup, as `formatted_body`. */
  readonly caption?: { readonly body: string; readonly html?: string | undefined } | undefined;
}

/**
 * The content of the event that shows a file. With a caption `body` is the caption and `filename` the name,
 * without one both are the name: https://spec.matrix.org/v1.17/client-server-api/#media-captions
 */
export function matrixFileContent(file: SentFile): FormattedContent {
  const filename = cleanFileName(file.fileName, file.contentType);
  const { caption, imageSize, voice } = file;
  const msgtype = voice === undefined ? msgtypeOf(file.contentType) : 'm.audio';
  const durationMs = file.durationMs ?? voice?.durationMs;
  return {
    msgtype,
    body: caption?.body ?? filename,
    filename,
    ...(caption?.html === undefined ? {} : { format: 'org.matrix.custom.html', formatted_body: caption.html }),
    url: file.mxc,
    info: {
      mimetype: bareType(file.contentType),
      size: file.size,
      ...(imageSize === undefined || msgtype !== 'm.image' ? {} : { w: imageSize.width, h: imageSize.height }),
      ...(durationMs === undefined || (msgtype !== 'm.audio' && msgtype !== 'm.video')
        ? {}
        : { duration: Math.round(durationMs) }),
    },
    ...(voice === undefined ? {} : voiceFields(voice)),
  };
}
