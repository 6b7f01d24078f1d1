import type { CommandContext } from './context.ts';
import type { Settings } from './global-flags.ts';

interface GlobalValues {
  readonly profile?: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly 'no-input': boolean;
  readonly yes: boolean;
  readonly timeout?: number | undefined;
  readonly 'ca-file'?: string | undefined;
  readonly 'no-color': boolean;
  readonly plain: boolean;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

/** The global flags, with what the terminal and the usual variables (CI, NO_COLOR, TERM) say. */
export const settingsFrom = (flags: GlobalValues, { env, io }: Pick<CommandContext, 'env' | 'io'>): Settings => {
  const plain = flags.plain || env['TERM'] === 'dumb';
  const ci = isSet(env['CI']) && env['CI'] !== 'false' && env['CI'] !== '0';
  return {
    profile: flags.profile,
    json: flags.json,
    quiet: flags.quiet,
    verbose: flags.verbose,
    interactive: io.stdin.isTTY && io.stderr.isTTY && !flags['no-input'] && !ci,
    yes: flags.yes,
    timeoutMs: flags.timeout,
    caFile: flags['ca-file'],
    colour: io.stdout.isTTY && !plain && !flags['no-color'] && !isSet(env['NO_COLOR']),
    plain,
  };
};
