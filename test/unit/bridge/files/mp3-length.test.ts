import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMp3LengthReader } from '../../../../src/lib/bridge/files/mp3-length.ts';

/** A frame's header for layer III, and what may follow it in the first frame. */
function frame(
  header: [number, number, number],
  first: { at: number; mark: string; frames: number } | undefined,
): Buffer {
  const bytes = Buffer.alloc(400);
  bytes.set([0xff, ...header]);
  if (first !== undefined) {
    bytes.write(first.mark, first.at, 'latin1');
    bytes.writeUInt32BE(1, first.at + 4);
    bytes.writeUInt32BE(first.frames, first.at + 8);
  }
  return bytes;
}

function lengthOf(bytes: Buffer, fileBytes: number, piece: number): number | undefined {
  const reader = createMp3LengthReader(fileBytes);
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
  return reader.durationMs;
}

const tag = (size: number): Buffer => {
  const bytes = Buffer.alloc(10 + size, 0xff);
  bytes.write('ID3\x04\0\0', 'latin1');
  bytes.set([(size >> 21) & 0x7f, (size >> 14) & 0x7f, (size >> 7) & 0x7f, size & 0x7f], 6);
  return bytes;
};

/** MPEG 1, 128 kbit/s, 44.1 kHz; the fourth byte says stereo or mono. */
const stereo: [number, number, number] = [0xfb, 0x90, 0x00];
const mono: [number, number, number] = [0xfb, 0x90, 0xc0];
/** MPEG 2, 32 kbit/s, 22.05 kHz, mono: as a browser records speech. */
const speech: [number, number, number] = [0xf3, 0x40, 0xc0];

describe('the length of an MP3', () => {
  it.each<[string, Buffer, number, number]>([
    ['of a constant rate', frame(stereo, undefined), 160_000, 10_000],
    ['of speech', frame(speech, undefined), 40_000, 10_000],
    ['behind a tag', Buffer.concat([tag(5000), frame(stereo, undefined)]), 165_010, 10_000],
    ['of a variable rate', frame(stereo, { at: 36, mark: 'Xing', frames: 383 }), 1, 10_005],
    ['of a variable rate, mono', frame(mono, { at: 21, mark: 'Xing', frames: 383 }), 1, 10_005],
    ['of speech that counts its frames', frame(speech, { at: 13, mark: 'Info', frames: 383 }), 1, 10_005],
    ['that counts none', frame(stereo, { at: 36, mark: 'Xing', frames: 0 }), 160_000, 10_000],
  ])('%s is known from its beginning, however it comes in pieces', (_name, bytes, fileBytes, expected) => {
    for (const piece of [1, 7, 64, 4096, bytes.length]) expect(lengthOf(bytes, fileBytes, piece)).toBe(expected);
  });

  it.each<[string, Buffer]>([
    ['of text', Buffer.from('no sound at all '.repeat(10))],
    ['of another layer', frame([0xfd, 0x90, 0], undefined)],
    ['of a free rate', frame([0xfb, 0x00, 0], undefined)],
    ['of a rate that is none', frame([0xfb, 0xf0, 0], undefined)],
    ['of a sample rate that is none', frame([0xfb, 0x9c, 0], undefined)],
    ['of too little', frame(stereo, undefined).subarray(0, 20)],
    ['of a tag alone', tag(100)],
  ])('%s is not known', (_name, bytes) => {
    expect(lengthOf(bytes, 1000, 16)).toBeUndefined();
  });

  it('of anything is known or not, without an error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(tag(30), frame(stereo, undefined), Buffer.alloc(0)),
        fc.nat(60),
        fc.uint8Array(),
        (good, cut, noise) => {
          const length = lengthOf(Buffer.concat([good.subarray(0, cut), noise]), 1000, 9);
          expect(length === undefined || length >= 0).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
