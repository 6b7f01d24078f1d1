import { foldersFrom } from '../lib/config/folders.ts';
import { systemClock } from '../lib/core/clock.ts';
import { RcfedError } from '../lib/core/errors.ts';
import { inquirerPrompts } from '../lib/output/prompts.ts';
import { createRedactor } from '../lib/output/redactor.ts';
import type { InputStream, Io, OutputStream } from '../lib/output/streams.ts';
import type { CommandContext } from './context.ts';

/** How long what is under way may take after the first Ctrl-C. */
const DRAIN_BOUND_MS = 30_000;
/** The same where the parent is gone: most likely the servers are gone with it. */
const ORPHAN_BOUND_MS = 2000;

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
 * one, or the end of the bound, ends the process at once. A process that was started with a channel to its
 * parent takes the end of the channel for SIGTERM: so a bridge of the sandbox does not outlive it.
 */
const interruptions = (): AbortSignal => {
  const controller = new AbortController();
  const onSignal = (signal: 'SIGINT' | 'SIGTERM', code: 130 | 143, boundMs = DRAIN_BOUND_MS): void => {
    if (controller.signal.aborted) process.exit(code);
    controller.abort(
      signal === 'SIGINT'
        ? new RcfedError('RCFED_INTERRUPTED', 'Interrupted')
        : new RcfedError('RCFED_TERMINATED', 'Ended by the system'),
    );
    // Nobody will type an answer any more; a read that waits for one ends.
    process.stdin.destroy();
    setTimeout(() => process.exit(code), boundMs).unref();
  };
  process.on('SIGINT', () => onSignal('SIGINT', 130));
  process.on('SIGTERM', () => onSignal('SIGTERM', 143));
  if (process.channel !== undefined) {
    process.once('disconnect', () => onSignal('SIGTERM', 143, ORPHAN_BOUND_MS));
    // To listen to it must not keep a process going that has nothing else to do.
    process.channel?.unref();
  }
  return controller.signal;
};
