import * as Flags from '@oclif/core/flags';
import { RcfedError } from '../lib/core/errors.ts';
import { Secret } from '../lib/core/secret.ts';
import type { InputStream } from '../lib/output/streams.ts';
import type { CommandContext } from './context.ts';

const fileFlag = (name: string, summary: string) =>
  Flags.string({
    summary: `File that holds the ${summary}.`,
    env: `RCFED_${variable(name)}_FILE`,
    helpValue: 'FILE',
    exclusive: [`${name}-stdin`],
  });

const stdinFlag = (name: string, summary: string) =>
  Flags.boolean({ summary: `Read the ${summary} from stdin.`, env: `RCFED_${variable(name)}_STDIN` });

const variable = (name: string): string => name.replaceAll('-', '_').toUpperCase();

type SecretFlags<Name extends string> = Record<`${Name}-file`, ReturnType<typeof fileFlag>> &
  Record<`${Name}-stdin`, ReturnType<typeof stdinFlag>>;

/**
 * The two flags by which a secret comes in: `--NAME-file` and `--NAME-stdin`. There is no flag that
 * holds the secret itself, because every user of a machine can read the arguments of its processes.
 * @param summary what it is, as in "personal access token of the bot"
 */
export const secretFlags = <Name extends string>(name: Name, summary: string): SecretFlags<Name> =>
  ({ [`${name}-file`]: fileFlag(name, summary), [`${name}-stdin`]: stdinFlag(name, summary) }) as SecretFlags<Name>;

/** What to pass instead of answering the question for a secret. */
export const secretHint = (name: string): string => `--${name}-file FILE, --${name}-stdin or RCFED_${variable(name)}`;

/** Reads a secret from stdin, file or RCFED_NAME, in this order; the redactor knows it from then on. */
export const readSecret = async (
  name: string,
  flags: Readonly<Record<string, unknown>>,
  { env, io, redactor }: Pick<CommandContext, 'env' | 'io' | 'redactor'>,
): Promise<Secret | undefined> => {
  const file = flags[`${name}-file`];
  const text =
    flags[`${name}-stdin`] === true
      ? await fromStdin(name, io.stdin)
      : typeof file === 'string'
        ? await textOf(file, name)
        : env[`RCFED_${variable(name)}`];
  const value = text?.trim();
  if (value === undefined || value === '') return undefined;
  const secret = new Secret(value);
  redactor.know(secret);
  return secret;
};

/** stdin can be read once, and holds one secret; that one may be asked for again, as a two-factor code is. */
const alreadyRead = new WeakMap<InputStream, { readonly name: string; readonly text: Promise<string> }>();

const fromStdin = (name: string, stdin: InputStream): Promise<string> => {
  const before = alreadyRead.get(stdin);
  if (before?.name === name) return before.text;
  const text = stdin.readAll();
  if (before === undefined) alreadyRead.set(stdin, { name, text });
  return text;
};

const textOf = async (path: string, name: string): Promise<string> => {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new RcfedError('RCFED_FILE_UNREADABLE', `The file of --${name}-file can't be read`, {
      why: `Its path is ${path}.`,
      cause: error,
    });
  }
};
