import { msgtypeOf } from './content-type.ts';
import { createFlacReader } from './flac-reader.ts';
import { type ImageSize, createImageSizeReader } from './image-size.ts';
import { createMp3Reader } from './mp3-reader.ts';
import { createMp4Reader } from './mp4-reader.ts';
import { createOggReader } from './ogg-reader.ts';
import { createWavReader } from './wav-reader.ts';
import { createWebmReader } from './webm-reader.ts';

/** What a picture, a sound or a film tells of itself. */
export interface MediaFacts {
  /** Of a picture or a film, as it is shown. */
  readonly imageSize?: ImageSize | undefined;
  readonly durationMs?: number | undefined;
  /** Loudness over time, 0 to 1024; unset where finding it out would take decoding. */
  readonly waveform?: readonly number[] | undefined;
}

/** Each keeps at most some kilobytes of a file, however large that says its parts are. */
export interface SoundReader {
  push(piece: Uint8Array): void;
  /** In milliseconds, of what has passed; undefined: not known (yet), or another format. */
  readonly durationMs: number | undefined;
  /** Empty: not known. */
  waveform(): readonly number[];
}

export interface FilmReader extends SoundReader {
  readonly imageSize: ImageSize | undefined;
}

export interface MediaReader {
  /** Takes the next piece of the file. Never throws: what can't be read is not known. */
  push(piece: Uint8Array): void;
  facts(): MediaFacts;
}

/** Reads what there is to know of a file of that type while its bytes pass by. */
export function createMediaReader(contentType: string): MediaReader {
  const read = readerFor(contentType);
  let isBroken = false;
  return {
    push(piece) {
      if (isBroken) return;
      try {
        read.push(piece);
      } catch {
        // A length or an offset that leads nowhere: the file goes on without what it would have told.
        isBroken = true;
      }
    },
    facts: () => (isBroken ? {} : sensible(read.facts())),
  };
}

/** 1000 hours. */
const LONGEST_MS = 3_600_000_000;
const MOST_PIXELS = 1_000_000;

/** Files say what they like. */
function sensible({ imageSize, durationMs, waveform }: MediaFacts): MediaFacts {
  const isWithin = (value: number, most: number): boolean => Number.isInteger(value) && value > 0 && value <= most;
  const isSeen =
    imageSize !== undefined && isWithin(imageSize.width, MOST_PIXELS) && isWithin(imageSize.height, MOST_PIXELS);
  return {
    ...(isSeen ? { imageSize } : {}),
    ...(durationMs !== undefined && isWithin(durationMs, LONGEST_MS) ? { durationMs } : {}),
    ...(waveform === undefined ? {} : { waveform }),
  };
}

function readerFor(contentType: string): MediaReader {
  switch (msgtypeOf(contentType)) {
    case 'm.image': {
      const image = createImageSizeReader();
      return { push: (piece) => image.push(piece), facts: () => ({ imageSize: image.size }) };
    }
    case 'm.audio':
    case 'm.video':
      return soundOrFilm();
    case 'm.file':
      return { push() {}, facts: () => ({}) };
  }
}

/** Which of the formats it is its first bytes tell better than its type: all but one give up at once. */
function soundOrFilm(): MediaReader {
  const films = [createMp4Reader(), createWebmReader()];
  const all = [...films, createMp3Reader(), createWavReader(), createOggReader(), createFlacReader()];
  return {
    push: (piece) => all.forEach((one) => one.push(piece)),
    facts() {
      const waveform = all.map((one) => one.waveform()).find((points) => points.length > 0);
      return {
        imageSize: films.find(({ imageSize }) => imageSize !== undefined)?.imageSize,
        durationMs: all.find(({ durationMs }) => durationMs !== undefined)?.durationMs,
        ...(waveform === undefined ? {} : { waveform }),
      };
    },
  };
}
