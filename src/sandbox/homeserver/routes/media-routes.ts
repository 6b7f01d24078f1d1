import { type Answer, integerQuery, type MatrixRequest } from '../http.ts';
import { notFound } from '../matrix-error.ts';
import { createMedia, getMedia, putMedia } from '../media.ts';
import { requesterOf } from '../requester.ts';
import { param, type Routes } from '../router.ts';
import type { Homeserver } from '../state.ts';
import { discardUpload } from '../uploads.ts';

const download = '/_matrix/client/v1/media/download/:server/:mediaId';

export const mediaRoutes: Routes = {
  'POST /_matrix/media/v1/create': (hs, request) => {
    const made = createMedia(hs, requesterOf(hs, request));
    return { json: { content_uri: `mxc://${hs.serverName}/${made.mediaId}`, unused_expires_at: made.expiresAt } };
  },
  'PUT /_matrix/media/v3/upload/:server/:mediaId': (hs, request) =>
    keptOrDiscarded(request, () => {
      const requester = requesterOf(hs, request);
      if (param(request, 'server') !== hs.serverName) throw notFound('Non-local server name specified');
      putMedia(hs, requester, param(request, 'mediaId'), uploadOf(request));
      return { json: {} };
    }),
  'POST /_matrix/media/v3/upload': (hs, request) =>
    keptOrDiscarded(request, () => {
      const requester = requesterOf(hs, request);
      const { mediaId } = createMedia(hs, requester);
      try {
        putMedia(hs, requester, mediaId, uploadOf(request));
      } catch (error) {
        hs.disk.media.delete(mediaId);
        throw error;
      }
      return { json: { content_uri: `mxc://${hs.serverName}/${mediaId}` } };
    }),
  [`GET ${download}`]: sendMedia,
  [`GET ${download}/:fileName`]: sendMedia,
  'GET /_matrix/client/v1/media/thumbnail/:server/:mediaId': sendMedia,
  'GET /_matrix/client/v1/media/config': config,
  'GET /_matrix/media/v3/config': config,
  // With authenticated media switched on, as is Synapse's default, the old endpoints find nothing.
  'GET /_matrix/media/v3/download/:server/:mediaId': () => {
    throw notFound('Not found');
  },
  'GET /_matrix/media/v3/download/:server/:mediaId/:fileName': () => {
    throw notFound('Not found');
  },
};

/** What was refused is not kept. */
async function keptOrDiscarded(request: MatrixRequest, take: () => Answer): Promise<Answer> {
  try {
    return take();
  } catch (error) {
    if (request.upload !== undefined) await discardUpload(request.upload);
    throw error;
  }
}

function uploadOf(request: MatrixRequest): Parameters<typeof putMedia>[3] {
  if (request.upload === undefined) throw new Error('The request was not taken for an upload');
  return {
    file: request.upload,
    declaredSize: request.headers['content-length'],
    contentType: request.headers['content-type'] ?? 'application/octet-stream',
    fileName: request.query.get('filename') ?? undefined,
  };
}

async function sendMedia(hs: Homeserver, request: MatrixRequest): Promise<Answer> {
  requesterOf(hs, request);
  const timeoutMs = Math.min(integerQuery(request.query, 'timeout_ms', 20_000), 60_000);
  const media = await getMedia(hs, param(request, 'server'), param(request, 'mediaId'), timeoutMs, request.gone);
  const fileName = request.params['fileName'] ?? media.fileName;
  return {
    file: media.file,
    headers: {
      'Content-Type': media.contentType ?? 'application/octet-stream',
      'Content-Disposition':
        fileName === undefined ? 'attachment' : `attachment; filename*=utf-8''${encodeURIComponent(fileName)}`,
    },
  };
}

function config(hs: Homeserver, request: MatrixRequest): Answer {
  requesterOf(hs, request);
  return { json: { 'm.upload.size': hs.maxUploadBytes } };
}
