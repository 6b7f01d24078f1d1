import type { ImageSize } from './image-size.ts';
import type { FilmReader } from './media-reader.ts';
import { createWalker, type Look } from './walker.ts';

/** Elements of RFC 9559, by their ids. */
const EBML = 0x1a45dfa3;
const CLUSTER = 0x1f43b675;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const PIXEL_WIDTH = 0xb0;
const PIXEL_HEIGHT = 0xba;
/** Segment, Info, Tracks, TrackEntry, Video: what is inside of them is looked at. */
const ENTERED = new Set([0x18538067, 0x1549a966, 0x1654ae6b, 0xae, 0xe0]);
const READ = new Set([TIMESTAMP_SCALE, DURATION, PIXEL_WIDTH, PIXEL_HEIGHT]);
const MOST_ELEMENTS = 10_000;
const DEFAULT_SCALE = 1_000_000;

/** Reads how long a WebM or Matroska film plays and how large its picture is, from what comes before the film. */
export function createWebmReader(): FilmReader {
  const values = new Map<number, number>();
  let isFirst = true;
  const look = (bytes: Buffer): Look => {
    const element = readElement(bytes);
    if (element === undefined) return bytes.length < 12 ? 'more' : 'over';
    const { id, size, headerBytes } = element;
    if (isFirst && id !== EBML) return 'over';
    isFirst = false;
    if (ENTERED.has(id)) return headerBytes;
    // Of what is sent as it is recorded nobody knows the size.
    if (id === CLUSTER || size === undefined) return 'over';
    if (!READ.has(id)) return headerBytes + size;
    if (size > 8) return 'over';
    if (bytes.length < headerBytes + size) return 'more';
    const value = bytes.subarray(headerBytes, headerBytes + size);
    if (!values.has(id)) values.set(id, id === DURATION ? floatOf(value) : unsignedOf(value));
    return headerBytes + size;
  };
  const walker = createWalker(look, MOST_ELEMENTS);
  return {
    push: (piece) => walker.push(piece),
    get durationMs() {
      const ticks = values.get(DURATION) ?? 0;
      const ms = (ticks * (values.get(TIMESTAMP_SCALE) ?? DEFAULT_SCALE)) / 1_000_000;
      return Number.isFinite(ms) && ms > 0 ? Math.round(ms) : undefined;
    },
    get imageSize(): ImageSize | undefined {
      const [width = 0, height = 0] = [values.get(PIXEL_WIDTH), values.get(PIXEL_HEIGHT)];
      return width > 0 && height > 0 ? { width, height } : undefined;
    },
    waveform: () => [],
  };
}

interface Element {
  readonly id: number;
  /** undefined: not known. */
  readonly size: number | undefined;
  readonly headerBytes: number;
}

/** undefined: not all of it is there, or it is none (RFC 8794, sections 4 to 6). */
function readElement(bytes: Buffer): Element | undefined {
  const idBytes = Math.clz32(bytes[0] ?? 0) - 23;
  const sizeBytes = Math.clz32(bytes[idBytes] ?? 0) - 23;
  if (idBytes > 4 || sizeBytes > 8 || bytes.length < idBytes + sizeBytes) return undefined;
  const first = (bytes[idBytes] ?? 0) & (0xff >> sizeBytes);
  const rest = unsignedOf(bytes.subarray(idBytes + 1, idBytes + sizeBytes));
  const size = first * 256 ** (sizeBytes - 1) + rest;
  const isUnknown = size >= 2 ** (7 * sizeBytes) - 1 || !Number.isSafeInteger(size);
  return {
    id: unsignedOf(bytes.subarray(0, idBytes)),
    size: isUnknown ? undefined : size,
    headerBytes: idBytes + sizeBytes,
  };
}

const unsignedOf = (bytes: Buffer): number => bytes.reduce((value, byte) => value * 256 + byte, 0);

function floatOf(bytes: Buffer): number {
  if (bytes.length === 4) return bytes.readFloatBE(0);
  return bytes.length === 8 ? bytes.readDoubleBE(0) : 0;
}
