import { randomBytes } from 'node:crypto';
import { expectLike } from './expect.ts';

/** A PNG's beginning, which is as much as anybody looks at; no two are the same. */
export const newPicture = (): Buffer<ArrayBuffer> =>
  Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452000000080000000808060000', 'hex'), randomBytes(32)]);

export const sameBytes = (bytes: Uint8Array | undefined, expected: Buffer): string => {
  expectLike(bytes && Buffer.from(bytes).toString('hex'), expected.toString('hex'), 'the picture');
  return `a picture of ${expected.length} bytes, the same`;
};
