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
    return new RcfedError('RCFED_USAGE', `rcfed ${command} needs ${numberWanted(error.message)} there`, {
      try: [help],
    });
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
      return argumentsMissing(command, error.args ?? []);
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
      return flagsMissing(error.message, command) ?? flagsAtOdds(error.message, command, knownFlags);
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

const argumentsMissing = (command: string, args: readonly { readonly name?: string }[]): string =>
  `rcfed ${command} needs ${args.map(({ name }) => name?.toUpperCase()).join(' and ')}`;

/**
 * The error for required arguments that are empty, as a variable that is not set leaves them in a script; undefined
 * where there are none.
 */
export const emptyArguments = (
  command: string,
  args: Readonly<Record<string, { readonly required?: boolean | undefined }>>,
  given: Readonly<Record<string, unknown>>,
): RcfedError | undefined => {
  const empty = Object.keys(args).filter((name) => args[name]?.required && String(given[name]).trim() === '');
  if (empty.length === 0) return undefined;
  const message = argumentsMissing(
    command,
    empty.map((name) => ({ name })),
  );
  return new RcfedError('RCFED_USAGE', `${message}, which is empty`, { try: [`rcfed ${command} --help`] });
};

const numberWanted = (message: string): string => {
  const [, way, bound] = /(greater|less) than or equal to (-?\d+)/.exec(message) ?? [];
  if (bound === undefined) return 'a whole number';
  return `a whole number of at ${way === 'greater' ? 'least' : 'most'} ${bound}`;
};

const aboutOneFlag = (message: string): string | undefined => {
  const [, parsed, expected] = /^Parsing (--[\w-]+) \n\tExpected an? ([a-z]+)/.exec(message) ?? [];
  if (parsed !== undefined)
    return `${parsed} needs ${expected === 'integer' ? numberWanted(message) : `a ${expected}`}`;
  const [, name, problem] = /^Flag (--[\w-]+) (expects a value|can only be specified once)/.exec(message) ?? [];
  if (name === undefined) return undefined;
  return problem === 'expects a value' ? `${name} needs a value` : `${name} is given more than once`;
};

const flagsMissing = (message: string, command: string): string | undefined => {
  const missing = [...message.matchAll(/Missing required flag ([\w-]+)/g)].map(([, name]) => `--${name}`);
  return missing.length === 0 ? undefined : `rcfed ${command} needs ${missing.join(' and ')}`;
};

const flagsAtOdds = (message: string, command: string, knownFlags: readonly string[]): string => {
  const names = knownFlags.filter((flag) => new RegExp(`--${flag}(?![\\w-])`).test(message)).map((flag) => `--${flag}`);
  return `The flags of rcfed ${command} do not fit together: ${names.join(', ')}`;
};
