/** Parts a construct without showing: Rocket.Chat's grammar has escapes only for `* _ ~ \` # .`, and only outside emphasis. */
export const ZERO_WIDTH = '\u200b';

const URL_IN_TEXT = /https?:\/\/[^\s<>"]+/gi;

/**
 * Text that shows as it is, outside emphasis and link labels; `ends` when nothing follows it on its line.
 * URLs stay untouched, else they would lead elsewhere.
 */
export function escapeMarkdown(text: string, ends: boolean): string {
  // The URL of `<https://…|label>` is not looked at by the first step, its beginning is by the second.
  return partConstructs(outsideUrls(text, (words, last) => escapeWords(words, ends && last)));
}

function outsideUrls(text: string, change: (words: string, last: boolean) => string): string {
  let changed = '';
  let at = 0;
  for (const url of text.matchAll(URL_IN_TEXT)) {
    changed += change(text.slice(at, url.index), false) + url[0];
    at = url.index + url[0].length;
  }
  return changed + change(text.slice(at), true);
}

/** An underscore within a word is harmless as long as a blank or nothing follows the word: with `x_y\`code\`` the code is lost. */
const UNDERSCORED_WORD = /(?<=\s|^)[a-z0-9]+(?:_[a-z0-9]+)+(?=\s)/gi;

function escapeWords(text: string, ends: boolean): string {
  const harmless = new Set(
    [...`${text}${ends ? ' ' : ''}`.matchAll(UNDERSCORED_WORD)].flatMap(({ 0: word, index }) =>
      indexesOf(word, '_').map((at) => index + at),
    ),
  );
  return text.replace(/[*~`_]|(?<=\\)[#.]/g, (char, at: number) => (harmless.has(at) ? char : `\\${char}`));
}

function indexesOf(text: string, char: string): number[] {
  return [...text].flatMap((found, at) => (found === char ? [at] : []));
}

function isWithinWord(text: string, at: number): boolean {
  return /[a-z0-9]/i.test(text[at - 1] ?? '') && /[a-z0-9]/i.test(text[at + 1] ?? '');
}

/** What no backslash helps against: links, mentions, spoilers, Slack links, timestamps, formulas. */
export function partConstructs(text: string): string {
  return text
    .replace(/\](?=\()/g, `]${ZERO_WIDTH}`)
    .replace(/@(?=@)/g, `@${ZERO_WIDTH}`)
    .replace(/\|(?=\|)/g, `|${ZERO_WIDTH}`)
    .replace(/<(?=[a-z][a-z0-9+.-]*:)/gi, `<${ZERO_WIDTH}`)
    .replace(/\\(?=[([\]])/g, `\\${ZERO_WIDTH}`);
}

/**
 * The beginning of a line of text that would make it a quote, a list, a heading, a table or a rule. Other
 * blanks than a space and a tab before it keep it from being any of these by themselves.
 */
export function escapeLineStart(line: string): string {
  return line
    .replace(/^([ \t]*)(#{1,6})(?=\s)/, '$1\\$2')
    .replace(/^([ \t]*\d+)\.(?=\s)/, '$1\\.')
    .replace(/^(?=[ \t]*(?:>|[-+*](?:\s|$)|[-_*]{3}|\||```))/, ZERO_WIDTH);
}

/** Whether text may stand within emphasis, where a backslash shows and a marker ends it too early. Only bold bears underscores. */
export function fitsEmphasis(text: string, marker: string): boolean {
  if (/[*~`\\]/.test(text) || text.includes('||')) return false;
  return ![...text.matchAll(/_/g)].some(({ index }) => marker !== '*' || !isWithinWord(text, index));
}

/** Behind a letter or digit, or in an address, it is none; behind `#room` and `a@b` it is, for the parser alone. */
const TYPED_MENTION = /(?:(?<![0-9a-z/=&?#%+.-])|(?<=[#@][\p{L}\p{N}_.-]+))@(?=[\p{L}\p{N}_.-])/giu;

/**
 * Text in which nobody is mentioned: what a Matrix user only typed is no mention (spec: user and room
 * mentions, "intentional"). Addresses (`a@example.org`, `example.org/@a`) stay as they are.
 */
export function disarmMentions(text: string): string {
  return disarmEverybody(outsideUrls(text, (words) => words.replace(TYPED_MENTION, `@${ZERO_WIDTH}`)));
}

/** `@all` and `@here` of somebody who may not use them make Rocket.Chat refuse the whole message, even in code. */
export function disarmEverybody(text: string): string {
  return text
    .replace(/(https?:\/\/[^\s]*?)@(?=(?:all|here)\b)/gi, '$1%40')
    .replace(/(?<![0-9a-z])@(?=(?:all|here)\b)/gi, `@${ZERO_WIDTH}`);
}
