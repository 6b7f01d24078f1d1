const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** A text as it may stand in an element or an attribute. XML 1.0 has no place for most control characters, not even escaped. */
export const xmlText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[[\p{Cc}\uFFFE\uFFFF]--[\t\n\r]]/gv, '\uFFFD')
    .replaceAll(/[&<>"\n]/g, (character) => ENTITIES[character] ?? character);
