import { randomBytes } from 'node:crypto';
import { peerOf } from './federation/network.ts';
import { forbidden, MatrixError, notFound } from './matrix-error.ts';
import type { Requester } from './requester.ts';
import type { Homeserver, StoredMedia } from './state.ts';
import type { UploadedFile } from './uploads.ts';

/** An id that was made but not uploaded to is given up after a day. */
const unusedForMs = 24 * 60 * 60_000;

export function createMedia(hs: Homeserver, requester: Requester): { mediaId: string; expiresAt: number } {
  const mediaId = randomBytes(18).toString('base64url').replaceAll(/[-_]/g, 'x');
  const createdAt = hs.clock.now();
  hs.disk.media.set(mediaId, {
    owner: requester.userId,
    createdAt,
    contentType: undefined,
    fileName: undefined,
    file: undefined,
  });
  return { mediaId, expiresAt: createdAt + unusedForMs };
}

/** Fills a media id once: a second upload is `M_CANNOT_OVERWRITE_MEDIA`. */
export function putMedia(
  hs: Homeserver,
  requester: Requester,
  mediaId: string,
  upload: { file: UploadedFile; contentType: string; fileName: string | undefined; declaredSize: string | undefined },
): void {
  const media = hs.disk.media.get(mediaId);
  if (media === undefined) throw notFound('Unknown media ID');
  if (media.owner !== requester.userId) throw forbidden('Only the creator of the media ID can upload to it');
  if (media.file !== undefined) throw new MatrixError(409, 'M_CANNOT_OVERWRITE_MEDIA', 'Media ID already has content');
  if (hs.clock.now() > media.createdAt + unusedForMs) throw notFound('Media ID has expired');
  if (upload.declaredSize === undefined)
    throw new MatrixError(400, 'M_UNKNOWN', 'Request must specify a Content-Length');
  if (upload.file.size > hs.maxUploadBytes)
    throw new MatrixError(413, 'M_TOO_LARGE', 'Upload request body is too large');
  media.file = upload.file;
  media.contentType = upload.contentType;
  media.fileName = upload.fileName;
}

/** Waits for an upload that is under way, at most `timeoutMs`, then `M_NOT_YET_UPLOADED`. */
export async function getMedia(
  hs: Homeserver,
  server: string,
  mediaId: string,
  timeoutMs: number,
  gone: AbortSignal,
): Promise<StoredMedia & { file: UploadedFile }> {
  const keeper = server === hs.serverName ? hs : peerOf(hs, server);
  const media = keeper?.disk.media.get(mediaId);
  if (media === undefined) throw notFound('Not found');
  const until = hs.clock.now() + timeoutMs;
  while (media.file === undefined) {
    if (hs.clock.now() >= until) throw new MatrixError(504, 'M_NOT_YET_UPLOADED', 'Media has not been uploaded yet');
    await hs.clock.sleep(Math.min(50, timeoutMs), AbortSignal.any([gone, hs.memory.life.signal]));
  }
  return { ...media, file: media.file };
}
