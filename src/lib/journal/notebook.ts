import { ENVIRONMENT } from '../config/load-profile.ts';
import { findProfile, type ProfileSource } from '../config/profiles.ts';
import type { ProfileKind } from '../config/profile-fields.ts';
import type { JournalChange } from './change.ts';
import { journalOf } from './journal.ts';

/** Where a command writes down what it changes. */
export interface Notebook {
  /**
   * Writes changes down, makes them, and writes down what became of them.
   * @param changes what is known to differ; with none nothing is written, and it is acted all the same
   * @param settled for each change what it was in the end, perhaps with what is known only now (an id); undefined:
   *   nothing was changed, and it is taken back. Where `act` throws, it may have been done: it stays, as begun.
   */
  changing<Change extends JournalChange, Result>(
    changes: readonly Change[],
    act: () => Promise<Result>,
    settled: (change: Change, result: Result) => Change | undefined,
  ): Promise<Result>;
}

/** A person acts with their own rights, and is no admin of the bridge: nothing is written down for them. */
const unwritten: Notebook = { changing: (_changes, act) => act() };

/**
 * The notebook that writes into the journal of a profile.
 * @param workspace URL of the workspace that the profile is for
 */
export function notebookOf(
  source: Pick<ProfileSource, 'folders' | 'clock'>,
  profile: { readonly name: string | undefined; readonly kind: ProfileKind; readonly workspace: string },
): Notebook {
  if (profile.kind === 'user') return unwritten;
  const journal = journalOf(source, profile.name ?? ENVIRONMENT);
  return {
    async changing(changes, act, settled) {
      if (changes.length === 0) return await act();
      const begun = await journal.begin(profile.workspace, changes);
      const result = await act();
      await journal.settle(begun.map((each) => ({ begun: each, change: settled(each.change, result) })));
      return result;
    },
  };
}

/**
 * The notebook of the profile in use, for commands that ask no server and may have no profile at all.
 * @param name the global flag --profile
 * @throws RcfedError RCFED_PROFILE_MISSING
 */
export async function notebookInUse(source: ProfileSource, name: string | undefined): Promise<Notebook> {
  const stored = await findProfile(source, name);
  const { env } = source;
  const fromEnvironment = env['RCFED_HOMESERVER_URL'] ? 'admin' : 'user';
  return notebookOf(source, {
    name: stored?.name,
    kind: stored?.kind ?? fromEnvironment,
    workspace: env['RCFED_WORKSPACE_URL'] ?? stored?.values['workspace-url'] ?? '',
  });
}
