import { stripVTControlCharacters } from 'node:util';

/** What servers say must not break the layout, move the cursor or speak in lines of its own. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text)
    // oxlint's no-control-regex would refuse the range spelled out; \p{Cc} is the same set.
    .replaceAll(/\p{Cc}+/gu, ' ');

export const oneLine = (text: string): string => printable(text).trim();
