import type { Clock } from '../../lib/core/clock.ts';

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 200;

/** Tries until `check` no longer throws and answers its value, or fails with its last error after `withinMs`. */
export async function until<T>(
  check: () => Promise<T>,
  withinMs: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<T> {
  const giveUpAt = clock.now() + withinMs;
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (clock.now() > giveUpAt || signal.aborted) throw error;
    }
    await clock.sleep(pause, signal);
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
  }
}
