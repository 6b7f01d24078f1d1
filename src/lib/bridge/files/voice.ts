import { isRecord } from '../../core/record.ts';
import { bareType, extensionOf } from './content-type.ts';

/** What a voice message shows besides its sound. */
export interface Voice {
  readonly durationMs: number | undefined;
  /** Loudness over time, 0 to 1024; empty: not known. */
  readonly waveform: readonly number[];
}

/** Names from the proposals: what clients write and read, since neither is part of the spec yet (1.17). */
const VOICE = 'org.matrix.msc3245.voice';
const AUDIO = 'org.matrix.msc1767.audio';
/** The fields that {@link voiceFields} makes. */
export const VOICE_FIELDS: readonly string[] = [VOICE, AUDIO];
const LOUDEST = 1024;
/** MSC3245 wants at least 30 and about 100. */
const MOST_POINTS = 100;
/** A day: longer is no voice message, and no number that a client shows. */
const LONGEST_MS = 24 * 60 * 60_000;

/** undefined: the content is none of a voice message (https://github.com/matrix-org/matrix-spec-proposals/pull/3245). */
export function readVoice(content: Readonly<Record<string, unknown>>): Voice | undefined {
  if (content['msgtype'] !== 'm.audio' || !isRecord(content[VOICE])) return undefined;
  const audio = isRecord(content[AUDIO]) ? content[AUDIO] : {};
  const info = isRecord(content['info']) ? content['info'] : {};
  const waveform: unknown = audio['waveform'];
  return {
    durationMs: duration(audio['duration']) ?? duration(info['duration']),
    waveform: Array.isArray(waveform) ? points(waveform) : [],
  };
}

const duration = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= LONGEST_MS ? Math.round(value) : undefined;

/** At most {@link MOST_POINTS}: of more, the loudest of each stretch. What is no number is silence. */
function points(values: readonly unknown[]): readonly number[] {
  const count = Math.min(values.length, MOST_POINTS);
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * values.length) / count);
    const until = Math.max(from + 1, Math.floor(((at + 1) * values.length) / count));
    let loudest = 0;
    for (let index = from; index < until; index += 1) loudest = Math.max(loudest, loudness(values[index]));
    return loudest;
  });
}

/** Events hold integers only. */
const loudness = (value: unknown): number =>
  typeof value === 'number' && value > 0 ? Math.min(LOUDEST, Math.round(value)) : 0;

/** What makes the content of an `m.audio` a voice message; goes beside `msgtype`, `url` and `info`. */
export function voiceFields(voice: Voice): Record<string, unknown> {
  const waveform = points(voice.waveform);
  const durationMs = duration(voice.durationMs);
  return {
    [VOICE]: {},
    [AUDIO]: {
      ...(durationMs === undefined ? {} : { duration: durationMs }),
      ...(waveform.length === 0 ? {} : { waveform }),
    },
  };
}

/** As Rocket.Chat's web client names what was recorded in it, in English. */
const RECORD_NAME = 'Audio record';
const RECORD = /^audio record(?: \(\d+\))?\.(?:mp3|m4a|ogg|webm|wav|aac)$/i;

/**
 * Whether a file of Rocket.Chat's was recorded in a client: nothing but its name tells, and that is in the
 * language of the one who recorded it. Other languages' records are audio files like any other.
 */
export const isRecording = (file: { readonly name: string; readonly contentType: string }): boolean =>
  bareType(file.contentType).startsWith('audio/') && RECORD.test(file.name.trim());

/** The name that a voice message of Matrix gets in Rocket.Chat, so that it comes back as one. */
export const voiceFileName = (contentType: string): string => `${RECORD_NAME}${extensionOf(contentType) || '.ogg'}`;
