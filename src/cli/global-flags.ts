import * as Flags from '@oclif/core/flags';
import { parseDuration } from '../lib/core/duration.ts';

/** A flag whose value is a duration; the command reads milliseconds. */
export const durationFlag = Flags.custom<number>({
  helpValue: 'DURATION',
  parse: (input, _context, options) => Promise.resolve(parseDuration(input, options.name)),
});

const helpGroup = 'GLOBAL';

/** Flags of every command. Only these have a one-letter form. */
export const globalFlags = {
  profile: Flags.string({ summary: 'Profile to use.', env: 'RCFED_PROFILE', helpValue: 'NAME', helpGroup }),
  json: Flags.boolean({ summary: 'Print the result as JSON.', env: 'RCFED_JSON', helpGroup }),
  quiet: Flags.boolean({
    char: 'q',
    summary: 'Print the result and errors, nothing else.',
    env: 'RCFED_QUIET',
    helpGroup,
  }),
  verbose: Flags.boolean({ char: 'v', summary: 'Say what happens, in detail.', env: 'RCFED_VERBOSE', helpGroup }),
  'no-input': Flags.boolean({
    summary: 'Never ask; fail where an answer is needed.',
    env: 'RCFED_NO_INPUT',
    helpGroup,
  }),
  yes: Flags.boolean({ char: 'y', summary: 'Answer every confirmation with yes.', env: 'RCFED_YES', helpGroup }),
  timeout: durationFlag({
    summary: 'Longest wait for one answer of a server; a bare number is seconds. 30s unless given.',
    env: 'RCFED_TIMEOUT',
    helpGroup,
  }),
  'ca-file': Flags.string({
    summary: 'Trust the certificates in this PEM file as well.',
    env: 'RCFED_CA_FILE',
    helpValue: 'FILE',
    helpGroup,
  }),
  'no-color': Flags.boolean({ summary: 'Print without colours.', env: 'RCFED_NO_COLOR', helpGroup }),
  plain: Flags.boolean({
    summary: 'Words only: no spinner, no cursor movement, no colours.',
    env: 'RCFED_PLAIN',
    helpGroup,
  }),
};

/** The global flags as a command reads them, after precedence flag, environment, default. */
export interface Settings {
  /** Undefined: the profile in use. */
  readonly profile: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Whether a question may be asked. */
  readonly interactive: boolean;
  readonly yes: boolean;
  /** Undefined: the profile's, else {@link DEFAULT_TIMEOUT_MS}. */
  readonly timeoutMs: number | undefined;
  /** Undefined: the profile's. */
  readonly caFile: string | undefined;
  readonly colour: boolean;
  readonly plain: boolean;
}

export const DEFAULT_TIMEOUT_MS = 30_000;
