import { randomBytes } from 'node:crypto';
import type { WorkspaceApi } from '../../lib/rocketchat/types.ts';
import type { SandboxWorkspace } from '../workspace/server.ts';
import { storeUpload } from '../workspace/uploading.ts';
import type { Place } from './scene.ts';

/** Bytes of the largest file that the workspace takes, and with that the bridge. */
export const LARGEST_FILE = 100_000;
export const TOO_LARGE = LARGEST_FILE + 50_000;

/**
 * A file as it is there from the time before the limit was lowered, and that nobody has seen yet. With one
 * limit for both servers nobody could ever post what the bridge may not carry.
 */
export function uploadTooLargeFile(
  { state }: SandboxWorkspace,
  { credentials }: WorkspaceApi,
  { id }: Pick<Place, 'id'>,
): Place['tooLargeFile'] {
  const account = state.accounts.byId(credentials?.userId ?? '');
  const room = state.rooms.byId(id);
  if (account === undefined || room === undefined) throw new Error('nobody who could upload a file');
  const fileName = `large-${randomBytes(4).toString('hex')}.zip`;
  const part = { name: 'file', filename: fileName, type: 'application/zip', bytes: Buffer.alloc(TOO_LARGE) };
  return { id: storeUpload(state, account, room, part, undefined).file._id, fileName };
}

export async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const piece = 16_384;
  for (let at = 0; at < bytes.byteLength; at += piece) yield bytes.subarray(at, at + piece);
}
