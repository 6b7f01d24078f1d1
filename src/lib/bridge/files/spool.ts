import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes the pieces to a file that only we may read, and gives them out again with their size now known.
 * The file is gone when `use` is done. Rejects with what the pieces or `use` reject with, or the disk.
 */
export async function spooled<T>(
  folder: string,
  pieces: AsyncIterable<Uint8Array>,
  use: (copy: AsyncIterable<Uint8Array>, size: number) => Promise<T>,
): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `transfer-${randomUUID()}`);
  try {
    const file = await open(path, 'wx', 0o600);
    let size = 0;
    try {
      for await (const piece of pieces) {
        await file.writeFile(piece);
        size += piece.byteLength;
      }
    } finally {
      await file.close();
    }
    return await use(createReadStream(path), size);
  } finally {
    await rm(path, { force: true });
  }
}
