import { RcfedError } from '../lib/core/errors.ts';
import { closest } from '../lib/core/closest.ts';

/**
 * The error for words that name no command, with up to three that may have been meant. Nothing is
 * run on a guess. Only the first unknown word is repeated, and only if it looks like one: what
 * follows may be anything.
 */
export const unknownCommand = (words: readonly string[], commandIds: readonly string[]): RcfedError => {
  if (words.every((word) => word === ''))
    return new RcfedError('RCFED_COMMAND_UNKNOWN', 'A command comes first, and its flags after it', {
      try: ['rcfed rooms list --json', 'rcfed --help'],
    });
  const known = commandIds.map((id) => id.replaceAll(':', ' '));
  const topics = new Set(known.flatMap((id) => id.split(' ').map((_, at, parts) => parts.slice(0, at + 1).join(' '))));
  let depth = 0;
  while (depth < words.length && topics.has(words.slice(0, depth + 1).join(' '))) depth++;
  const typed = words.slice(0, depth + 1);
  const last = typed.at(-1) ?? '';
  const shown = /^[a-z][a-z-]{0,30}$/i.test(last) ? typed.join(' ') : typed.slice(0, -1).join(' ');
  const topic = words.slice(0, depth).join(' ');
  const prefix = topic === '' ? '' : `${topic} `;
  const siblings = [...topics].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const meant = closest(
    last,
    siblings.filter((word) => !word.includes(' ')),
  ).map((word) => `${prefix}${word}`);
  return new RcfedError(
    'RCFED_COMMAND_UNKNOWN',
    `rcfed has no command ${shown}${meant.length > 0 ? `; did you mean ${meant.join(' or ')}?` : ''}`.replace(
      '  ',
      ' ',
    ),
    {
      try: [...meant.map((command) => `rcfed ${command} --help`), `rcfed ${prefix}--help`].slice(0, 3),
    },
  );
};
