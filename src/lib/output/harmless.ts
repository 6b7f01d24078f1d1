import { stripVTControlCharacters } from 'node:util';

/**
 * Text as a terminal may be given it: names, topics and errors come from servers, and an escape sequence in one of them
 * would move the cursor, hide what was said or change the window's title. Line breaks and tabs stay.
 */
export const harmless = (text: string): string => stripVTControlCharacters(text).replaceAll(/[\p{Cc}--[\n\t]]/gv, '');
