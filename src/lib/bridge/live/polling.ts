import type { Clock } from '../../core/clock.ts';

interface Polling {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The pause after a poll, ms, that costs next to nothing. */
  readonly everyMs: number;
  /** Rejects when a server could not be asked; told to `onFailure`, and tried again after the same pause. */
  readonly poll: () => Promise<void>;
  readonly onFailure: (error: Error) => void;
}

/** So many times as long as a poll took is the pause after it: a slow server is asked 5 % of the time at most. */
const SHARE = 20;
const LONGEST_MS = 60 * 60 * 1000;

/** Polls at once and then again and again, the more seldom the longer it takes. Ends when the signal aborts. */
export async function pollGently({ clock, signal, everyMs, poll, onFailure }: Polling): Promise<void> {
  while (!signal.aborted) {
    const begun = clock.now();
    try {
      await poll();
    } catch (error) {
      if (!signal.aborted) onFailure(error as Error);
    }
    const pause = Math.min(Math.max(everyMs, SHARE * (clock.now() - begun)), LONGEST_MS);
    await clock.sleep(pause, signal).catch(() => {});
  }
}
