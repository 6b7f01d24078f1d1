import { createLoudness } from './loudness.ts';
import type { SoundReader } from './media-reader.ts';
import { createWalker, type Look } from './walker.ts';

/**
 * Reads how long an MP3 plays, and how loud it is meanwhile, from the frames: each says how many bytes it has
 * and, in what comes before the coded sound, by how much its numbers are to be multiplied ("global gain").
 * That factor follows the loudness closely enough for a picture of it (the loudest moment of speech and a
 * pause are far apart in it), and costs no decoding. Rocket.Chat's clients record in MP3.
 */
export function createMp3Reader(): SoundReader {
  const loudness = createLoudness();
  let format: Format | undefined;
  let isAtStart = true;
  let frames = 0;
  const look = (bytes: Buffer): Look => {
    if (isAtStart) {
      if (bytes.length < ID3_BYTES) return 'more';
      isAtStart = false;
      const tag = id3Bytes(bytes);
      if (tag > 0) return tag;
    }
    if (bytes.length < MOST_BEFORE_SOUND) return 'more';
    const frame = readFrame(bytes);
    if (frame === undefined || (format !== undefined && !isSame(frame, format))) {
      // What begins with something else is no MP3; what is in between or behind is passed over.
      return format === undefined ? 'over' : afterNextMark(bytes);
    }
    const isFirst = format === undefined;
    format = frame;
    if (isFirst && isHeaderOnly(bytes, frame)) return frame.bytes;
    frames += 1;
    loudness.add(levelOf(bytes.subarray(frame.sideAt), frame));
    return frame.bytes;
  };
  const walker = createWalker(look);
  return {
    push: (piece) => walker.push(piece),
    get durationMs() {
      if (format === undefined || frames === 0) return undefined;
      return Math.round((frames * format.samples * 1000) / format.rate);
    },
    waveform: () => loudness.waveform(),
  };
}

const ID3_BYTES = 10;
/** Header, checksum, side information and what marks a frame without sound. */
const MOST_BEFORE_SOUND = 4 + 2 + 32 + 4;

/** Size of the tag in front of the sound, 0 for none; 7 bits in each byte: https://id3.org/id3v2.4.0-structure */
function id3Bytes(bytes: Buffer): number {
  if (bytes.toString('latin1', 0, 3) !== 'ID3') return 0;
  let size = 0;
  for (const byte of bytes.subarray(6, ID3_BYTES)) size = size * 128 + (byte & 0x7f);
  return size + ID3_BYTES;
}

interface Format {
  readonly isMpeg1: boolean;
  readonly isMono: boolean;
  /** Hertz. */
  readonly rate: number;
  /** In a frame, of each channel. */
  readonly samples: number;
}

interface Frame extends Format {
  readonly bytes: number;
  /** Where its side information begins. */
  readonly sideAt: number;
}

/** kbit/s of layer III by the four bits in the header; of MPEG 1, and of MPEG 2 and 2.5. */
const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLES_PER_SECOND = [44_100, 48_000, 32_000];

/** ISO/IEC 11172-3, section 2.4.1.3, with the versions 2 and 2.5, which halve and quarter the sample rate. */
function readFrame(bytes: Buffer): Frame | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  const version = (second >> 3) & 3;
  const layer = (second >> 1) & 3;
  if (first !== 0xff || second >> 5 !== 7 || version === 1 || layer !== 1) return undefined;
  const isMpeg1 = version === 3;
  const kilobits = (isMpeg1 ? RATES_1 : RATES_2)[third >> 4];
  const base = SAMPLES_PER_SECOND[(third >> 2) & 3];
  if (kilobits === undefined || kilobits === 0 || base === undefined) return undefined;
  const rate = base / (isMpeg1 ? 1 : version === 2 ? 2 : 4);
  const samples = isMpeg1 ? 1152 : 576;
  const padding = (third >> 1) & 1;
  return {
    isMpeg1,
    isMono: fourth >> 6 === 3,
    rate,
    samples,
    bytes: Math.floor((samples * kilobits * 125) / rate) + padding,
    sideAt: (second & 1) === 0 ? 6 : 4,
  };
}

const isSame = (one: Format, other: Format): boolean => one.isMpeg1 === other.isMpeg1 && one.rate === other.rate;

function afterNextMark(bytes: Buffer): number {
  const next = bytes.indexOf(0xff, 1);
  return next === -1 ? bytes.length : next;
}

const sideBytes = ({ isMpeg1, isMono }: Format): number => (isMpeg1 ? (isMono ? 17 : 32) : isMono ? 9 : 17);

/** Encoders put one without sound first, which tells how many follow. */
function isHeaderOnly(bytes: Buffer, frame: Frame): boolean {
  const at = frame.sideAt + sideBytes(frame);
  const mark = bytes.toString('latin1', at, at + 4);
  return mark === 'Xing' || mark === 'Info';
}

/** Bits that each granule of a channel has in the side information, ISO/IEC 11172-3 section 2.4.1.7 and 13818-3. */
const GRANULE_1 = 59;
const GRANULE_2 = 63;
/** A factor of 1. */
const NEUTRAL_GAIN = 210;

/** The loudest of a frame's granules; one without coded sound is silence. */
function levelOf(side: Buffer, { isMpeg1, isMono }: Format): number {
  const channels = isMono ? 1 : 2;
  const granules = isMpeg1 ? channels * 2 : channels;
  const bitsEach = isMpeg1 ? GRANULE_1 : GRANULE_2;
  const start = isMpeg1 ? (isMono ? 18 : 20) : isMono ? 9 : 10;
  let loudest = 0;
  for (let granule = 0; granule < granules; granule += 1) {
    const at = start + granule * bitsEach;
    const codedBits = bitsAt(side, at, 12);
    const gain = bitsAt(side, at + 21, 8);
    if (codedBits > 0) loudest = Math.max(loudest, 2 ** ((gain - NEUTRAL_GAIN) / 4));
  }
  return loudest;
}

function bitsAt(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let bit = at; bit < at + count; bit += 1) value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  return value;
}
