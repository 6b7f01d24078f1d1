import type { Clock } from '../core/clock.ts';

const LONGEST_WAIT_MS = 60_000;
const SHORTEST_WAIT_MS = 250;
const UNKNOWN_WAIT_MS = 5_000;

/**
 * How long a 429 asks to wait, in milliseconds from now. `X-RateLimit-Reset` is the server's own clock
 * in epoch milliseconds, so it is compared with the answer's `Date` (whole seconds: at most a second
 * too long) and with our clock only where there is none.
 */
function rateLimitWait(headers: Headers, now: number): number {
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const serverNow = Date.parse(headers.get('date') ?? '');
  const wait =
    reset > 0 ? reset - (Number.isNaN(serverNow) ? now : serverNow) : seconds >= 0 ? seconds * 1000 : UNKNOWN_WAIT_MS;
  return Math.min(Math.max(wait, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
}

/**
 * What all accounts of one workspace know together: the server limits each route by IP address, so
 * when one account is told to wait the others would be too, except those that may bypass the limiter.
 */
export interface RestLimiter {
  /** Waits while the route is known to be closed for this account. */
  before(route: string, account: string, signal?: AbortSignal): Promise<void>;
  /** Learns from an answer's headers. Answers the wait of a 429 in milliseconds, else `undefined`. */
  after(route: string, account: string, response: Response): number | undefined;
}

export function createRestLimiter(clock: Clock): RestLimiter {
  const closedUntil = new Map<string, number>();
  const unlimited = new Set<string>();
  return {
    async before(route, account, signal) {
      const until = closedUntil.get(route);
      if (until === undefined || unlimited.has(account)) return;
      const wait = until - clock.now();
      if (wait > 0) await clock.sleep(Math.min(wait, LONGEST_WAIT_MS), signal);
      closedUntil.delete(route);
    },
    after(route, account, response) {
      if (response.status === 429) {
        const wait = rateLimitWait(response.headers, clock.now());
        closedUntil.set(route, clock.now() + wait);
        unlimited.delete(account);
        return wait;
      }
      // The server counts (and says so in headers) only for those without `api-bypass-rate-limit`.
      if (account !== '' && response.ok && !response.headers.has('x-ratelimit-limit')) unlimited.add(account);
      return undefined;
    },
  };
}
