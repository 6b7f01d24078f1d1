import { createCipheriv, createHash, type Hash } from 'node:crypto';

/**
 * A file of that many bytes that look random and are the same at each call, in pieces of `piece` bytes, made
 * as they are asked for.
 */
export async function* generatedFile(size: number, piece = 64 * 1024): AsyncGenerator<Uint8Array> {
  const stream = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
  const zeros = Buffer.alloc(piece);
  for (let left = size; left > 0; left -= piece) yield stream.update(zeros.subarray(0, Math.min(piece, left)));
}

/** SHA-256 in hex. */
export async function hashOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash: Hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
