import { foldersFrom } from '../lib/config/folders.ts';
import { systemClock } from '../lib/core/clock.ts';
import { RcfedError } from '../lib/core/errors.ts';
import { inquirerPrompts } from '../lib/output/prompts.ts';
import { createRedactor } from '../lib/output/redactor.ts';
import type { InputStream, Io, OutputStream } from '../lib/output/streams.ts';
import type { CommandContext } from './context.ts';

/** How long what is under way may take after the first Ctrl-C. */
const DRAIN_BOUND_MS = 30_000;

/** The context of a real run. The only file that reads the process: environment, streams, signals. */
export const processContext = (): CommandContext => {
  const io: Io = { stdin: input(process.stdin), stdout: output(process.stdout), stderr: output(process.stderr) };
  return {
    env: process.env,
    folders: foldersFrom(process.env),
    clock: systemClock,
    io,
    signal: interruptions(),
    prompts: inquirerPrompts(io),
    redactor: createRedactor(),
  };
};

const output = (stream: NodeJS.WriteStream): OutputStream => ({
  write: (text) => void stream.write(text),
  isTTY: stream.isTTY,
  get columns() {
    return stream.columns;
  },
  raw: stream,
});

const input = (stream: NodeJS.ReadStream): InputStream => ({
  isTTY: stream.isTTY,
  async readAll() {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
    return Buffer.concat(chunks).toString('utf8');
  },
  raw: stream,
});

/**
 * Aborts at the first SIGINT or SIGTERM, so that a command can finish what is under way; the second
 * one, or the end of the bound, ends the process at once.
 */
const interruptions = (): AbortSignal => {
  const controller = new AbortController();
  const onSignal = (signal: 'SIGINT' | 'SIGTERM', code: 130 | 143): void => {
    if (controller.signal.aborted) process.exit(code);
    controller.abort(
      signal === 'SIGINT'
        ? new RcfedError('RCFED_INTERRUPTED', 'Interrupted')
        : new RcfedError('RCFED_TERMINATED', 'Ended by the system'),
    );
    // Nobody will type an answer any more; a read that waits for one ends.
    process.stdin.destroy();
    setTimeout(() => process.exit(code), DRAIN_BOUND_MS).unref();
  };
  process.on('SIGINT', () => onSignal('SIGINT', 130));
  process.on('SIGTERM', () => onSignal('SIGTERM', 143));
  return controller.signal;
};
