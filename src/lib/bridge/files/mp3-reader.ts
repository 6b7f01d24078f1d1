import { createLoudness } from './loudness.ts';
import type { SoundReader } from './media-reader.ts';
import { createWalker, type Look } from './walker.ts';

/**
 * Reads how long an MP3 plays, and about how loud it is meanwhile, from what its frames tell before the coded
 * sound: how many bytes they have, how large the numbers in it are, and by how much those are to be multiplied
 * ("global gain"). Nothing is decoded: what comes of it is right within a factor of about two, which a picture
 * of the loudness bears. Rocket.Chat's clients record in MP3.
 */
export function createMp3Reader(): SoundReader {
  const loudness = createLoudness();
  let format: Format | undefined;
  const recent: number[] = [];
  let isAtStart = true;
  let frames = 0;
  const look = (bytes: Buffer): Look => {
    if (isAtStart) {
      if (bytes.length < ID3_BYTES) return 'more';
      const tag = id3Bytes(bytes);
      if (tag > 0) return tag;
      isAtStart = false;
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
    recent.push(levelOf(bytes.subarray(frame.sideAt), frame) ?? recent.at(-1) ?? 0);
    if (recent.length > SMOOTHED) recent.shift();
    loudness.add(medianOf(recent));
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

/** Frames of which the middle one counts: a single one that is far off is no sound. */
const SMOOTHED = 3;

const medianOf = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

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

/** Bits of a granule of one channel in the side information, and where in it the tables are told. */
const GRANULE_1 = { bits: 59, switchAt: 33 };
/** MPEG 2 has longer scale factors (ISO/IEC 13818-3). */
const GRANULE_2 = { bits: 63, switchAt: 38 };
/** The switch, and the type of block that it is switched to. */
const SHORT_BLOCKS = 0b110;
/** A factor of 1. */
const NEUTRAL_GAIN = 210;

/**
 * The loudest of a frame's granules; one without coded sound is silence. Short blocks, which are for what begins
 * suddenly, are scaled by more than this tells: undefined where there are no others.
 */
function levelOf(side: Buffer, { isMpeg1, isMono }: Format): number | undefined {
  const channels = isMono ? 1 : 2;
  const { bits, switchAt } = isMpeg1 ? GRANULE_1 : GRANULE_2;
  const start = isMpeg1 ? (isMono ? 18 : 20) : isMono ? 9 : 10;
  let loudest: number | undefined;
  for (let granule = 0; granule < channels * (isMpeg1 ? 2 : 1); granule += 1) {
    const at = start + granule * bits;
    if (bitsAt(side, at + switchAt, 3) === SHORT_BLOCKS) continue;
    loudest ??= 0;
    if (bitsAt(side, at, 12) === 0) continue;
    const gain = 2 ** ((bitsAt(side, at + 21, 8) - NEUTRAL_GAIN) / 4);
    loudest = Math.max(loudest, gain * largestOf(side, at + switchAt) ** (4 / 3));
  }
  return loudest;
}

/** By table, from the 13th on: extra bits that a number may have there (ISO/IEC 11172-3, table B.7). */
const EXTRA_BITS = [0, 0, 0, 1, 2, 3, 4, 6, 8, 10, 13, 4, 5, 6, 7, 8, 9, 11, 13];
/** The largest number of the tables without extra bits. */
const LARGEST = [1, 1, 2, 2, 1, 3, 3, 5, 5, 5, 7, 7, 7];

/** About the largest of a granule's numbers: encoders choose the smallest tables that have room for them. */
function largestOf(side: Buffer, at: number): number {
  const isSwitched = bitsAt(side, at, 1) === 1;
  const tables = isSwitched ? [4, 9] : [1, 6, 11];
  return Math.max(
    ...tables.map((offset) => {
      const table = bitsAt(side, at + offset, 5);
      const extra = EXTRA_BITS[table - 13] ?? 0;
      return LARGEST[table] ?? 15 + (extra === 0 ? 0 : 2 ** (extra - 1));
    }),
  );
}

function bitsAt(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let bit = at; bit < at + count; bit += 1) value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  return value;
}
