import type { Breaker } from '../breaker.ts';
import { classify } from '../failures.ts';
import type { BridgeParts } from '../parts.ts';

/** A homeserver that was killed needs more than a second to come back: no restart goes unseen. */
const HEALTH_MS = 1000;
/** Even one that never seemed to fail is checked for events that it did not push. */
const GAP_CHECK_MS = 60 * 60 * 1000;

/**
 * Asks the homeserver every second whether it lives. After a failure it may have lost pushes that were
 * in its memory: the breaker's closing then brings a gap check, as does every hour.
 */
export async function watchHomeserver(
  parts: BridgeParts,
  breaker: Breaker,
  checkGaps: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let lastCheck = parts.clock.now();
  while (!signal.aborted) {
    await parts.clock.sleep(HEALTH_MS, signal).catch(() => {});
    if (signal.aborted || breaker.isOpen) continue;
    try {
      await parts.homeserver.versions();
    } catch (error) {
      const verdict = classify(error, { asPerson: false });
      breaker.open(verdict.about === 'side' ? verdict.reason : 'health', undefined);
      continue;
    }
    if (parts.clock.now() - lastCheck < GAP_CHECK_MS) continue;
    lastCheck = parts.clock.now();
    await checkGaps();
  }
}
