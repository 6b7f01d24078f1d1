import type { Side } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';

const LOOK_MS = 100;
const LONGEST_MS = 5_000;

/**
 * What was said before a room ended still reaches the other side: waits until nothing of that side waits in the lane,
 * for some seconds at most. What needs the room that is gone, such as a file in it, never will.
 */
export async function lastWords(
  { store, clock }: BridgeParts,
  portal: Portal,
  side: Side,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.now() + LONGEST_MS;
  while (clock.now() < until && !signal.aborted) {
    if ((await store.inbox.head(portal.lane, side)) === undefined) return;
    await clock.sleep(LOOK_MS, signal).catch(() => {});
  }
}
