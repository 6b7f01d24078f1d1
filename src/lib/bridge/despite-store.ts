import type { BridgeParts } from './parts.ts';

const RETRY_MS = 1000;

/**
 * Does what nobody else would do later, where only the store can fail: it is done again until it works or the signal
 * aborts. Never rejects.
 */
export async function despiteStore(
  { clock, log }: Pick<BridgeParts, 'clock' | 'log'>,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      log('error', 'bridge.store', { reason: (error as Error).message });
      await clock.sleep(RETRY_MS, signal).catch(() => {});
    }
  }
}
