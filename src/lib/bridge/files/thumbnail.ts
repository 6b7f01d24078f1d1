import { RemoteError } from '../../core/remote-error.ts';
import { bareType } from './content-type.ts';
import type { ImageSize } from './image-size.ts';
import { type Wanted, toHomeserver } from './to-homeserver.ts';

/** A smaller picture of a picture, on the homeserver. */
export interface Thumbnail {
  readonly mxc: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  readonly imageSize: ImageSize | undefined;
}

/** One that is larger saves its reader nothing. */
const MOST_BYTES = 2 * 1024 * 1024;

/**
 * Brings the thumbnail that Rocket.Chat made of a picture to the homeserver, once, as {@link toHomeserver} does.
 * undefined: there is none, or it can't be had: the picture goes on without.
 */
export async function thumbnailToHomeserver(wanted: Wanted): Promise<Thumbnail | undefined> {
  const { thumbnail } = wanted.file;
  if (thumbnail === undefined || thumbnail.size === undefined || thumbnail.size > MOST_BYTES) return undefined;
  try {
    const crossed = await toHomeserver({ ...wanted, file: thumbnail, key: `${wanted.key}:thumbnail` });
    if ('why' in crossed) return undefined;
    const { mxc, size, imageSize } = crossed;
    return { mxc, size, imageSize, contentType: bareType(thumbnail.contentType) };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    wanted.parts.log('warn', 'files.no-thumbnail', { reason: error.inShort });
    return undefined;
  }
}
