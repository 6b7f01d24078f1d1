import { buffer } from 'node:stream/consumers';
import type { EventId, MatrixRoomId, MessageId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { WorkspaceApi, WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';

export interface TestFile {
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const LIMIT = 1024 * 1024;

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 1000) yield bytes.subarray(at, at + 1000);
}

/** Posts a file as that account; answers the message's id. */
export async function postFile(
  account: WorkspaceApi,
  room: Pick<WorkspaceRoom, 'id'>,
  { fileName, contentType, bytes }: TestFile,
  caption?: string,
): Promise<MessageId> {
  const message = caption === undefined ? {} : { caption };
  const file = { fileName, contentType, size: bytes.byteLength, body: inPieces(bytes) };
  const begun = await account.beginUpload(room.id, file, message);
  const posted = begun.state === 'posted' ? begun.message : await account.confirmUpload(room.id, begun.fileId, message);
  return posted['_id'] as MessageId;
}

let sent = 0;

/** Uploads as that person; answers the address. */
export async function uploadToMatrix(person: MatrixApi, { fileName, contentType, bytes }: TestFile): Promise<string> {
  const mxc = await person.createMedia();
  await person.putMedia(mxc, bytes, contentType, fileName);
  return mxc;
}

/** Sends the content of a file's event as that person. */
export async function sendFileEvent(
  person: MatrixApi,
  roomId: MatrixRoomId,
  content: Record<string, unknown>,
  type = 'm.room.message',
): Promise<EventId> {
  sent += 1;
  return person.sendEvent(roomId, type, `file-${process.pid}-${sent}`, content);
}

/** Contents of the events with a file that a member sees, oldest first; edits and what was redacted are none. */
export async function filesOnMatrix(person: MatrixApi, roomId: MatrixRoomId): Promise<Record<string, unknown>[]> {
  const { events } = await person.messages(roomId, { dir: 'b', limit: 100 });
  return events
    .map((event) => event['content'] as Record<string, unknown>)
    .filter((content) => typeof content['url'] === 'string' && content['m.new_content'] === undefined)
    .toReversed();
}

/** Messages with a file that a member sees, oldest first. */
export async function filesInWorkspace(
  account: WorkspaceApi,
  room: Pick<WorkspaceRoom, 'id'>,
): Promise<Record<string, unknown>[]> {
  const { updated } = await account.syncMessages(room.id, 0);
  return updated
    .filter(({ file }) => file !== undefined)
    .toSorted((one, other) => String(one['ts']).localeCompare(String(other['ts'])));
}

export const bytesOnMatrix = async (person: MatrixApi, mxc: unknown): Promise<Buffer> =>
  Buffer.from((await person.media(String(mxc), LIMIT)).bytes);

export async function bytesInWorkspace(account: WorkspaceApi, message: Record<string, unknown>): Promise<Buffer> {
  const { _id: id, name } = message['file'] as { _id: string; name: string };
  const download = await account.downloadFile(`/file-upload/${id}/${encodeURIComponent(name)}`, LIMIT);
  if (download === undefined) throw new Error(`the file ${id} is not there`);
  return buffer(download.body);
}
