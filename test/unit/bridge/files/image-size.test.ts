import fc from '../../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { createImageSizeReader, type ImageSize } from '../../../../src/lib/bridge/files/image-size.ts';
import { extendedWebp, gif, jpeg, losslessWebp, lossyWebp, png } from './pictures.ts';

function read(bytes: Uint8Array, piece: number): { size: ImageSize | undefined; isDone: boolean } {
  const reader = createImageSizeReader();
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
  return { size: reader.size, isDone: reader.isDone };
}

const lying = { width: 640, height: 480 };
const upright = { width: 480, height: 640 };

describe('the dimensions of a picture', () => {
  it.each<[string, Buffer, ImageSize]>([
    ['PNG', png, lying],
    ['GIF', gif, lying],
    ['WebP, lossy', lossyWebp, lying],
    ['WebP, lossless', losslessWebp, lying],
    ['WebP, extended', extendedWebp, lying],
    ['JPEG', jpeg(), lying],
    ['JPEG behind a large colour profile', jpeg({ profile: 60_000 }), lying],
    ['JPEG of a camera that lay', jpeg({ orientation: 1 }), lying],
    ['JPEG of a camera upside down', jpeg({ orientation: 3, order: 'II' }), lying],
    ['JPEG of a camera that was held upright', jpeg({ orientation: 6 }), upright],
    [
      'JPEG of a camera that was held upright, little endian',
      jpeg({ orientation: 8, order: 'II', profile: 3000 }),
      upright,
    ],
  ])('%s: known from its beginning, however it comes in pieces', (_name, bytes, expected) => {
    for (const piece of [1, 2, 3, 7, 64, bytes.length])
      expect(read(bytes, piece)).toEqual({ size: expected, isDone: true });
  });

  it.each<[string, Buffer]>([
    ['text', Buffer.from('just some text that is long enough')],
    ['a PNG without width', Buffer.concat([png.subarray(0, 16), Buffer.alloc(20)])],
    ['RIFF that is sound', Buffer.from('RIFF\0\0\0\0WAVEfmt \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0')],
    ['WebP of an unknown kind', Buffer.from('RIFF\0\0\0\0WEBPVP9 \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0')],
    ['JPEG that begins its scan without a frame', Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 4, 0, 0, 0, 0, 0, 0])],
    ['JPEG with a segment that can not be', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 0, 0, 0, 0, 0, 0])],
    ['JPEG that is none after its first bytes', Buffer.from([0xff, 0xd8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])],
  ])('%s: none, and nobody looks further', (_name, bytes) => {
    expect(read(bytes, 5)).toEqual({ size: undefined, isDone: true });
  });

  it('are looked for in a JPEG up to a bound only', () => {
    const reader = createImageSizeReader();
    reader.push(Buffer.from([0xff, 0xd8]));
    const segment = Buffer.alloc(65_537, 1);
    segment.set([0xff, 0xe2, 0xff, 0xff]);
    let pushed = 0;
    while (!reader.isDone && pushed < 64 * 1024 * 1024) {
      reader.push(segment);
      pushed += segment.length;
    }
    expect(pushed).toBeLessThan(17 * 1024 * 1024);
    expect(reader.size).toBeUndefined();
  });

  it('of anything are found or not, without an error', () => {
    const beginnings = fc.constantFrom(png, gif, jpeg({ orientation: 6 }), lossyWebp, losslessWebp, Buffer.alloc(0));
    fc.assert(
      fc.property(
        beginnings,
        fc.nat(80),
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (good, cut, noise, piece) => {
          const { size } = read(Buffer.concat([good.subarray(0, cut), noise]), piece);
          if (size !== undefined) expect(Math.min(size.width, size.height)).toBeGreaterThan(0);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
