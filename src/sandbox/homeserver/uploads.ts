import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Homeserver } from './state.ts';

/** A file that somebody uploaded, on the real disk: it may be larger than what this process is to hold. */
export interface UploadedFile {
  readonly path: string;
  readonly size: number;
}

/** Synapse's largest request where uploads may not be larger. */
const largestRequest = 200 * 65_536;

export const isUpload = (method: string, path: string): boolean =>
  (method === 'PUT' || method === 'POST') && path.startsWith('/_matrix/media/v3/upload');

/**
 * Writes the body to a file. What is larger than any request may be is not refused: as Synapse does, the
 * connection is cut at that point. Rejects when the connection ends.
 */
export async function receiveUpload(hs: Homeserver, message: IncomingMessage): Promise<UploadedFile> {
  hs.mediaFolder ??= temporaryFolder('rcfed-sandbox-media-');
  const path = join((await hs.mediaFolder).path, randomUUID());
  const most = Math.max(largestRequest, hs.maxUploadBytes);
  const { socket } = message;
  let size = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > most ? new Error('The request is larger than any may be') : null, chunk);
    },
  });
  try {
    await pipeline(message, count, createWriteStream(path));
  } catch (error) {
    socket.destroy();
    await rm(path, { force: true });
    throw error;
  }
  return { path, size };
}

export const discardUpload = (file: UploadedFile): Promise<void> => rm(file.path, { force: true });
