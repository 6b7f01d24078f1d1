import { stripVTControlCharacters } from 'node:util';

/** What servers say must not break the layout, move the cursor or speak in lines of its own. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text)
    // oxlint's no-control-regex would refuse the range spelled out; \p{Cc} is the same set.
    .replaceAll(/\p{Cc}+/gu, ' ');

export const oneLine = (text: string): string => printable(text).trim();

/**
 * Text as a terminal may be given it: names, topics and errors come from servers, and an escape sequence in one of them
 * would move the cursor, hide what was said or change the window's title. Line breaks and tabs stay.
 */
export const harmless = (text: string): string => stripVTControlCharacters(text).replaceAll(/[\p{Cc}--[\n\t]]/gv, '');
