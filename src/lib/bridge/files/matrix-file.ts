import type { FormattedContent } from '../homeserver/formatted-text.ts';
import { bareType, msgtypeOf } from './content-type.ts';
import { cleanFileName } from './file-name.ts';
import type { ImageSize } from './image-size.ts';
import type { Thumbnail } from './thumbnail.ts';
import { type Voice, voiceFields } from './voice.ts';

export interface SentFile {
  /** Where it was uploaded to. */
  readonly mxc: string;
  readonly fileName: string | undefined;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  /** Of a picture or a film. */
  readonly imageSize?: ImageSize | undefined;
  readonly thumbnail?: Thumbnail | undefined;
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
  const { caption, voice } = file;
  const msgtype = voice === undefined ? msgtypeOf(file.contentType) : 'm.audio';
  const durationMs = file.durationMs ?? voice?.durationMs;
  const isSeen = msgtype === 'm.image' || msgtype === 'm.video';
  const isPlayed = msgtype === 'm.audio' || msgtype === 'm.video';
  return {
    msgtype,
    body: caption?.body ?? filename,
    filename,
    ...(caption?.html === undefined ? {} : { format: 'org.matrix.custom.html', formatted_body: caption.html }),
    url: file.mxc,
    info: {
      mimetype: bareType(file.contentType),
      size: file.size,
      ...(isSeen ? { ...dimensions(file.imageSize), ...thumbnailFields(file.thumbnail) } : {}),
      ...(isPlayed && durationMs !== undefined ? { duration: Math.round(durationMs) } : {}),
    },
    ...(voice === undefined ? {} : voiceFields(voice)),
  };
}

const dimensions = (size: ImageSize | undefined) => (size === undefined ? {} : { w: size.width, h: size.height });

/** https://spec.matrix.org/v1.17/client-server-api/#mimage, `ThumbnailInfo` */
function thumbnailFields(thumbnail: Thumbnail | undefined): Record<string, unknown> {
  if (thumbnail === undefined) return {};
  const { mxc, contentType, size, imageSize } = thumbnail;
  return { thumbnail_url: mxc, thumbnail_info: { mimetype: contentType, size, ...dimensions(imageSize) } };
}
