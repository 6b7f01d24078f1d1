import { parseMxc } from '../../matrix/mxc.ts';
import { bareType } from '../files/content-type.ts';
import { cleanFileName } from '../files/file-name.ts';
import type { ImageSize } from '../files/image-size.ts';
import { readVoice, type Voice } from '../files/voice.ts';
import { type Fields, fieldsOf, numberWithin, textOf } from './fields.ts';

/** A file as its event describes it. All but the address is what its sender says: the server may say otherwise. */
export interface FileFields {
  readonly mxc: string;
  /** `content.file` in place of `content.url`: its bytes are encrypted, with a key that only the event has. */
  readonly encrypted: boolean;
  /** Safe as a name. */
  readonly fileName: string;
  /** Without parameters. */
  readonly contentType: string;
  /** Bytes. */
  readonly size: number | undefined;
  readonly imageSize: ImageSize | undefined;
  readonly durationMs: number | undefined;
  readonly voice: Voice | undefined;
}

const MOST_PIXELS = 1_000_000;
/** 1000 hours. */
const LONGEST_MS = 3_600_000_000;

/** undefined: there is no address of any media. */
export function readFile(content: Fields, name: string | undefined): FileFields | undefined {
  const encrypted = content['file'] !== undefined;
  const mxc = textOf(encrypted ? fieldsOf(content['file'])['url'] : content['url']);
  if (mxc === undefined || parseMxc(mxc) === undefined) return undefined;
  const info = fieldsOf(content['info']);
  const contentType = bareType(textOf(info['mimetype']) ?? '');
  const width = numberWithin(info['w'], 1, MOST_PIXELS);
  const height = numberWithin(info['h'], 1, MOST_PIXELS);
  return {
    mxc,
    encrypted,
    fileName: cleanFileName(name, contentType),
    contentType,
    size: numberWithin(info['size'], 0, Number.MAX_SAFE_INTEGER),
    imageSize: width === undefined || height === undefined ? undefined : { width, height },
    durationMs: numberWithin(info['duration'], 0, LONGEST_MS),
    voice: readVoice(content),
  };
}
