import { fieldsForeignTo, otherServers } from '../lib/config/foreign-fields.ts';
import type { ProfileKind } from '../lib/config/profile-fields.ts';
import type { ProfileSource, StoredProfile } from '../lib/config/profiles.ts';
import type { Secret } from '../lib/core/secret.ts';

/** Values of a profile by the name of their field, in clear text. */
export interface ProfileContent {
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
}

/** Where one of these is given anew it is another account, which the old one's proofs do not belong to. */
const ACCOUNT = ['workspace-url', 'workspace-user-id', 'workspace-username'];
const OF_ACCOUNT = ['workspace-user-id', 'workspace-username', 'workspace-token', 'workspace-password'];

/**
 * What stays of a profile that is replaced: everything that is not given anew. Nothing stays where it becomes one of
 * the other kind, of the account nothing where another one is named, and nothing that proves who is who to one server
 * where another one is.
 * @throws RcfedError RCFED_SECRET_UNREADABLE
 */
export async function keptOf(
  source: ProfileSource,
  before: StoredProfile | undefined,
  kind: ProfileKind,
  given: ProfileContent['values'],
): Promise<ProfileContent> {
  if (before?.kind !== kind) return { values: {}, secrets: {} };
  const { revealSecrets } = await import('../lib/config/profiles.ts');
  const isOther = ACCOUNT.some((field) => given[field] !== undefined && given[field] !== before.values[field]);
  const foreign = new Set(fieldsForeignTo(otherServers(before.values, given)).concat(isOther ? OF_ACCOUNT : []));
  const stays = ([field]: [string, unknown]): boolean => !foreign.has(field);
  return {
    values: Object.fromEntries(Object.entries(before.values).filter(stays)),
    secrets: Object.fromEntries(Object.entries(await revealSecrets(source, before)).filter(stays)),
  };
}
