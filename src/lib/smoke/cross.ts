import type { Clock } from '../core/clock.ts';

export interface Crossing<Arrival> {
  /** Undefined: it did not come. */
  readonly arrival: Arrival | undefined;
  /** From before it was sent until it was read on the other side, ms. */
  readonly latencyMs: number | undefined;
}

interface CrossOptions {
  readonly clock: Clock;
  /** Longest wait, ms. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/**
 * Sends, and waits for what comes of it.
 * @throws what sending or listening throws, or the signal's reason
 */
export async function cross<Arrival>(
  send: () => Promise<void>,
  listening: Promise<Arrival>,
  { clock, withinMs, signal }: CrossOptions,
): Promise<Crossing<Arrival>> {
  const over = new AbortController();
  const began = clock.now();
  const arriving = listening.then((arrival) => ({ arrival, latencyMs: clock.now() - began }));
  arriving.catch(() => {}); // Sending may fail before anybody waits for it.
  await send();
  const giveUp = clock
    .sleep(withinMs, AbortSignal.any([signal, over.signal]))
    .then(() => ({ arrival: undefined, latencyMs: undefined }));
  giveUp.catch(() => {}); // It is called off below.
  try {
    return await Promise.race([arriving, giveUp]);
  } finally {
    over.abort();
  }
}
