import type { MessageId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { FileMessage, FileToUpload } from '../../rocketchat/file-types.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import type { Attempt } from '../../store/inbox-types.ts';
import { type FileRefusal, refusalOf } from '../files/limits.ts';
import { refusalFrom } from '../files/refused.ts';
import { transferFile } from '../files/transfer.ts';
import { voiceFileName } from '../files/voice.ts';
import { bareType } from '../files/content-type.ts';
import type { FileFields } from '../homeserver/content-file.ts';
import { CLOCK_MARGIN_MS, type Work } from './acting.ts';
import type { Voice } from './puppets.ts';

/** `deleted`: it was posted before, and somebody removed it since. */
type PostedFile = { readonly message: RawMessage } | 'deleted' | FileRefusal;

/** A file that no message shows is gone after 24 h; one that is gone sooner went with its message. */
const FILE_MEMORY_MS = 20 * 60 * 60 * 1000;

/** Attempts are the account's: nobody else may confirm its upload. */
const uploading = ({ userId }: Voice): string => `rooms.media ${userId}`;
const confirming = ({ userId }: Voice): string => `rooms.mediaConfirm ${userId}`;

/**
 * Posts a file as one message, though the server neither takes an id of ours nor minds a second confirmation:
 * the attempt is stored before it is made, and one without an answer is looked for. Rejects as the clients do.
 */
export async function uploadOnce(
  work: Work,
  voice: Voice,
  file: FileFields,
  { caption, threadId }: { readonly caption: string; readonly threadId: MessageId | undefined },
): Promise<PostedFile> {
  const { store } = work.parts;
  const message: FileMessage = {
    ...(caption.trim() === '' ? {} : { caption }),
    ...(threadId === undefined ? {} : { threadId }),
    ...(voice.alias === undefined ? {} : { alias: voice.alias }),
  };
  const confirmed = await store.attempts.open(work.row.id, confirming(voice));
  if (confirmed !== undefined) {
    const found = await confirmAgain(work, voice, confirmed, message);
    if (found !== undefined) return found;
  }
  const begun = await store.attempts.open(work.row.id, uploading(voice));
  if (begun !== undefined) {
    const found = await findByName(work, voice, begun.detail ?? '');
    if (found !== undefined) return { message: found };
  }
  return upload(work, voice, file, message);
}

const ownFiles = ({ portal, row }: Work, { api }: Voice): Promise<readonly RawMessage[]> =>
  api.ownFileMessages(portal.workspaceRoomId, row.receivedAt - CLOCK_MARGIN_MS);

const fieldOf = (message: RawMessage, name: '_id' | 'name'): unknown =>
  (message['file'] as Readonly<Record<string, unknown>>)[name];

/** undefined: the file has expired, so that nothing was posted, and it has to be sent again. */
async function confirmAgain(
  work: Work,
  voice: Voice,
  attempt: Attempt,
  message: FileMessage,
): Promise<PostedFile | undefined> {
  const { parts } = work;
  const fileId = attempt.detail ?? '';
  const found = (await ownFiles(work, voice)).find((one) => fieldOf(one, '_id') === fileId);
  if (found !== undefined) return { message: found };
  try {
    return { message: await confirm(work, voice, fileId, message) };
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== 'invalid-file') throw error;
    if (parts.clock.now() - attempt.startedAt < FILE_MEMORY_MS) return 'deleted';
    await parts.store.attempts.end(attempt.id, 'expired', fileId);
    return undefined;
  }
}

/** Servers that post a file and its message in one tell nothing before: only the name is known of what may be there. */
async function findByName(work: Work, voice: Voice, name: string): Promise<RawMessage | undefined> {
  for (const message of await ownFiles(work, voice)) {
    if (fieldOf(message, 'name') !== name) continue;
    const pairs = await work.parts.store.ledger.byMessage(message['_id'] as MessageId);
    if (pairs.length === 0) return message;
  }
  return undefined;
}

async function upload(work: Work, voice: Voice, file: FileFields, message: FileMessage): Promise<PostedFile> {
  const { parts } = work;
  const limits = await parts.files.limits();
  // A portal's room is a channel or a group.
  const to = { side: 'workspace', direct: false } as const;
  const refusal = file.encrypted ? ({ why: 'encrypted' } as const) : refusalOf(limits, file, to);
  if (refusal !== undefined) return refusal;
  const limit = limits.mostBytes;
  let { contentType, size } = file;
  try {
    const source = await parts.homeserver.downloadStream(file.mxc, { limit: limit ?? Number.MAX_SAFE_INTEGER });
    if (contentType === 'application/octet-stream') contentType = bareType(source.contentType);
    size = source.size;
    const unwanted = refusalOf(limits, { contentType, size }, to);
    if (unwanted !== undefined) {
      await source.body.cancel();
      return unwanted;
    }
    const { result } = await transferFile({
      source,
      limit,
      spoolFolder: parts.files.spoolFolder,
      clock: parts.clock,
      upload: (body, bytes) =>
        send(work, voice, { fileName: nameOf(file, contentType), contentType, size: bytes, body }, message),
    });
    return { message: result };
  } catch (error) {
    const found = isMissing(error) ? ({ why: 'missing' } as const) : refusalFrom(error, { contentType, size, limit });
    if (found !== undefined) return found;
    throw error;
  }
}

/** As the server will call it: it takes no quotes. */
const nameOf = (file: FileFields, contentType: string): string =>
  file.voice === undefined ? file.fileName.replaceAll('"', "'") : voiceFileName(contentType);

/** Not there any more; or not yet, although the homeserver waited: whoever wants to can't hold up the room for longer. */
const isMissing = (error: unknown): boolean =>
  error instanceof RemoteError &&
  error.side === 'homeserver' &&
  (error.status === 404 || error.code === 'M_NOT_YET_UPLOADED');

async function send(work: Work, voice: Voice, file: FileToUpload, message: FileMessage): Promise<RawMessage> {
  const { parts, portal, row } = work;
  const roomId = portal.workspaceRoomId;
  const attempt = await parts.store.attempts.begin(row.id, uploading(voice), file.fileName);
  const begun = await voice.api.beginUpload(roomId, file, message);
  if (begun.state === 'posted') {
    parts.passed('apply:acted');
    return begun.message;
  }
  await parts.store.attempts.begin(row.id, confirming(voice), begun.fileId);
  await parts.store.attempts.end(attempt, 'ok', begun.fileId);
  return confirm(work, voice, begun.fileId, message);
}

async function confirm(
  { parts, portal }: Work,
  { api }: Voice,
  fileId: string,
  message: FileMessage,
): Promise<RawMessage> {
  parts.passed('apply:before-act');
  const posted = await api.confirmUpload(portal.workspaceRoomId, fileId, message);
  parts.passed('apply:acted');
  return posted;
}
