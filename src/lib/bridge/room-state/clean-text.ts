/** Control and format characters, those that turn text around among them; line breaks and the joiners of scripts stay. */
const INVISIBLE = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;
/** Code points: at most 16 KiB of the 64 KiB of an event. */
const LONGEST = 4_000;

/** A topic or an announcement as both sides can have it. Cleaning twice is cleaning once. */
export function cleanText(text: string): string {
  // Far more than is kept: nobody's topic is worth cleaning megabytes.
  const cleaned = text
    .slice(0, LONGEST * 4)
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(INVISIBLE, '')
    .trim();
  return [...cleaned].slice(0, LONGEST).join('').trim();
}
