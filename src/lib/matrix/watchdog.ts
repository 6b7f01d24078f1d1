import type { Clock } from '../core/clock.ts';
import { AnswerTimeout } from './answer.ts';

/** Bites when the homeserver lets `ms` pass while it is waited for. */
export interface Watchdog {
  /** Aborts with an {@link AnswerTimeout}. */
  readonly signal: AbortSignal;
  /** From now on the homeserver is waited for; again: it has shown a sign of life. */
  arm(): void;
  /** Nobody waits for the homeserver. */
  rest(): void;
  /** The transfer is over: whoever arms it now, having been overtaken by the answer, does nothing. */
  end(): void;
}

/**
 * For transfers, whose whole length nobody can tell beforehand: time counts only while the other end has
 * to act, and begins anew with each piece that it took or gave.
 */
export function createWatchdog(clock: Clock, ms: number): Watchdog {
  const bitten = new AbortController();
  let watching: AbortController | undefined;
  let over = false;
  const rest = (): void => {
    watching?.abort();
    watching = undefined;
  };
  return {
    signal: bitten.signal,
    rest,
    end() {
      over = true;
      rest();
    },
    arm() {
      rest();
      if (over) return;
      const watch = new AbortController();
      watching = watch;
      clock
        .sleep(ms, watch.signal)
        .then(() => bitten.abort(new AnswerTimeout(`nothing moved for ${ms} ms`)))
        .catch(() => {});
    },
  };
}
