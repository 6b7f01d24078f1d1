const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The last end of a grapheme within `max`; of one that is longer, of a code point. */
export function boundary(text: string, max: number): number {
  // The start is a boundary, and what comes more than one code point later decides nothing.
  const found = graphemes.segment(text.slice(0, max + 2)).containing(max);
  if (found !== undefined && found.index > 0) return found.index;
  if (found === undefined) return text.length;
  const low = text.charCodeAt(max);
  return max > 1 && low >= 0xdc00 && low <= 0xdfff ? max - 1 : Math.max(1, max);
}
