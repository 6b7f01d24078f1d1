import type { Side } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import { readEvent } from '../homeserver/event.ts';
import { isAwaited } from './left-out.ts';
import type { OpeningParts } from './opening.ts';

interface Said {
  /** Where it was said. */
  readonly on: readonly Side[];
  /** Our side was put out, and may not be able to read what was missed. */
  readonly isLocked?: boolean;
}

/**
 * Whether all that was said in a direct message until now on these sides has gone to the other one; what the
 * homeserver may never have pushed is looked for. One that is closed carries nothing more.
 *
 * Whoever moves or ends a conversation asks: what comes later belongs elsewhere.
 */
export async function isAllSaid(
  opening: OpeningParts,
  portal: Portal,
  { on, isLocked = false }: Said,
): Promise<boolean> {
  if (portal.state !== 'active') return true;
  if (await isWaiting(opening, portal, on)) return false;
  return ((await opening.seekMissed(portal)) || isLocked) && !(await isWaiting(opening, portal, on));
}

async function isWaiting({ parts }: OpeningParts, portal: Portal, sides: readonly Side[]): Promise<boolean> {
  for (const side of sides) {
    const row = await parts.store.inbox.head(portal.lane, side);
    const event = side === 'homeserver' && row !== undefined ? readEvent(JSON.parse(row.body ?? '{}')) : undefined;
    // Who comes with the very change that asks waits for it in turn.
    if (row !== undefined && (event === undefined || !(await isAwaited(parts, portal, event)))) return true;
  }
  return false;
}
