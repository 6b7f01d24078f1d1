import { failure } from '../lib/output/envelope.ts';
import { asRcfedError, failureAsText, stackOf } from '../lib/output/failure.ts';
import { harmless } from '../lib/output/terminal-text.ts';
import type { CommandContext } from './context.ts';
import { wantsJson } from './flag-environment.ts';

/** Prints the one JSON answer: indented for a person at a terminal, one line for a program. */
export const writeJson = (context: CommandContext, answer: object, reveals = false): void => {
  const { stdout } = context.io;
  const text = JSON.stringify(answer, undefined, stdout.isTTY ? 2 : undefined);
  stdout.write(`${reveals ? text : context.redactor.scrub(text)}\n`);
};

/**
 * Prints a failure, as JSON on stdout or as text on stderr.
 * @returns its exit code.
 */
export const reportFailure = (context: CommandContext, argv: readonly string[], error: unknown): number => {
  const { env, io, redactor } = context;
  const known = asRcfedError(error);
  if (wantsJson(argv, env)) writeJson(context, failure(known, []));
  else io.stderr.write(harmless(redactor.scrub(failureAsText(known))));
  if (env['RCFED_DEBUG'] === '1') io.stderr.write(redactor.scrub(stackOf(error)));
  return known.exit;
};
