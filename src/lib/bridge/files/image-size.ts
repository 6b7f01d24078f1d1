/** Width and height in pixels, as a viewer shows the picture. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export interface ImageSizeReader {
  /** Takes the next piece of the file. Keeps at most a few bytes of it, except of a piece with camera data. */
  push(piece: Uint8Array): void;
  /** Undefined until it was read, and for ever where the file is no PNG, JPEG, GIF or WebP. */
  readonly size: ImageSize | undefined;
  /** Nothing more will be found out: further pieces are ignored. */
  readonly isDone: boolean;
}

/** Camera data and colour profiles may come before the size of a JPEG; beyond this nobody looks. */
const JPEG_SEARCH_BYTES = 16 * 1024 * 1024;

/** What a look at the bytes so far led to: the answer (or that there is none), more bytes, or bytes to skip. */
type Look =
  | { readonly kind: 'done'; readonly size?: ImageSize | undefined }
  | { readonly kind: 'more' }
  | { readonly kind: 'jpeg'; readonly skip: number; readonly rotated?: boolean };

const DONE: Look = { kind: 'done' };
const MORE: Look = { kind: 'more' };

/** Reads the dimensions of a picture from the beginning of its bytes while they pass by. */
export function createImageSizeReader(): ImageSizeReader {
  let held: Buffer = Buffer.alloc(0);
  let skip = 0;
  let searched = 0;
  let inJpeg = false;
  let rotated = false;
  let done = false;
  let size: ImageSize | undefined;
  const apply = (look: Look): boolean => {
    if (look.kind === 'more') return false;
    if (look.kind === 'done') {
      done = true;
      held = Buffer.alloc(0);
      size = look.size === undefined || !rotated ? look.size : { width: look.size.height, height: look.size.width };
      return false;
    }
    inJpeg = true;
    rotated ||= look.rotated === true;
    skip = look.skip;
    const now = Math.min(skip, held.length);
    held = held.subarray(now);
    skip -= now;
    return true;
  };
  return {
    push(piece) {
      if (done) return;
      searched += piece.byteLength;
      const passed = Math.min(skip, piece.byteLength);
      skip -= passed;
      held = Buffer.concat([held, piece.subarray(passed)]);
      while (!done && skip === 0 && apply(inJpeg ? lookAtSegment(held) : lookAtStart(held)));
      if (searched > JPEG_SEARCH_BYTES) apply(DONE);
    },
    get size() {
      return size;
    },
    get isDone() {
      return done;
    },
  };
}

function lookAtStart(bytes: Buffer): Look {
  if (bytes.length < 12) return MORE;
  if (bytes.readUInt16BE(0) === 0xffd8) return { kind: 'jpeg', skip: 2 };
  if (bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n') {
    return bytes.length < 24 ? MORE : found(bytes.readUInt32BE(16), bytes.readUInt32BE(20));
  }
  if (/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return found(bytes.readUInt16LE(6), bytes.readUInt16LE(8));
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') {
    return bytes.length < 30 ? MORE : lookAtWebp(bytes);
  }
  return DONE;
}

const found = (width: number, height: number): Look =>
  width > 0 && height > 0 ? { kind: 'done', size: { width, height } } : DONE;

/** https://developers.google.com/speed/webp/docs/riff_container */
function lookAtWebp(bytes: Buffer): Look {
  const kind = bytes.toString('latin1', 12, 16);
  if (kind === 'VP8X') return found(bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1);
  if (kind === 'VP8 ') return found(bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff);
  if (kind !== 'VP8L' || bytes[20] !== 0x2f) return DONE;
  const bits = bytes.readUInt32LE(21);
  return found((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
}

const APP1 = 0xe1;
const SCAN = 0xda;
const END = 0xd9;

/** One segment of a JPEG: ISO/IEC 10918-1, annex B. */
function lookAtSegment(bytes: Buffer): Look {
  if (bytes.length < 4) return MORE;
  const marker = bytes[1] ?? 0;
  if (bytes[0] !== 0xff || marker === SCAN || marker === END) return DONE;
  // A filling byte before the marker, or a marker without a segment.
  if (marker === 0xff) return { kind: 'jpeg', skip: 1 };
  if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) return { kind: 'jpeg', skip: 2 };
  const length = bytes.readUInt16BE(2);
  if (length < 2) return DONE;
  if (isFrame(marker)) return bytes.length < 9 ? MORE : found(bytes.readUInt16BE(7), bytes.readUInt16BE(5));
  if (marker !== APP1) return { kind: 'jpeg', skip: 2 + length };
  if (bytes.length < 2 + length) return MORE;
  return { kind: 'jpeg', skip: 2 + length, rotated: liesOnItsSide(bytes.subarray(4, 2 + length)) };
}

/** SOF0 to SOF15 without the three numbers between them that mean something else. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

const ORIENTATION = 0x0112;

/** Whether the camera was held upright: orientations 5 to 8 of Exif 2.32, section 4.6.4, swap width and height. */
function liesOnItsSide(segment: Buffer): boolean {
  if (segment.toString('latin1', 0, 6) !== 'Exif\0\0') return false;
  const tiff = segment.subarray(6);
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return false;
  const two = (at: number): number => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const four = (at: number): number => (order === 'II' ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = four(4);
  if (directory + 2 > tiff.length) return false;
  const entries = two(directory);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return false;
    if (two(at) === ORIENTATION) return two(at + 8) >= 5 && two(at + 8) <= 8;
  }
  return false;
}
