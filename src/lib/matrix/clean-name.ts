/** Format characters (bidi among them) but not the joiners that scripts and emoji need, and blanks that look like none. */
const INVISIBLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u034f\u115f\u1160\u2800\u3164\uffa0]/gu;
/** Joiners that join nothing: two in a row, or at an end. */
const IDLE_JOINERS = /^[\u200c\u200d]+|[\u200c\u200d]+(?=[\u200c\u200d\s]|$)|(?<=\s)[\u200c\u200d]+/gu;
/** More marks on one letter than any script writes: they would cover the lines around it. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;
/** A handle of either side, or `@all`: a name must not look like one, nor become one where it is quoted. */
const HANDLE = /(?<![\p{L}\p{N}])[@\uff20\ufe6b]+/gu;
/** Rounds until nothing changes: taking one thing away may bring two others together. */
const ROUNDS = 4;

/**
 * What is left of a name that somebody else chose, on one line, without what can't be seen or turns the text
 * around, at most `length` code points. Empty when nothing is left that can be read. Cleaning twice is cleaning
 * once.
 */
export function cleanName(text: string, length: number): string {
  // Far more than is kept: nobody's name is worth cleaning megabytes.
  let name = once(text.slice(0, length * 8), length);
  for (let round = 0; round < ROUNDS; round += 1) {
    const again = once(name, length);
    if (again === name) break;
    name = again;
  }
  return /[\p{L}\p{N}\p{S}\p{P}]/u.test(name) ? name : '';
}

function once(text: string, length: number): string {
  const cleaned = text
    .toWellFormed()
    .replace(/\s+/gu, ' ')
    .replace(INVISIBLE, '')
    .replace(PILED_MARKS, '$1')
    .replace(IDLE_JOINERS, '')
    .replace(HANDLE, '')
    .replace(/ +/g, ' ')
    .trim();
  return [...cleaned].slice(0, length).join('').trim();
}
