import type { Side } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';

const LOOK_MS = 100;
/** For a row that may go, and is asked about with a deadline; and for those that can't, for their room is gone. */
const LONGEST_MS = { going: 60_000, held: 5_000 };

/** What of the running bridge tells whether rows go their way. */
export interface OnTheirWay {
  /** Rows from that side of a portal are applied. */
  readonly mayGo: (portal: Portal, from: Side) => boolean;
  /** That server does not work for us. */
  readonly isDown: (side: Side) => boolean;
}

/**
 * What was said before a room ended still reaches the other side: waits until nothing of that side waits in the lane,
 * as long as that goes on. What needs the room that is gone, such as a file in it, never will.
 *
 * @returns false: the other server is down, and the end has to wait as what was said does.
 */
export async function lastWords(
  { store, clock }: BridgeParts,
  portal: Portal,
  side: Side,
  { mayGo, isDown }: OnTheirWay,
  signal: AbortSignal,
): Promise<boolean> {
  let since = clock.now();
  let before: number | undefined;
  while (!signal.aborted) {
    const head = await store.inbox.head(portal.lane, side);
    if (head === undefined) return true;
    if (isDown(side === 'workspace' ? 'homeserver' : 'workspace')) return false;
    if (head.id !== before) since = clock.now();
    before = head.id;
    if (clock.now() - since > (mayGo(portal, side) ? LONGEST_MS.going : LONGEST_MS.held)) return true;
    await clock.sleep(LOOK_MS, signal).catch(() => {});
  }
  return false;
}
