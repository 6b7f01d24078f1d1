import type { BridgeParts } from './parts.ts';

const CLEANING_MS = 60 * 60 * 1000;

/** Drops bodies that are kept no longer, once an hour, until the signal aborts. */
export async function cleanStore(
  parts: Pick<BridgeParts, 'store' | 'clock' | 'log'>,
  keepBodiesMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const dropped = await parts.store.inbox.dropBodies(parts.clock.now() - keepBodiesMs).catch(() => 0);
    if (dropped > 0) parts.log('debug', 'store.bodies-dropped', { dropped });
    await parts.clock.sleep(CLEANING_MS, signal).catch(() => {});
  }
}
