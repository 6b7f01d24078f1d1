import type { ImageSize } from './image-size.ts';
import type { FilmReader } from './media-reader.ts';
import { createWalker, type Look } from './walker.ts';

/** Boxes of which what is inside is looked at. */
const ENTERED = new Set(['moov', 'trak']);
/** A film of real life has some dozens outside of what is passed over. */
const MOST_BOXES = 10_000;
/** `mvhd` and `tkhd` in their longer form, with their own header. */
const MOST_OF_A_BOX = 8 + 108;

/**
 * Reads how long an MP4, M4A or MOV plays and how large its picture is, from the headers of its boxes, wherever
 * in the file they are: ISO/IEC 14496-12, sections 8.2.2 and 8.3.2. What was written piece by piece ("fragmented")
 * often has no length there.
 */
export function createMp4Reader(): FilmReader {
  let isFirst = true;
  let durationMs: number | undefined;
  let imageSize: ImageSize | undefined;
  const look = (bytes: Buffer): Look => {
    if (bytes.length < 16) return 'more';
    const kind = bytes.toString('latin1', 4, 8);
    if (isFirst && !FIRST.has(kind)) return 'over';
    isFirst = false;
    const size = sizeOf(bytes);
    if (size === undefined || size < 8) return 'over';
    if (ENTERED.has(kind)) return 8;
    if (kind !== 'mvhd' && kind !== 'tkhd') return size;
    const needed = Math.min(size, MOST_OF_A_BOX);
    if (bytes.length < needed) return 'more';
    const box = bytes.subarray(8, needed);
    if (kind === 'mvhd') durationMs ??= readLength(box);
    else imageSize ??= readSize(box);
    return size;
  };
  const walker = createWalker(look, MOST_BOXES);
  return {
    push: (piece) => walker.push(piece),
    get durationMs() {
      return durationMs;
    },
    get imageSize() {
      return imageSize;
    },
    waveform: () => [],
  };
}

const FIRST = new Set(['ftyp', 'moov', 'wide', 'free', 'skip', 'mdat']);

/** undefined: up to the end of the file, or farther than numbers go. */
function sizeOf(bytes: Buffer): number | undefined {
  const size = bytes.readUInt32BE(0);
  if (size === 0) return undefined;
  const whole = size === 1 ? Number(bytes.readBigUInt64BE(8)) : size;
  return Number.isSafeInteger(whole) ? whole : undefined;
}

function readLength(box: Buffer): number | undefined {
  const isLong = box[0] === 1;
  if (box.length < (isLong ? 32 : 20)) return undefined;
  const perSecond = box.readUInt32BE(isLong ? 20 : 12);
  const units = isLong ? Number(box.readBigUInt64BE(24)) : box.readUInt32BE(16);
  const isUnknown = units === 0 || units >= (isLong ? 2 ** 63 : 0xffff_ffff);
  return perSecond === 0 || isUnknown ? undefined : Math.round((units * 1000) / perSecond);
}

/** In 1/65536 of a pixel at the end of the box, behind the matrix, which may turn the picture on its side. */
function readSize(box: Buffer): ImageSize | undefined {
  const at = box[0] === 1 ? 88 : 76;
  if (box.length < at + 8) return undefined;
  const width = box.readUInt32BE(at) >>> 16;
  const height = box.readUInt32BE(at + 4) >>> 16;
  if (width === 0 || height === 0) return undefined;
  const isTurned = box.readInt32BE(at - 36) === 0 && box.readInt32BE(at - 32) !== 0;
  return isTurned ? { width: height, height: width } : { width, height };
}
