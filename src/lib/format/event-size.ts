import type { MatrixText } from './lookups.ts';

/**
 * An event has at most 65,536 bytes with all its fields, signatures and hashes
 * (https://spec.matrix.org/v1.17/client-server-api/#size-limits); this is what text may take of it.
 */
const TEXT_BYTES = 65_536 - 20_480;
/** How much of a text that became a file is shown, in UTF-16 units. */
const OPENING = 600;

/** Text as it may be sent: in the event, or as a file with its beginning in the event. */
export type EventText =
  | { readonly kind: 'text'; readonly text: MatrixText }
  | { readonly kind: 'file'; readonly opening: string; readonly name: 'message.txt'; readonly bytes: Uint8Array };

/**
 * Whether an event has room for the text so many times: an edit carries it twice. Bytes are those of JSON,
 * in which a line break takes two.
 */
export function fitsEvent(text: MatrixText, times = 1): boolean {
  return Buffer.byteLength(JSON.stringify(text)) * times <= TEXT_BYTES;
}

/** What is too long for an event loses its HTML first; if the body alone is too long, it is a file of UTF-8. */
export function asEvent(text: MatrixText, times = 1): EventText {
  if (fitsEvent(text, times)) return { kind: 'text', text };
  const { body } = text;
  if (fitsEvent({ body }, times)) return { kind: 'text', text: { body } };
  return { kind: 'file', opening: openingOf(body), name: 'message.txt', bytes: new TextEncoder().encode(body) };
}

/** The beginning, ended at a line or a blank if one is near, and never within a character that is seen as one. */
function openingOf(body: string): string {
  const beginning = body.slice(0, OPENING);
  const ends = [beginning.lastIndexOf('\n'), beginning.lastIndexOf(' ')];
  const end = ends.find((at) => at > OPENING / 2) ?? lastBoundary(beginning);
  return `${beginning.slice(0, end).trimEnd()} …`;
}

function lastBoundary(text: string): number {
  const graphemes = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)];
  return graphemes.at(-1)?.index || text.length;
}
