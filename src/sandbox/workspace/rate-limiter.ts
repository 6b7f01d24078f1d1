import type { Clock } from '../../lib/core/clock.ts';

export interface LimiterAnswer {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until the window ends, ms. */
  readonly timeToResetMs: number;
}

export interface RateLimiter {
  /** Counts a call under a key within fixed windows that begin with the first call. */
  count(key: string, limit: number, windowMs: number): LimiterAnswer;
}

/** Fixed windows, as Meteor's rate limiter counts them. Forgotten at a restart. */
export function createRateLimiter(clock: Clock): RateLimiter {
  const windows = new Map<string, { endsAt: number; calls: number }>();
  return {
    count(key, limit, windowMs) {
      const now = clock.now();
      let window = windows.get(key);
      if (window === undefined || window.endsAt <= now)
        windows.set(key, (window = { endsAt: now + windowMs, calls: 0 }));
      window.calls += 1;
      return {
        allowed: window.calls <= limit,
        limit,
        remaining: Math.max(0, limit - window.calls),
        timeToResetMs: window.endsAt - now,
      };
    },
  };
}
