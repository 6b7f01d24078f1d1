import { RemoteError } from '../core/remote-error.ts';
import type { ApiParts } from './api.ts';
import type { FileApi, FileMessage, FileToUpload } from './file-types.ts';
import { messageRequests } from './message-requests.ts';
import type { MultipartForm } from './multipart.ts';
import { objectIn, textIn, timeOf } from './records.ts';
import type { Rest } from './rest.ts';
import { isObject, type RestAnswer } from './rest-answer.ts';

const FILE_PATH = /^\/file-upload\/([A-Za-z0-9_-]+)(?:\/(.*))?$/s;

export function fileRequests(parts: ApiParts): FileApi {
  const { rest } = parts;
  return {
    async beginUpload(roomId, file, message) {
      const room = encodeURIComponent(roomId);
      if (await takesMedia(parts, room)) {
        const { body } = await postFile(rest, `rooms.media/${room}`, formOf(file, {}));
        const request = 'POST /api/v1/rooms.media';
        return { state: 'uploaded', fileId: textIn(objectIn(body, 'file', request), '_id', request) };
      }
      const { body } = await postFile(rest, `rooms.upload/${room}`, formOf(file, fieldsOf(message)));
      return { state: 'posted', message: objectIn(body, 'message', 'POST /api/v1/rooms.upload') };
    },
    async confirmUpload(roomId, fileId, message) {
      const endpoint = `rooms.mediaConfirm/${encodeURIComponent(roomId)}/${encodeURIComponent(fileId)}`;
      const { body } = await rest.post(endpoint, { body: fieldsOf(message) });
      return objectIn(body, 'message', 'POST /api/v1/rooms.mediaConfirm');
    },
    async ownFileMessages(roomId, since) {
      const own = rest.credentials?.userId;
      const { updated } = await messageRequests(parts).syncMessages(roomId, since);
      return updated
        .filter(({ file, u: author }) => isObject(file) && isObject(author) && author['_id'] === own)
        .toSorted((one, other) => timeOf(one['ts']) - timeOf(other['ts']));
    },
    async downloadFile(path, limit) {
      const safe = filePath(path);
      if (safe === undefined) throw notAFile(path);
      try {
        return await rest.open(safe, limit);
      } catch (error) {
        if (error instanceof RemoteError && error.status === 404) return undefined;
        throw error;
      }
    },
  };
}

/**
 * The path asked for in a file's stead. Only the id counts for the server, and the name comes from strangers
 * and half encoded (`?` and `#` are not): encoded here once more as a whole it can't lead anywhere else.
 */
function filePath(path: string): string | undefined {
  const [, id, name = ''] = FILE_PATH.exec(path) ?? [];
  if (id === undefined) return undefined;
  const plain = decoded(name).toWellFormed();
  return `/file-upload/${id}/${/^\.*$/.test(plain) ? 'file' : encodeURIComponent(plain)}`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function notAFile(path: string): RemoteError {
  return new RemoteError({
    side: 'workspace',
    failure: 'refused',
    request: 'GET /file-upload',
    code: 'not-a-file',
    answer: `${path.slice(0, 100)} is no path of a file`,
  });
}

/**
 * Somewhere in 6.x `rooms.media` came. A file's bytes can't be sent twice, so a 6.x is asked first, without a
 * file: it answers 404 or complains of the missing file.
 */
async function takesMedia({ rest, shared }: ApiParts, room: string): Promise<boolean> {
  const { fileUpload } = await shared.capabilities();
  if (fileUpload === 'media') return true;
  if (shared.hasMedia !== undefined) return shared.hasMedia;
  try {
    await rest.post(`rooms.media/${room}`, { body: {} });
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || error.status === 429) throw error;
    shared.hasMedia = error.status !== 404;
  }
  return shared.hasMedia ?? true;
}

/** A proxy in front of the server has a limit of its own, and a page of its own to say so. */
async function postFile(rest: Rest, endpoint: string, form: MultipartForm): Promise<RestAnswer> {
  try {
    return await rest.post(endpoint, { form });
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 413) throw error;
    const { side, request, status, answer } = error;
    const what = answer === undefined ? {} : { answer };
    throw new RemoteError({ side, failure: 'refused', request, status, code: 'error-file-too-large', ...what });
  }
}

function formOf(file: FileToUpload, fields: Record<string, string>): MultipartForm {
  const { fileName, contentType, size, body: content } = file;
  return { fields, file: { field: 'file', name: formName(fileName), contentType, content, size } };
}

/**
 * A name as forms carry it unharmed: servers don't decode the `%22` that stands for a quote there, keep only what
 * follows the last slash or backslash, and end the header at a line's end.
 */
function formName(name: string): string {
  const clean = name
    .toWellFormed()
    .replaceAll('"', "'")
    .replaceAll(/[/\\]/g, '_')
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
  return clean === '' ? 'file' : clean;
}

function fieldsOf({ caption, threadId, alias, avatar }: FileMessage): Record<string, string> {
  return {
    ...(caption === undefined ? {} : { msg: caption }),
    ...(threadId === undefined ? {} : { tmid: threadId }),
    ...(alias === undefined ? {} : { alias }),
    ...(avatar === undefined ? {} : { avatar }),
  };
}
