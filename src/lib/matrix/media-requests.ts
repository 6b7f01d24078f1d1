import { RemoteError } from '../core/remote-error.ts';
import type { HomeserverHttp, HomeserverRequest } from './homeserver-http.ts';
import { type Acting, asUser } from './acting.ts';
import { requiredString, segment } from './client-shapes.ts';
import { dispositionFileName } from './content-disposition.ts';
import { parseMxc } from './mxc.ts';
import type { MatrixApi } from './types.ts';

type MediaRequests = Pick<
  MatrixApi,
  'createMedia' | 'putMedia' | 'media' | 'uploadStream' | 'downloadStream' | 'uploadLimit'
>;

export function mediaRequests(acting: Acting): MediaRequests {
  const query = asUser(acting);
  const { http, mediaDeadlineMs: deadlineMs } = acting;
  return {
    createMedia: () => createMedia(http, query),
    putMedia: (mxc, bytes, contentType, fileName) =>
      unlessUploaded(
        http,
        { mxc, query, deadlineMs },
        putMedia(http, { mxc, bytes, contentType, fileName, query, deadlineMs }),
      ),
    media: (mxc, limit) =>
      authenticatedFirst(mxc, (path) => http.bytes({ method: 'GET', path, query, limit, deadlineMs })),
    uploadStream: (mxc, pieces, { size, contentType, fileName, signal }) =>
      unlessUploaded(
        http,
        { mxc, query, deadlineMs },
        http.upload({
          method: 'PUT',
          path: `/_matrix/media/v3/upload/${mediaSegments('PUT', mxc)}`,
          query: { ...query, filename: fileName?.toWellFormed() },
          contentType,
          body: { pieces, size },
          deadlineMs,
          signal,
        }),
      ),
    async downloadStream(mxc, { limit, signal }) {
      const { headers, body } = await authenticatedFirst(mxc, (path) =>
        http.download({ method: 'GET', path, query: { ...query, ...mayRedirect(path) }, limit, deadlineMs, signal }),
      );
      return {
        body,
        contentType: headers.get('content-type') ?? 'application/octet-stream',
        size: declaredSize(headers),
        fileName: dispositionFileName(headers.get('content-disposition') ?? ''),
      };
    },
    uploadLimit: () => uploadLimit(http, query),
  };
}

type AsUser = { readonly user_id?: string };

/** A media id to upload to within 24 h, stored by the caller before the bytes are sent. */
async function createMedia(http: HomeserverHttp, query: AsUser): Promise<string> {
  const request: HomeserverRequest = { method: 'POST', path: '/_matrix/media/v1/create', query, json: {} };
  return requiredString(request, await http.json(request), 'content_uri');
}

interface Upload {
  readonly mxc: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly fileName: string | undefined;
  readonly query: AsUser;
  readonly deadlineMs: number;
}

async function putMedia(http: HomeserverHttp, upload: Upload): Promise<void> {
  const path = `/_matrix/media/v3/upload/${mediaSegments('PUT', upload.mxc)}`;
  await http.json({
    method: 'PUT',
    path,
    query: { ...upload.query, filename: upload.fileName?.toWellFormed() },
    bytes: { body: upload.bytes, contentType: upload.contentType },
    deadlineMs: upload.deadlineMs,
  });
}

/** How long the homeserver may wait for the content that it says is there, ms. */
const CONTENT_WAIT_MS = 2_000;

/**
 * Uploading to an id that has its content already is done. An id is taken from the first byte on, though, and that
 * upload may break off: only content that can be had counts, else the homeserver's `M_NOT_YET_UPLOADED` is thrown.
 */
async function unlessUploaded(
  http: HomeserverHttp,
  { mxc, query, deadlineMs }: Pick<Upload, 'mxc' | 'query' | 'deadlineMs'>,
  upload: Promise<unknown>,
): Promise<void> {
  try {
    await upload;
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== 'M_CANNOT_OVERWRITE_MEDIA') throw error;
    const { body } = await authenticatedFirst(mxc, (path) =>
      http.download({
        method: 'GET',
        path,
        query: { ...query, ...mayRedirect(path), timeout_ms: CONTENT_WAIT_MS },
        limit: Number.MAX_SAFE_INTEGER,
        deadlineMs,
      }),
    );
    await body.cancel();
  }
}

/** Authenticated media (spec v1.11); a server from before answers the path with `M_UNRECOGNIZED`. */
async function authenticatedFirst<T>(mxc: string, get: (path: string) => Promise<T>): Promise<T> {
  const id = mediaSegments('GET', mxc);
  try {
    return await get(`/_matrix/client/v1/media/download/${id}`);
  } catch (error) {
    if (!isUnrecognised(error)) throw error;
    return get(`/_matrix/media/v3/download/${id}`);
  }
}

const isUnrecognised = (error: unknown): boolean =>
  error instanceof RemoteError && error.status === 404 && error.code === 'M_UNRECOGNIZED';

/** The old endpoint redirects only those who allow it (spec v1.7); the new one may always. */
const mayRedirect = (path: string): { allow_redirect?: string } =>
  path.startsWith('/_matrix/media/') ? { allow_redirect: 'true' } : {};

function declaredSize(headers: Headers): number | undefined {
  const length = headers.get('content-length');
  // Of what comes compressed although nobody asked for it the length is another one.
  if (length === null || headers.get('content-encoding') !== null || !/^\d{1,15}$/.test(length)) return undefined;
  return Number(length);
}

/** https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv1mediaconfig */
async function uploadLimit(http: HomeserverHttp, query: AsUser): Promise<number | undefined> {
  const config = async (path: string): Promise<Record<string, unknown>> => http.json({ method: 'GET', path, query });
  const answer = await config('/_matrix/client/v1/media/config').catch((error: unknown) => {
    if (!isUnrecognised(error)) throw error;
    return config('/_matrix/media/v3/config');
  });
  const size = answer['m.upload.size'];
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

function mediaSegments(method: string, mxc: string): string {
  const parsed = parseMxc(mxc);
  if (parsed !== undefined) return `${segment(parsed.serverName)}/${parsed.mediaId}`;
  throw new RemoteError({
    side: 'homeserver',
    failure: 'refused',
    request: `${method} /_matrix/media`,
    code: 'M_INVALID_PARAM',
    answer: 'not an mxc URI',
  });
}
