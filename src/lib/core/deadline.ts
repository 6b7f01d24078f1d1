import type { Clock } from './clock.ts';

/** The reason with which {@link withDeadline} ends work that took too long. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';

  constructor(ms: number) {
    super(`nothing came of it within ${ms} ms`);
  }
}

/** One for all: an abort without a reason makes an exception with a stack, twice for each request. */
const IN_TIME = new Error('it came in time');

interface DeadlineOptions {
  clock: Clock;
  ms: number;
  /** Ends the work earlier; its reason is thrown. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs work that must end within `ms`. The work gets a signal that aborts when it is out of time or
 * called off, and `extend`, which starts the time anew (for work that shows progress). Rejects at the
 * abort even if the work ignores its signal: some promises of other people's libraries never settle.
 * @throws DeadlinePassed, or the reason of `signal`, or whatever the work throws.
 */
export async function withDeadline<T>(
  { clock, ms, signal }: DeadlineOptions,
  work: (signal: AbortSignal, extend: () => void) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const onAbort = (): void => ending.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  let timer = new AbortController();
  const arm = (): void => {
    timer.abort(IN_TIME);
    timer = new AbortController();
    clock.sleep(ms, timer.signal).then(
      () => ending.abort(new DeadlinePassed(ms)),
      () => {},
    );
  };
  const ended = new Promise<never>((_resolve, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason as Error), { once: true });
  });
  arm();
  try {
    return await Promise.race([work(ending.signal, arm), ended]);
  } finally {
    timer.abort(IN_TIME);
    signal?.removeEventListener('abort', onAbort);
  }
}
