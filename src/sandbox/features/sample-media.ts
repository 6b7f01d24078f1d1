/** The beginning of a PNG of a size: as much as servers read to know it. */
export function picture(width: number, height: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(64);
  bytes.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
  bytes.writeUInt32BE(13, 8);
  bytes.write('IHDR', 12, 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

/** Half a second that is loud and half a second of silence as WAV, 8 bits and 8,000 times a second; `mark` is behind it. */
export function recordedSound(mark: string): Uint8Array {
  const rate = 8_000;
  const samples = Buffer.alloc(rate, 0x80);
  for (let at = 0; at < rate / 2; at += 1) samples[at] = at % 20 < 10 ? 0xf0 : 0x10;
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate, 8);
  format.writeUInt16LE(1, 12);
  format.writeUInt16LE(8, 14);
  const chunks = [chunk('fmt ', format), chunk('data', samples), chunk('note', Buffer.from(mark))];
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
}

function chunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** The headers of an MP4 of that size and length, as much as tells both, with a film of nothing. */
export function filmOf({ width, height, ms }: { width: number; height: number; ms: number }): Uint8Array {
  const movie = Buffer.alloc(100);
  movie.writeUInt32BE(1000, 12);
  movie.writeUInt32BE(ms, 16);
  const track = Buffer.alloc(84);
  // The matrix that leaves the picture as it is.
  track.writeUInt32BE(0x1_0000, 40);
  track.writeUInt32BE(0x1_0000, 56);
  track.writeUInt32BE(0x4000_0000, 72);
  track.writeUInt32BE(width * 0x1_0000, 76);
  track.writeUInt32BE(height * 0x1_0000, 80);
  const moov = box('moov', Buffer.concat([box('mvhd', movie), box('trak', box('tkhd', track))]));
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\0\0isom', 'latin1')),
    moov,
    box('mdat', Buffer.alloc(4000, 3)),
  ]);
}

function box(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(name, 4, 'latin1');
  return Buffer.concat([head, content]);
}
