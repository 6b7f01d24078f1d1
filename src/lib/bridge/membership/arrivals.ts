import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { Portal } from '../../store/types.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import type { BridgeParts } from '../parts.ts';
import { refusalOf } from './refusal.ts';

/** So many ghosts of a room join at the same time. */
const AT_ONCE = 3;
const YIELD_MS = 100;
/** A lane that waits for a server does not hold the others up for ever. */
const LONGEST_YIELD_MS = 2_000;

/**
 * Brings ghosts into the Matrix room, a few at a time and after what people write. Answers how many joined; the
 * first that is refused ends it, for the others would be too.
 */
export async function bringIn(
  parts: BridgeParts,
  portal: Portal,
  {
    ghosts,
    users,
    signal,
  }: { readonly ghosts: Ghosts; readonly users: readonly WorkspaceUser[]; readonly signal: AbortSignal },
): Promise<number> {
  const waiting = [...users];
  let joined = 0;
  let refused = false;
  const worker = async (): Promise<void> => {
    for (let user = waiting.shift(); user !== undefined && !refused && !signal.aborted; user = waiting.shift()) {
      await afterMessages(parts, portal, signal);
      const { id, username, name } = user;
      const refusal = await refusalOf(ghosts.join(portal, { id, username, name }));
      if (refusal === undefined) joined += 1;
      else {
        refused = true;
        parts.log('warn', 'ghost.may-not-join', { portal: portal.name, user: username, reason: refusal.inShort });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return joined;
}

async function afterMessages({ store, clock }: BridgeParts, { lane }: Portal, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < LONGEST_YIELD_MS && !signal.aborted; waited += YIELD_MS) {
    if ((await store.inbox.head(lane, 'workspace')) === undefined) return;
    await clock.sleep(YIELD_MS, signal).catch(() => {});
  }
}
