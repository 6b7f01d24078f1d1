import { buffer } from 'node:stream/consumers';
import type { EventId, MessageId } from '../../lib/core/ids.ts';
import type { MatrixApi } from '../../lib/matrix/types.ts';
import type { WorkspaceApi } from '../../lib/rocketchat/types.ts';
import { expectLike } from './expect.ts';
import { inPieces } from './large-file.ts';
import type { SeenEvent } from './matrix-reader.ts';
import type { Place, Scene } from './scene.ts';
import type { SeenMessage } from './workspace-reader.ts';

export interface SampleFile {
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const MOST_BYTES = 1024 * 1024;

/** Posts it as bob; answers the message's id. */
export async function bobPosts(
  { bob, place }: { readonly bob: WorkspaceApi; readonly place: Pick<Place, 'id'> },
  { fileName, contentType, bytes }: SampleFile,
  message: { readonly caption?: string; readonly threadId?: MessageId } = {},
): Promise<MessageId> {
  const file = { fileName, contentType, size: bytes.byteLength, body: inPieces(bytes) };
  const begun = await bob.beginUpload(place.id, file, message);
  const posted = begun.state === 'posted' ? begun.message : await bob.confirmUpload(place.id, begun.fileId, message);
  return posted['_id'] as MessageId;
}

/** Uploads it as alice and sends it, the content with `more` in it; `undefined` there leaves a key out. */
export async function alicePosts(
  scene: Scene,
  file: SampleFile,
  more: Readonly<Record<string, unknown>>,
  type?: string,
): Promise<EventId> {
  return scene.aliceSays(await contentOf(scene, file, more), type);
}

export async function contentOf(
  { aliceUploads }: Pick<Scene, 'aliceUploads'>,
  file: SampleFile,
  more: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const url = await aliceUploads(file);
  const { fileName, contentType, bytes } = file;
  const info = { mimetype: contentType, size: bytes.byteLength };
  return { body: fileName, filename: fileName, info, url, ...more };
}

export const bytesOnMatrix = async (reader: MatrixApi, { content }: SeenEvent): Promise<Uint8Array> =>
  (await reader.media(String(content['url']), MOST_BYTES)).bytes;

/** @throws unless the file is that one, byte by byte */
export async function expectBytesOnMatrix(reader: MatrixApi, event: SeenEvent, { bytes }: SampleFile): Promise<void> {
  expectSame(await bytesOnMatrix(reader, event), bytes);
}

export async function expectBytesInWorkspace(
  reader: WorkspaceApi,
  { raw }: SeenMessage,
  { bytes }: SampleFile,
): Promise<void> {
  const { _id: id, name } = raw['file'] as { _id: string; name: string };
  const download = await reader.downloadFile(`/file-upload/${id}/${encodeURIComponent(name)}`, MOST_BYTES);
  if (download === undefined) throw new Error(`the file ${name} can't be opened`);
  expectSame(await buffer(download.body), bytes);
}

function expectSame(seen: Uint8Array, expected: Uint8Array): void {
  expectLike(seen.byteLength, expected.byteLength, 'the size of the file');
  if (!Buffer.from(seen).equals(expected)) throw new Error('the file has other bytes');
}
