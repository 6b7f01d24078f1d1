import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import type { BridgeParts } from '../parts.ts';
import { Remembered } from '../remembered.ts';
import { refusalOf } from './refusal.ts';

/** So many ghosts of a room join at the same time. */
const AT_ONCE = 3;
/** Whoever may not join is left alone for so long: they are banned, or the bot may invite nobody. */
const REFUSED_MS = 60 * 60 * 1000;
const YIELD_MS = 100;
/** A lane that waits for a server does not hold the others up for ever. */
const LONGEST_YIELD_MS = 2_000;

interface ArrivalsOptions {
  readonly parts: BridgeParts;
  readonly ghosts: Ghosts;
  readonly signal: AbortSignal;
}

export interface Arrivals {
  /** Brings their ghosts into the Matrix room, a few at a time and after what people write. Answers how many joined. */
  bringIn(portal: Portal, users: readonly WorkspaceUser[]): Promise<number>;
}

export function createArrivals({ parts, ghosts, signal }: ArrivalsOptions): Arrivals {
  const refusedAt = new Remembered<number>();

  const mayTry = (portal: Portal, { id }: WorkspaceUser): boolean =>
    parts.clock.now() - (refusedAt.get(portal, id) ?? Number.NEGATIVE_INFINITY) > REFUSED_MS;
  const hasJoined = async (portal: Portal, { id, username, name }: WorkspaceUser): Promise<boolean> => {
    await afterMessages(parts, portal, signal);
    const refusal = await refusalOf(ghosts.join(portal, { id, username, name }));
    if (refusal === undefined) return true;
    refusedAt.set(portal, id, parts.clock.now());
    parts.log('warn', 'ghost.may-not-join', { portal: portal.name, user: username, reason: refusal.inShort });
    return false;
  };

  return {
    async bringIn(portal, users) {
      const waiting = users.filter((user) => mayTry(portal, user));
      let joined = 0;
      const worker = async (): Promise<void> => {
        for (let user = waiting.shift(); user !== undefined && !signal.aborted; user = waiting.shift()) {
          if (await hasJoined(portal, user)) joined += 1;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      return joined;
    },
  };
}

async function afterMessages({ store, clock }: BridgeParts, { lane }: Portal, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < LONGEST_YIELD_MS && !signal.aborted; waited += YIELD_MS) {
    if ((await store.inbox.head(lane, 'workspace')) === undefined) return;
    await clock.sleep(YIELD_MS, signal).catch(() => {});
  }
}
