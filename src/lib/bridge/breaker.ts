import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Side } from '../core/remote-error.ts';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;

interface BreakerOptions {
  readonly side: Side;
  /** Rejects while the server does not work for our bot. */
  readonly probe: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Called once for each time the server begins to fail. */
  readonly onOpened: () => void;
  /** Called once for each time the server works again. */
  readonly onClosed: () => void;
}

/**
 * One for each server. Open, it holds back all lanes towards that server at once, and asks the server
 * every 0.25 to 30 s whether it works again; the first success lets all lanes go on.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #reason: string | undefined;
  #since = 0;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#reason !== undefined;
  }

  /** Why it is open, and since when (ms); undefined while closed. */
  get state(): { reason: string; since: number } | undefined {
    return this.#reason === undefined ? undefined : { reason: this.#reason, since: this.#since };
  }

  /** Opens it, unless it is open already. `retryAfterMs`: the server said how long. */
  open(reason: string, retryAfterMs?: number): void {
    if (this.isOpen || this.#options.signal.aborted) return;
    this.#reason = reason;
    this.#since = this.#options.clock.now();
    this.#options.log('warn', 'side.waiting', { side: this.#options.side, reason });
    this.#options.onOpened();
    void this.#probeUntilClosed(retryAfterMs);
  }

  async #probeUntilClosed(retryAfterMs: number | undefined): Promise<void> {
    const { clock, signal, probe, log, side, onClosed } = this.#options;
    let delay = FIRST_DELAY_MS;
    let wait = retryAfterMs ?? delay;
    while (!signal.aborted) {
      try {
        await clock.sleep(wait, signal);
        await probe();
        this.#reason = undefined;
        log('info', 'side.works', { side, waitedMs: clock.now() - this.#since });
        return onClosed();
      } catch (error) {
        if (signal.aborted) return;
        delay = Math.min(delay * 2, LONGEST_DELAY_MS);
        wait = delay;
        this.#reason = error instanceof Error ? error.message : String(error);
      }
    }
  }
}
