import { RcfedError } from '../lib/core/errors.ts';

/** The part of an oclif flag definition that decides how its variable is read. */
interface FlagShape {
  readonly type: 'boolean' | 'option';
  readonly env?: string | undefined;
  readonly char?: string | undefined;
  readonly allowNo?: boolean | undefined;
  readonly multiple?: boolean | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const YES = new Set(['1', 'true', 'yes', 'on', 'y']);
const NO = new Set(['', '0', 'false', 'no', 'off', 'n']);

/**
 * The arguments with every flag added that only its environment variable gives. oclif would read
 * process.env itself; going through the context lets a test give its own, and lets a wrong value say
 * which variable it came from. A list is separated by commas.
 */
export const withEnvironment = (
  argv: readonly string[],
  flags: Readonly<Record<string, FlagShape>>,
  env: Environment,
): string[] => {
  const end = argv.indexOf('--');
  const given = end === -1 ? argv : argv.slice(0, end);
  const added: string[] = [];
  for (const [name, flag] of Object.entries(flags)) {
    const value = flag.env === undefined ? undefined : env[flag.env];
    if (value === undefined || isGiven(given, name, flag.char)) continue;
    added.push(...argumentsFor(name, flag, value));
  }
  return [...added, ...argv];
};

const argumentsFor = (name: string, flag: FlagShape, value: string): string[] => {
  if (flag.type === 'boolean') {
    if (YES.has(value.toLowerCase())) return [`--${name}`];
    if (NO.has(value.toLowerCase())) return flag.allowNo === true && value !== '' ? [`--no-${name}`] : [];
    throw new RcfedError('RCFED_USAGE', `${flag.env} must be 1 or 0`);
  }
  // An empty variable is how a unit file or a container says "not set".
  if (value === '') return [];
  return flag.multiple === true ? value.split(',').map((item) => `--${name}=${item.trim()}`) : [`--${name}=${value}`];
};

const isGiven = (argv: readonly string[], name: string, char: string | undefined): boolean =>
  argv.some(
    (argument) =>
      argument === `--${name}` ||
      argument === `--no-${name}` ||
      argument.startsWith(`--${name}=`) ||
      (char !== undefined && /^-[a-z]+$/i.test(argument) && argument.includes(char)),
  );

/** Whether JSON is wanted, decided before parsing so that a usage error is JSON too. */
export const wantsJson = (argv: readonly string[], env: Environment): boolean => {
  const end = argv.indexOf('--');
  return (
    (end === -1 ? argv : argv.slice(0, end)).includes('--json') || YES.has((env['RCFED_JSON'] ?? '').toLowerCase())
  );
};
