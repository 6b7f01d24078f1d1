import { RemoteError } from '../core/remote-error.ts';
import type { HomeserverHttp, HomeserverRequest } from './homeserver-http.ts';
import { type Acting, asUser } from './acting.ts';
import { requiredString, segment } from './client-shapes.ts';
import type { MatrixApi } from './types.ts';

type MediaRequests = Pick<MatrixApi, 'createMedia' | 'putMedia' | 'media'>;

export function mediaRequests(acting: Acting): MediaRequests {
  const query = asUser(acting);
  const { http, mediaDeadlineMs: deadlineMs } = acting;
  return {
    createMedia: () => createMedia(http, query),
    putMedia: (mxc, bytes, contentType, fileName) =>
      putMedia(http, { mxc, bytes, contentType, fileName, query, deadlineMs }),
    media: (mxc, limit) => downloadMedia(http, { mxc, limit, query, deadlineMs }),
  };
}

type AsUser = { readonly user_id?: string };

/** `mxc://server name/id`; the id is `[A-Za-z0-9_-]+` by the spec ("Matrix Content (mxc://) URIs"). */
const MXC = /^mxc:\/\/([0-9A-Za-z.:[\]-]{1,255})\/([0-9A-Za-z_-]{1,255})$/;

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

/** Uploading to an id that has its content already is done. */
async function putMedia(http: HomeserverHttp, upload: Upload): Promise<void> {
  const path = `/_matrix/media/v3/upload/${mediaSegments('PUT', upload.mxc)}`;
  try {
    await http.json({
      method: 'PUT',
      path,
      query: { ...upload.query, filename: upload.fileName?.toWellFormed() },
      bytes: { body: upload.bytes, contentType: upload.contentType },
      deadlineMs: upload.deadlineMs,
    });
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== 'M_CANNOT_OVERWRITE_MEDIA') throw error;
  }
}

interface Download {
  readonly mxc: string;
  /** Most bytes; more is `M_TOO_LARGE`. */
  readonly limit: number;
  readonly query: AsUser;
  readonly deadlineMs: number;
}

/** Authenticated media (spec v1.11); a server from before answers the path with `M_UNRECOGNIZED`. */
async function downloadMedia(
  http: HomeserverHttp,
  download: Download,
): Promise<{ bytes: Uint8Array; contentType: string }> {
  const id = mediaSegments('GET', download.mxc);
  const { query, limit, deadlineMs } = download;
  try {
    return await http.bytes({
      method: 'GET',
      path: `/_matrix/client/v1/media/download/${id}`,
      query,
      limit,
      deadlineMs,
    });
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 404 || error.code !== 'M_UNRECOGNIZED') throw error;
    return http.bytes({ method: 'GET', path: `/_matrix/media/v3/download/${id}`, query, limit, deadlineMs });
  }
}

function mediaSegments(method: string, mxc: string): string {
  const [, server, id] = MXC.exec(mxc) ?? [];
  if (server !== undefined && id !== undefined && !/^\.+$/.test(server)) return `${segment(server)}/${id}`;
  throw new RemoteError({
    side: 'homeserver',
    failure: 'refused',
    request: `${method} /_matrix/media`,
    code: 'M_INVALID_PARAM',
    answer: 'not an mxc URI',
  });
}
