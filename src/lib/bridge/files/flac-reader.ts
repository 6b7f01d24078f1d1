import type { SoundReader } from './media-reader.ts';
import { createWalker } from './walker.ts';

/** Reads how long a FLAC file plays from its first block, which must be there: RFC 9639, section 8.2. */
export function createFlacReader(): SoundReader {
  let durationMs: number | undefined;
  const walker = createWalker((bytes) => {
    if (bytes.length < 26) return 'more';
    if (bytes.toString('latin1', 0, 4) !== 'fLaC') return 'over';
    const rate = bytes.readUIntBE(18, 3) >> 4;
    const samples = ((bytes[21] ?? 0) & 0x0f) * 2 ** 32 + bytes.readUInt32BE(22);
    if (rate > 0 && samples > 0) durationMs = Math.round((samples * 1000) / rate);
    return 'over';
  });
  return {
    push: (piece) => walker.push(piece),
    get durationMs() {
      return durationMs;
    },
    waveform: () => [],
  };
}
