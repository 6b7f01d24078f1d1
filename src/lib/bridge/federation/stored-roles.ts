import { FEDERATION_ACTIONS, type FederationAction } from '../../access/federation-roles.ts';
import type { Store } from '../../store/types.ts';

/** What an admin of the bridge set, in memory: asked for with each message of a direct message. */
export interface StoredRoles {
  of(action: FederationAction): readonly string[] | undefined;
  /** undefined: as the workspace says again. Answers whether it was otherwise. */
  set(action: FederationAction, roles: readonly string[] | undefined): Promise<boolean>;
}

const cursorOf = (action: FederationAction): string => `may:${action}`;
/** Nothing is set any more: the store keeps the name. */
const UNSET = '';

export async function createStoredRoles(store: Pick<Store, 'cursor' | 'setCursor'>): Promise<StoredRoles> {
  const known = new Map<FederationAction, string>();
  for (const action of FEDERATION_ACTIONS) known.set(action, (await store.cursor(cursorOf(action))) ?? UNSET);
  return {
    of(action) {
      const text = known.get(action) ?? UNSET;
      return text === UNSET ? undefined : (JSON.parse(text) as string[]);
    },
    async set(action, roles) {
      const text = roles === undefined ? UNSET : JSON.stringify([...new Set(roles)].toSorted());
      if (known.get(action) === text) return false;
      await store.setCursor(cursorOf(action), text);
      known.set(action, text);
      return true;
    },
  };
}
