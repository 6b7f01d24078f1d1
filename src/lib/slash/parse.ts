import { closest } from '../core/closest.ts';
import { RcfedError } from '../core/errors.ts';
import { ZERO_WIDTH } from '../format/escape-markdown.ts';
import { shellWord } from '../core/shell-word.ts';
import type { SlashArguments, SlashWord } from './slash-word.ts';
import { slashWords } from './words.ts';

/** What somebody typed. */
export interface Slash {
  readonly word: SlashWord;
  /** What follows it, as its {@link SlashWord.run} takes it. */
  readonly words: readonly string[];
}

/**
 * Reads a slash command as people type it; the slash may be left out. Words are parted by blanks, and people by
 * commas too.
 * @throws RcfedError RCFED_COMMAND_UNKNOWN with those that may be meant, RCFED_USAGE with how it is written
 */
export function parseSlash(text: string): Slash {
  const typed = text
    // The bot's own answers have it after an @, so that nobody is called by them; who copies one has it too.
    .replaceAll(ZERO_WIDTH, '')
    .trim()
    .replace(/^[/!]\s*/, '')
    .replace(/^federation\s+help$/i, 'help');
  const word = slashWords.find(({ name }) => isSaid(name, typed));
  if (word === undefined) throw unknown(typed);
  return { word, words: argumentsOf(word, typed.slice(lengthOf(word.name, typed)).trim()) };
}

/** `federation dm`, whatever the case and the blanks between. */
const pattern = (name: string): RegExp => new RegExp(`^${name.replace(' ', '\\s+')}(?=\\s|$)`, 'i');
const isSaid = (name: string, typed: string): boolean => pattern(name).test(typed);
const lengthOf = (name: string, typed: string): number => pattern(name).exec(typed)?.[0].length ?? 0;

function argumentsOf(word: SlashWord, rest: string): readonly string[] {
  const read: Readonly<Record<SlashArguments, () => readonly string[] | undefined>> = {
    none: () => (rest === '' ? [] : undefined),
    'maybe text': () => (rest === '' ? [] : [rest]),
    text: () => (rest === '' ? undefined : [rest]),
    one: () => (/^\S+$/.test(rest) ? [rest] : undefined),
    people: () => (rest === '' ? undefined : [...new Set(rest.split(/[\s,]+/).filter((each) => each !== ''))]),
  };
  const words = read[word.arguments]();
  if (words !== undefined) return words;
  const usage = `/${word.name} ${word.takes}`.trim();
  throw new RcfedError('RCFED_USAGE', `/${word.name} is written ${usage}`, {
    try: [`rcfed slash ${shellWord(usage)}`],
  });
}

const TOPIC = 'federation';

/** The first two words at most are repeated, and only if they look like some: what follows may be anything. */
function unknown(typed: string): RcfedError {
  const said = /^[a-z-]{1,30}(?:\s+[a-z-]{1,30})?/i.exec(typed)?.[0].toLowerCase().replace(/\s+/, ' ') ?? '';
  const [first = '', second = ''] = said.split(' ');
  const names = slashWords.map(({ name }) => name);
  const inTopic = names.filter((name) => name.includes(' '));
  const ofOneWord = names.filter((name) => !name.includes(' '));
  const isTopic = first === TOPIC;
  const ofTopic = closest(
    isTopic ? second : said,
    isTopic ? inTopic.map((name) => name.slice(TOPIC.length + 1)) : inTopic,
  );
  const meant = isTopic
    ? ofTopic.map((name) => `${TOPIC} ${name}`)
    : [...(second === '' ? [] : ofTopic.slice(0, 1)), ...closest(first, ofOneWord)];
  const shown = isTopic ? `/${said}` : `/${first}`;
  const guess = meant.length === 0 ? '' : `; did you mean ${meant.map((name) => `/${name}`).join(' or ')}?`;
  return new RcfedError('RCFED_COMMAND_UNKNOWN', `There is no slash command ${shown}${guess}`, {
    try: [...meant.slice(0, 2).map((name) => `rcfed slash /${name}`), 'rcfed slash /help'],
  });
}
