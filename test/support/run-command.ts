import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import type { BaseCommand } from '../../src/cli/base-command.ts';
import { type CommandContext, provideContext } from '../../src/cli/context.ts';
import { foldersFrom } from '../../src/lib/config/folders.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { Secret } from '../../src/lib/core/secret.ts';
import type { Prompts } from '../../src/lib/output/prompts.ts';
import { createRedactor } from '../../src/lib/output/redactor.ts';
import type { OutputStream } from '../../src/lib/output/streams.ts';

export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

export interface CommandRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** The JSON answer on stdout; throws if there is none. */
  readonly json: <Answer = Record<string, unknown>>() => Answer;
  /** One object for each line of stdout. */
  readonly lines: <Answer = Record<string, unknown>>() => Answer[];
}

export interface RunOptions extends Partial<Omit<CommandContext, 'io' | 'env'>> {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Everything that stdin holds, which is read once. */
  readonly stdin?: string;
  /** Whether a person sits at a terminal. Default: no. */
  readonly terminal?: boolean;
  /** What that person answers, by a part of the question's text. Asked anything else, the run fails. */
  readonly answers?: Readonly<Record<string, string | boolean | Secret>>;
  /** Called with each piece of stdout as it is written, for commands that go on for long. */
  readonly onStdout?: (text: string) => void;
}

/**
 * Runs a command of src/commands in this process, through the base command and with a context of its
 * own. Give it `env: {HOME: …}` or `folders` in a temporary folder if it reads or writes profiles.
 */
export const runCommand = async (argv: readonly string[], options: RunOptions = {}): Promise<CommandRun> => {
  const { id, file, rest } = locate(argv);
  const { default: CommandClass } = (await import(file)) as { default: RunnableCommand };
  CommandClass.id = id;
  return await runCommandClass(CommandClass, rest, await Config.load({ root: repositoryRoot }), options);
};

/** As {@link runCommand} for a command that is no file of src/commands. */
export const runCommandClass = async (
  CommandClass: RunnableCommand,
  argv: readonly string[],
  config: Config,
  options: RunOptions = {},
): Promise<CommandRun> => {
  const stdout = collector(options.terminal ?? false, options.onStdout);
  const stderr = collector(options.terminal ?? false);
  const env = options.env ?? {};
  let unread = options.stdin ?? '';
  const readAll = async (): Promise<string> => {
    const text = unread;
    unread = '';
    return await Promise.resolve(text);
  };
  provideContext(config, {
    folders: foldersFrom({ HOME: '/nonexistent', ...env }),
    clock: systemClock,
    signal: new AbortController().signal,
    prompts: scriptedPrompts(options.answers ?? {}),
    redactor: createRedactor(),
    ...options,
    env,
    io: {
      stdin: { isTTY: options.terminal ?? false, readAll },
      stdout,
      stderr,
    },
  });
  const exitCode = await new CommandClass([...argv], config).run();
  return {
    stdout: stdout.text(),
    stderr: stderr.text(),
    exitCode,
    json: <Answer>() => JSON.parse(stdout.text()) as Answer,
    lines: <Answer>() =>
      stdout
        .text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Answer),
  };
};

interface RunnableCommand {
  id: string;
  new (argv: string[], config: Config): Pick<BaseCommand<never, unknown>, 'run'>;
}

/** The longest run of words that is a file under src/commands. */
const locate = (argv: readonly string[]): { id: string; file: string; rest: readonly string[] } => {
  for (let length = argv.length; length > 0; length--) {
    const words = argv.slice(0, length);
    const file = join(repositoryRoot, 'src/commands', `${words.join('/')}.ts`);
    if (words.every((word) => /^[a-z-]+$/.test(word)) && existsSync(file))
      return { id: words.join(':'), file, rest: argv.slice(length) };
  }
  throw new Error(`no command in src/commands is called ${argv.join(' ')}`);
};

const collector = (isTTY: boolean, onText?: (text: string) => void): OutputStream & { text: () => string } => {
  const pieces: string[] = [];
  return {
    isTTY,
    columns: isTTY ? 80 : undefined,
    write(text) {
      pieces.push(text);
      onText?.(text);
    },
    text: () => pieces.join(''),
  };
};

const scriptedPrompts = (answers: Readonly<Record<string, string | boolean | Secret>>): Prompts => {
  const answer = (message: string): Promise<never> => {
    const found = Object.entries(answers).find(([part]) => message.includes(part));
    if (found === undefined) throw new Error(`the test has no answer to "${message}"`);
    return Promise.resolve(found[1] as never);
  };
  return { text: answer, secret: answer, confirm: answer, choose: answer };
};
