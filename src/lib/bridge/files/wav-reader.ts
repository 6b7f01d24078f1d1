import { createLoudness } from './loudness.ts';
import type { SoundReader } from './media-reader.ts';
import { createWalker, type Look } from './walker.ts';

const PCM = 1;
const EXTENSIBLE = 0xfffe;
/** Of a second: what is quieter in between is not looked at. */
const LOOKED_AT = 4_000;

interface Format {
  readonly isPcm: boolean;
  readonly bytesPerSecond: number;
  /** Bytes of one sample of all channels. */
  readonly block: number;
  readonly bits: number;
}

/** Reads how long a WAV file plays and how loud it is: chunks of RIFF, the samples as they are. */
export function createWavReader(): SoundReader {
  const loudness = createLoudness();
  let isAtStart = true;
  let format: Format | undefined;
  let soundBytes: number | undefined;
  let left = 0;
  const look = (bytes: Buffer): Look => {
    if (isAtStart) {
      if (bytes.length < 12) return 'more';
      isAtStart = false;
      return bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WAVE' ? 12 : 'over';
    }
    if (left > 0 && format !== undefined) return listen(bytes, format);
    if (bytes.length < 8) return 'more';
    const chunk = bytes.toString('latin1', 0, 4);
    const size = bytes.readUInt32LE(4);
    if (chunk === 'fmt ') {
      const needed = 8 + Math.max(16, Math.min(size, 40));
      if (bytes.length < needed) return 'more';
      format = readFormat(bytes.subarray(8, needed));
    }
    if (chunk !== 'data') return 8 + size + (size % 2);
    if (format === undefined || format.bytesPerSecond === 0) return 'over';
    // Where it was written while it was recorded, nobody came back to say.
    soundBytes = size === 0 || size === 0xffff_ffff ? undefined : size;
    left = format.isPcm ? size : 0;
    return left > 0 ? 8 : 'over';
  };
  const listen = (bytes: Buffer, { block, bits, bytesPerSecond }: Format): Look => {
    const step = Math.max(1, Math.floor(bytesPerSecond / block / LOOKED_AT)) * block;
    const most = Math.min(bytes.length, left);
    let at = 0;
    for (; at + block <= most; at += step) loudness.add(sampleAt(bytes, at, bits));
    const passed = at > 0 ? at : most < left ? 0 : most;
    left -= Math.min(passed, left);
    if (passed === 0) return 'more';
    return left === 0 ? 'over' : passed;
  };
  const walker = createWalker(look);
  return {
    push: (piece) => walker.push(piece),
    get durationMs() {
      if (format === undefined || soundBytes === undefined) return undefined;
      return Math.round((soundBytes * 1000) / format.bytesPerSecond);
    },
    waveform: () => loudness.waveform(),
  };
}

/** `WAVEFORMAT` as Microsoft's Multimedia Programming Interface 1.0 has it. */
function readFormat(bytes: Buffer): Format {
  // The longer form has the tag at the beginning of a GUID.
  const isLong = bytes.readUInt16LE(0) === EXTENSIBLE && bytes.length >= 40;
  const tag = bytes.readUInt16LE(isLong ? 24 : 0);
  const block = bytes.readUInt16LE(12);
  const bits = bytes.readUInt16LE(14);
  const isPcm = tag === PCM && block > 0 && [8, 16, 24, 32].includes(bits) && block >= bits / 8;
  return { isPcm, bytesPerSecond: bytes.readUInt32LE(8), block, bits };
}

/** Of the first channel; the lower bytes make no difference that is seen. */
function sampleAt(bytes: Buffer, at: number, bits: number): number {
  if (bits === 8) return Math.abs((bytes[at] ?? 128) - 128) << 8;
  return Math.abs(bytes.readInt16LE(at + bits / 8 - 2));
}
