import type { ProfileSource, StoredProfile } from '../config/profiles.ts';
import { notebookOf } from './notebook.ts';

/** A profile that is added, changed or removed. */
interface ProfileChange {
  readonly name: string;
  /** undefined: there is none. */
  readonly before: StoredProfile | undefined;
  /** undefined: it is removed. */
  readonly after: Pick<StoredProfile, 'kind' | 'values'> | undefined;
}

/**
 * Changes a profile, written down in its own journal, which outlives it. A person's profile that stays one is nobody
 * else's business.
 * @param act answers whether it changed anything
 */
export async function journaledProfile(
  source: ProfileSource,
  { name, before, after }: ProfileChange,
  act: () => Promise<boolean>,
): Promise<boolean> {
  const kind = before?.kind === 'admin' || after?.kind === 'admin' ? 'admin' : 'user';
  const workspace = (after ?? before)?.values['workspace-url'] ?? '';
  const kept = before === undefined ? null : { kind: before.kind, values: before.values, secrets: before.secrets };
  return await notebookOf(source, { name, kind, workspace }).changing(
    [{ kind: 'profile', name, before: kept, after: after === undefined ? null : { ...after.values } }],
    act,
    (entry, changed) => (changed ? entry : undefined),
  );
}
