import type { MatrixUserId, ServerName } from '../core/ids.ts';
import { serverOf } from '../matrix/server-name.ts';
import type { Store } from '../store/types.ts';
import { type AccessRules, verdictOn } from './rules.ts';

/** The access rules of a running bridge, in memory: every event that arrives is held against them. */
export interface Access {
  rules(): AccessRules;
  admits(server: ServerName): boolean;
  admitsUser(userId: MatrixUserId): boolean;
  /** After the store's rules were changed. */
  reload(): Promise<void>;
}

export async function createAccess(store: Pick<Store, 'access'>, own: ServerName): Promise<Access> {
  let rules = await store.access.rules();
  const admits = (server: ServerName): boolean => verdictOn(rules, server, own).allowed;
  return {
    rules: () => rules,
    admits,
    admitsUser: (userId) => admits(serverOf(userId)),
    async reload() {
      rules = await store.access.rules();
    },
  };
}
