import type { Clock } from '../../core/clock.ts';

/** So long is slept in any case: a busy workspace gives hundreds of hints a second. */
const UNDISTURBED_MS = 250;

/** A sleep that somebody may cut short. */
export interface Nap {
  /** Ends the sleep under way; without one, the next. */
  wake(): void;
  /** Resolves after so many ms, which are more than 250, or sooner when woken or when the signal aborts. */
  sleep(ms: number): Promise<void>;
}

export function createNap(clock: Clock, signal: AbortSignal): Nap {
  let waking = new AbortController();
  return {
    wake: () => waking.abort(),
    async sleep(ms) {
      try {
        await clock.sleep(UNDISTURBED_MS, signal);
        await clock.sleep(ms - UNDISTURBED_MS, AbortSignal.any([signal, waking.signal]));
      } catch {
        // Woken, or ended.
      }
      waking = new AbortController();
    },
  };
}
