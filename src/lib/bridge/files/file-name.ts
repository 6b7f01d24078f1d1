import { extensionOf } from './content-type.ts';

/** What file systems and both servers take, in bytes of UTF-8. */
const MOST_BYTES = 255;
/** Longer endings are part of the name. */
const EXTENSION = /\.[\p{L}\p{N}_-]{1,16}$/u;
/**
 * Characters that are not seen, or that turn the reading direction of what stands after them, as in
 * `annexe[U+202E]fdp.exe`. Marks and joiners stay: Arabic, Persian and emoji are written with them.
 */
const UNSEEN =
  /[\p{Cc}\u200B\u2028\u2029\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB]|\p{Noncharacter_Code_Point}/gu;

/**
 * The name under which a file of somebody else's is passed on: its last part without the path, composed
 * (NFC), without unseen characters, at most 255 bytes with its extension kept. A name of which nothing
 * remains, or none, becomes `file` with the extension of its type.
 */
export function cleanFileName(name: string | undefined, contentType = ''): string {
  const last = (name ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const seen = last.normalize('NFC').replaceAll(UNSEEN, '').replaceAll(/\s+/gu, ' ').trim();
  const cleaned = shortened(seen.replace(/[. ]+$/, ''));
  return cleaned === '' ? `file${extensionOf(contentType)}` : cleaned;
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MOST_BYTES) return name;
  const extension = EXTENSION.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - extension.length);
  const room = MOST_BYTES - Buffer.byteLength(extension);
  let short = '';
  let bytes = 0;
  // No grapheme is cut in two, and of the rest nothing is looked at.
  for (const { segment } of new Intl.Segmenter('en').segment(stem.slice(0, MOST_BYTES * 4))) {
    bytes += Buffer.byteLength(segment);
    if (bytes > room) break;
    short += segment;
  }
  return `${short.trimEnd()}${extension}`;
}
