import type { Config } from '@oclif/core/config';
import type { Folders } from '../lib/config/folders.ts';
import type { Clock } from '../lib/core/clock.ts';
import type { Prompts } from '../lib/output/prompts.ts';
import type { Redactor } from '../lib/output/redactor.ts';
import type { Io } from '../lib/output/streams.ts';

/**
 * Everything a command takes from outside. Commands and services touch no global, so a test runs any
 * command in its own process with folders, clock, input and environment of its own.
 */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folders: Folders;
  readonly clock: Clock;
  readonly io: Io;
  /** Aborted by the first SIGINT or SIGTERM with the RcfedError that sets the exit code. */
  readonly signal: AbortSignal;
  readonly prompts: Prompts;
  readonly redactor: Redactor;
}

const contexts = new WeakMap<Config, CommandContext>();

/** oclif constructs commands itself and hands them only its configuration, which therefore carries the context. */
export const provideContext = (config: Config, context: CommandContext): void => {
  contexts.set(config, context);
};

export const contextOf = (config: Config): CommandContext => {
  const context = contexts.get(config);
  if (context === undefined) throw new Error('the command was started without a context');
  return context;
};
