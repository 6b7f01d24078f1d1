export interface Mp3LengthReader {
  /** Takes the next piece of the file; keeps only what is too short to be looked at. */
  push(piece: Uint8Array): void;
  /** How long it plays, in milliseconds. Undefined until it was read, and for ever where the file is no MP3. */
  readonly durationMs: number | undefined;
}

/** An ID3 header, or a frame's header with the count of frames that a variable bit rate has in the first. */
const ID3_BYTES = 10;
const FRAME_BYTES = 4 + 32 + 12;

/**
 * Reads the length of an MP3, which is what Rocket.Chat's clients record in, from its first frame: of a
 * constant bit rate it follows from the number of bytes in the whole file, of a variable one the encoder
 * wrote down the number of frames ("Xing" or "Info").
 */
export function createMp3LengthReader(fileBytes: number): Mp3LengthReader {
  let held: Buffer = Buffer.alloc(0);
  let tagBytes = 0;
  let skip = 0;
  let isFirst = true;
  let done = false;
  let durationMs: number | undefined;
  const look = (): void => {
    if (isFirst && held.length >= ID3_BYTES) {
      isFirst = false;
      tagBytes = id3Bytes(held);
      skip = Math.max(0, tagBytes - held.length);
      held = held.subarray(tagBytes);
    }
    if (isFirst || skip > 0 || held.length < FRAME_BYTES) return;
    done = true;
    durationMs = lengthOf(held, fileBytes - tagBytes);
    held = Buffer.alloc(0);
  };
  return {
    push(piece) {
      if (done) return;
      const passed = Math.min(skip, piece.byteLength);
      skip -= passed;
      held = Buffer.concat([held, piece.subarray(passed)]);
      look();
    },
    get durationMs() {
      return durationMs;
    },
  };
}

/** Size of the tag in front of the sound, 0 for none; 7 bits in each byte: https://id3.org/id3v2.4.0-structure */
function id3Bytes(bytes: Buffer): number {
  if (bytes.toString('latin1', 0, 3) !== 'ID3') return 0;
  let size = 0;
  for (const byte of bytes.subarray(6, 10)) size = size * 128 + (byte & 0x7f);
  return size + ID3_BYTES;
}

/** kbit/s of layer III by the four bits in the header; of MPEG 1, and of MPEG 2 and 2.5. */
const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLES_PER_SECOND = [44_100, 48_000, 32_000];

/** ISO/IEC 11172-3, section 2.4.1.3, with the versions 2 and 2.5, which halve and quarter the sample rate. */
function lengthOf(frame: Buffer, soundBytes: number): number | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = frame;
  const version = (second >> 3) & 3;
  const layer = (second >> 1) & 3;
  if (first !== 0xff || second >> 5 !== 7 || version === 1 || layer !== 1) return undefined;
  const kilobits = (version === 3 ? RATES_1 : RATES_2)[third >> 4];
  const samples = SAMPLES_PER_SECOND[(third >> 2) & 3];
  if (kilobits === undefined || kilobits === 0 || samples === undefined) return undefined;
  const rate = samples / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const mono = fourth >> 6 === 3;
  const frames = framesIn(frame, 4 + sideBytes(version === 3, mono));
  if (frames === undefined) return Math.round((soundBytes * 8) / kilobits);
  return Math.round((frames * (version === 3 ? 1152 : 576) * 1000) / rate);
}

const sideBytes = (isMpeg1: boolean, mono: boolean): number => (isMpeg1 ? (mono ? 17 : 32) : mono ? 9 : 17);

function framesIn(frame: Buffer, at: number): number | undefined {
  const mark = frame.toString('latin1', at, at + 4);
  const hasCount = (mark === 'Xing' || mark === 'Info') && (frame.readUInt32BE(at + 4) & 1) === 1;
  const frames = hasCount ? frame.readUInt32BE(at + 8) : 0;
  return frames > 0 ? frames : undefined;
}
