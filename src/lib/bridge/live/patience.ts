import type { Clock } from '../../core/clock.ts';

const FIRST_MS = 30_000;
const LONGEST_MS = 60 * 60 * 1000;

/** Whose change failed is left alone for a while, twice as long each time. */
export interface Patience {
  isWaiting(who: number): boolean;
  failed(who: number): void;
  worked(who: number): void;
}

export function createPatience(clock: Clock): Patience {
  const waiting = new Map<number, { until: number; ms: number }>();
  return {
    isWaiting: (who) => (waiting.get(who)?.until ?? 0) > clock.now(),
    failed(who) {
      const ms = Math.min((waiting.get(who)?.ms ?? FIRST_MS / 2) * 2, LONGEST_MS);
      waiting.set(who, { until: clock.now() + ms, ms });
    },
    worked: (who) => void waiting.delete(who),
  };
}
