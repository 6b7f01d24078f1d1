import { randomBytes } from 'node:crypto';
import type { WorkspaceApi } from '../../lib/rocketchat/types.ts';
import type { SandboxWorkspace } from '../workspace/server.ts';
import type { Place } from './scene.ts';

/** Bytes of the largest file that the workspace takes, and with that the bridge. */
export const LARGEST_FILE = 100_000;
export const TOO_LARGE = LARGEST_FILE + 50_000;
const LIMIT = 'FileUpload_MaxFileSize';

/**
 * Uploads a file while the workspace still takes it, and lowers the limit again before anybody sees the
 * file. With one limit for both servers nobody could ever post what the bridge may not carry.
 */
export async function uploadTooLargeFile(
  workspace: SandboxWorkspace,
  account: WorkspaceApi,
  { id }: Pick<Place, 'id'>,
): Promise<Place['tooLargeFile']> {
  const fileName = `large-${randomBytes(4).toString('hex')}.zip`;
  workspace.state.settings.set(LIMIT, TOO_LARGE);
  try {
    const file = { fileName, contentType: 'application/zip', size: TOO_LARGE, body: inPieces(Buffer.alloc(TOO_LARGE)) };
    const begun = await account.beginUpload(id, file, {});
    if (begun.state === 'posted') throw new Error('this version posts a file as it is uploaded');
    return { id: begun.fileId, fileName };
  } finally {
    workspace.state.settings.set(LIMIT, LARGEST_FILE);
  }
}

export async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const piece = 16_384;
  for (let at = 0; at < bytes.byteLength; at += piece) yield bytes.subarray(at, at + piece);
}
