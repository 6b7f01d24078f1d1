import type { WorkspaceUserId } from '../../core/ids.ts';
import type { Store } from '../../store/types.ts';

/** So many people are remembered; then all are looked up anew. */
const REMEMBERED = 20_000;

/** Whether a Rocket.Chat account is the bridge's own: its bot, or a puppet. */
export type IsOwnAccount = (id: WorkspaceUserId) => Promise<boolean>;

/**
 * Remembers the answers: it is asked for each message. An account of nobody we know is asked for again,
 * since it may become a puppet.
 */
export function createIsOwnAccount(store: Pick<Store, 'people'>, bot: WorkspaceUserId): IsOwnAccount {
  const remembered = new Map<WorkspaceUserId, boolean>([[bot, true]]);
  return async (id) => {
    const known = remembered.get(id);
    if (known !== undefined) return known;
    const person = await store.people.byWorkspaceUser(id);
    if (person === undefined) return false;
    if (remembered.size >= REMEMBERED) {
      remembered.clear();
      remembered.set(bot, true);
    }
    remembered.set(id, person.kind === 'puppet');
    return person.kind === 'puppet';
  };
}
