import { RcfedError } from '../lib/core/errors.ts';
import { closest } from '../lib/core/closest.ts';

interface ParseErrorShape {
  readonly constructor: { readonly name: string };
  readonly message: string;
  readonly args?: readonly { readonly name?: string }[];
  readonly flags?: readonly string[];
}

/**
 * oclif's parse errors as ours. Their own text repeats what was typed, and what was typed may be a
 * token in the wrong place, so only names that the program knows are repeated: never a value.
 *
 * Errors are told apart by class name, because importing oclif's parser for `instanceof` would load
 * it where only help is printed.
 */
export const fromParseError = (error: unknown, command: string, knownFlags: readonly string[]): unknown => {
  if (error instanceof RcfedError) return withoutWrapping(error);
  if (!(error instanceof Error)) return error;
  const help = `rcfed ${command} --help`;
  // What the parser of an argument throws bears no mark of oclif's.
  if (error.message.startsWith('Expected an integer'))
    return new RcfedError('RCFED_USAGE', `rcfed ${command} needs a whole number there`, { try: [help] });
  if (!('oclif' in error)) return error;
  const shape: ParseErrorShape = error;
  return new RcfedError('RCFED_USAGE', describe(shape, command, knownFlags), { try: [help] });
};

/** oclif writes "Parsing --flag" before and a hint after the message of what a flag's `parse` throws. */
const withoutWrapping = (error: RcfedError): RcfedError => {
  const [, message = error.message] = /^Parsing --\S+ \n\t([^]*)\nSee more help with --help$/.exec(error.message) ?? [];
  return new RcfedError(error.code, message, {
    ...(error.why === undefined ? {} : { why: error.why }),
    try: error.try,
  });
};

const describe = (error: ParseErrorShape, command: string, knownFlags: readonly string[]): string => {
  switch (error.constructor.name) {
    case 'RequiredArgsError':
      return `rcfed ${command} needs ${(error.args ?? []).map((argument) => argument.name?.toUpperCase()).join(' and ')}`;
    case 'UnexpectedArgsError':
      return `rcfed ${command} was given ${error.args?.length ?? 'some'} more argument(s) than it takes`;
    case 'NonExistentFlagsError':
      return unknownFlags(error.flags ?? [], command, knownFlags);
    case 'FlagInvalidOptionError':
    case 'ArgInvalidOptionError': {
      const [, name] = /^Expected (--[\w-]+)=/.exec(error.message) ?? [];
      const choices = error.message.slice(error.message.lastIndexOf(' to be one of: ') + ' to be one of: '.length);
      return `${name ?? 'The argument'} must be one of ${choices.split('\n')[0]}`;
    }
    case 'FailedFlagValidationError':
    case 'ViolatedFlagConstraintError':
      return `The flags of rcfed ${command} do not fit together: ${namesIn(error.message, knownFlags)}`;
    default:
      return aboutOneFlag(error.message) ?? `The arguments of rcfed ${command} can't be understood`;
  }
};

const unknownFlags = (flags: readonly string[], command: string, knownFlags: readonly string[]): string => {
  const [first = ''] = flags;
  const [name = ''] = first.split('=');
  const meant = closest(
    name,
    knownFlags.map((flag) => `--${flag}`),
  );
  const question = meant.length > 0 ? `; did you mean ${meant.join(' or ')}?` : '';
  // A word that is not shaped like a flag's name may be anything, a token included.
  return /^--?[a-z][a-z-]{0,30}$/i.test(name)
    ? `rcfed ${command} has no flag ${name}${question}`
    : `rcfed ${command} was given a flag it does not have`;
};

const aboutOneFlag = (message: string): string | undefined => {
  const [, parsed, expected] = /^Parsing (--[\w-]+) \n\tExpected an? ([a-z ]+?)(?: but|:|\n)/.exec(message) ?? [];
  if (parsed !== undefined) return `${parsed} needs ${expected === 'integer' ? 'a whole number' : `a ${expected}`}`;
  const [, name, problem] = /^Flag (--[\w-]+) (expects a value|can only be specified once)/.exec(message) ?? [];
  if (name === undefined) return undefined;
  return problem === 'expects a value' ? `${name} needs a value` : `${name} is given more than once`;
};

const namesIn = (message: string, knownFlags: readonly string[]): string =>
  knownFlags
    .filter((flag) => new RegExp(`--${flag}(?![\\w-])`).test(message))
    .map((flag) => `--${flag}`)
    .join(', ');
