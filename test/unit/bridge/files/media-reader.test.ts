import { readFileSync } from 'node:fs';
import fc from '../../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { createLoudness } from '../../../../src/lib/bridge/files/loudness.ts';
import { type MediaFacts, createMediaReader } from '../../../../src/lib/bridge/files/media-reader.ts';
import { png } from './pictures.ts';

const sample = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/media/${name}`, import.meta.url));

function factsOf(bytes: Uint8Array, contentType: string, piece = bytes.length): MediaFacts {
  const reader = createMediaReader(contentType);
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
  return reader.facts();
}

const lasting = (ms: number): unknown => expect.toSatisfy((value: number) => Math.abs(value - ms) <= 100);
const small = { width: 32, height: 24 };

describe('what a file tells of itself while it passes by', () => {
  it.each<[string, string, unknown]>([
    ['speech.mp3', 'audio/mpeg', { durationMs: lasting(1_500) }],
    ['variable.mp3', 'audio/mpeg', { durationMs: lasting(1_500) }],
    ['sound.wav', 'audio/wav', { durationMs: 1_500 }],
    ['opus.ogg', 'audio/ogg', { durationMs: lasting(1_500), waveform: undefined }],
    ['vorbis.ogg', 'application/ogg', { durationMs: 1_500, waveform: undefined }],
    ['sound.flac', 'audio/flac', { durationMs: 1_500, waveform: undefined }],
    ['sound.m4a', 'audio/mp4', { durationMs: lasting(1_500), waveform: undefined }],
    ['film.mp4', 'video/mp4', { durationMs: 1_500, imageSize: small }],
    ['upright.mov', 'video/quicktime', { durationMs: 1_500, imageSize: { width: 24, height: 32 } }],
    ['film.webm', 'video/webm', { durationMs: 1_500, imageSize: small }],
    ['pieces.mp4', 'video/mp4', { imageSize: small }],
    // Which format it is its bytes tell.
    ['film.webm', 'video/mp4', { durationMs: 1_500, imageSize: small }],
  ])('%s as %s, however it comes in pieces', (name, type, expected) => {
    const bytes = sample(name);
    const whole = factsOf(bytes, type);
    expect({ waveform: undefined, ...whole }).toMatchObject(expected as object);
    for (const piece of [1, 7, 1000]) expect(factsOf(bytes, type, piece)).toEqual(whole);
  });

  it('a picture its dimensions, and a file of another type nothing', () => {
    expect(factsOf(png, 'image/png', 3)).toEqual({ imageSize: { width: 640, height: 480 } });
    expect(factsOf(sample('film.mp4'), 'application/pdf')).toEqual({});
    expect(factsOf(sample('film.mp4'), 'image/png').imageSize).toBeUndefined();
    expect(factsOf(Buffer.from('no sound at all '.repeat(100)), 'audio/mpeg')).toEqual({});
  });

  it('a tag of many megabytes in front of an MP3 nothing, and it is not kept', () => {
    const tag = Buffer.from('ID3\x04\0\0\x01\0\0\0', 'latin1');
    const reader = createMediaReader('audio/mpeg');
    reader.push(tag);
    for (let piece = 0; piece < 32; piece += 1) reader.push(Buffer.alloc(64 * 1024, 0xff));
    const sound = sample('speech.mp3');
    reader.push(sound);
    expect(reader.facts()).toEqual(factsOf(sound, 'audio/mpeg'));
  });

  it.each<[string, (bytes: Buffer) => void]>([
    ['a box of no size', (bytes) => bytes.writeUInt32BE(0, 0)],
    ['a box smaller than its header', (bytes) => bytes.writeUInt32BE(3, 0)],
    [
      'a box of 16 exabytes',
      (bytes) => {
        bytes.writeUInt32BE(1, 0);
        bytes.writeBigUInt64BE(0xffff_ffff_ffff_fff0n, 8);
      },
    ],
  ])('a film with %s nothing', (_name, spoil) => {
    const bytes = sample('film.mp4');
    spoil(bytes);
    expect(factsOf(bytes, 'video/mp4')).toEqual({});
  });

  it('a film of a million empty boxes is given up', () => {
    const first = sample('film.mp4').subarray(0, sample('film.mp4').readUInt32BE(0));
    const box = Buffer.from([0, 0, 0, 8, ...Buffer.from('free')]);
    const boxes = Buffer.concat(Array.from({ length: 20_000 }, () => box));
    expect(factsOf(Buffer.concat([first, boxes, sample('film.mp4')]), 'video/mp4')).toEqual({});
  });

  it('whatever was changed in it, something or nothing, without an error', () => {
    const samples = ['speech.mp3', 'sound.wav', 'opus.ogg', 'sound.flac', 'film.mp4', 'film.webm'].map(sample);
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }),
        fc.nat(1200),
        (good, changes, cut) => {
          const bytes = Buffer.from(good.subarray(0, cut));
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const { durationMs = 0, imageSize = { width: 1, height: 1 }, waveform = [] } = factsOf(bytes, 'audio/x', 100);
          expect(durationMs >= 0 && Number.isSafeInteger(durationMs)).toBe(true);
          expect(imageSize.width > 0 && imageSize.height > 0).toBe(true);
          expect(waveform.every((point) => Number.isInteger(point) && point >= 0 && point <= 1024)).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('how loud a sound is', () => {
  const third = (points: readonly number[], which: number): number => {
    const length = Math.floor(points.length / 3);
    const part = points.slice(which * length, (which + 1) * length).toSorted((one, other) => one - other);
    return part[Math.floor(length / 2)] ?? 0;
  };

  it.each([
    ['sound.wav', 'audio/wav', 100],
    ['speech.mp3', 'audio/mpeg', 44],
    ['variable.mp3', 'audio/mpeg', 59],
  ])('%s begins loud, goes on quiet and ends silent', (name, type, count) => {
    const waveform = factsOf(sample(name), type).waveform ?? [];
    expect(waveform).toHaveLength(count);
    expect(Math.max(...waveform)).toBe(1024);
    expect(third(waveform, 0)).toBeGreaterThan(third(waveform, 1) * 1.4);
    expect(third(waveform, 1)).toBeGreaterThan(50);
    expect(third(waveform, 2)).toBeLessThan(10);
  });

  it.each([
    [0, 0],
    [1, 30],
    [50, 50],
    [100_000, 100],
  ])('of %i moments is told in %i points', (moments, points) => {
    const loudness = createLoudness();
    for (let moment = 0; moment < moments; moment += 1) loudness.add(moment < moments / 2 ? 5 : 10);
    const waveform = loudness.waveform();
    expect(waveform).toHaveLength(points);
    if (moments > 1) expect([waveform[0], waveform.at(-1)]).toEqual([512, 1024]);
  });

  it('of silence is flat', () => {
    const loudness = createLoudness();
    loudness.add(0);
    expect(new Set(loudness.waveform())).toEqual(new Set([0]));
  });
});
