import type { SoundReader } from './media-reader.ts';
import { createWalker, type Look } from './walker.ts';

const HEADER_BYTES = 27;
/** Of a first packet: as much as says what it is. */
const PACKET_BYTES = 24;
const NO_POSITION = 0xffff_ffff_ffff_ffffn;

/**
 * Reads how long Opus or Vorbis in an Ogg file plays: each page says at which sample it ends, the last one at
 * which the sound does (RFC 3533, RFC 7845 section 4). The loudness is in the coded sound alone.
 */
export function createOggReader(): SoundReader {
  let stream: { readonly serial: number; readonly rate: number; readonly before: number } | undefined;
  let last = 0;
  const look = (bytes: Buffer): Look => {
    if (bytes.length < HEADER_BYTES) return 'more';
    if (bytes.toString('latin1', 0, 4) !== 'OggS') return 'over';
    const payloadAt = HEADER_BYTES + (bytes[26] ?? 0);
    if (bytes.length < payloadAt + (stream === undefined ? PACKET_BYTES : 0)) return 'more';
    const serial = bytes.readUInt32LE(14);
    const packet = stream === undefined ? readFirstPacket(bytes.subarray(payloadAt)) : undefined;
    if (packet !== undefined) stream = { serial, ...packet };
    const position = bytes.readBigUInt64LE(6);
    if (serial === stream?.serial && position !== NO_POSITION) last = Number(position);
    return bytes.subarray(HEADER_BYTES, payloadAt).reduce((sum, lacing) => sum + lacing, payloadAt);
  };
  const walker = createWalker(look);
  return {
    push: (piece) => walker.push(piece),
    get durationMs() {
      if (stream === undefined || last <= stream.before) return undefined;
      return Math.round(((last - stream.before) * 1000) / stream.rate);
    },
    waveform: () => [],
  };
}

/** Samples per second, and how many of them come before the sound. */
function readFirstPacket(packet: Buffer): { readonly rate: number; readonly before: number } | undefined {
  if (packet.toString('latin1', 0, 8) === 'OpusHead') return { rate: 48_000, before: packet.readUInt16LE(10) };
  if (packet.toString('latin1', 0, 7) !== '\x01vorbis') return undefined;
  const rate = packet.readUInt32LE(12);
  return rate === 0 ? undefined : { rate, before: 0 };
}
