import { RcfedError } from '../core/errors.ts';
import { RemoteError } from '../core/remote-error.ts';
import { changeInWords, type JournalChange, undo } from './change.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { kept, type Undone, type UndoParts } from './undone.ts';

export interface RolledBack extends Undone {
  readonly id: number;
  readonly what: string;
}

/** Entries that can be undone: what was begun counts, because it may have been done. */
const isOpen = ({ state }: JournalEntry): boolean => state === 'begun' || state === 'done';

/**
 * The entries to undo, in that order: the newest first; then the account, since everything else is done with it, and
 * last the profile, which knows its token.
 * @param id undefined: all
 * @throws RcfedError RCFED_JOURNAL_UNKNOWN
 */
export function toUndo(entries: readonly JournalEntry[], id: number | undefined): readonly JournalEntry[] {
  if (id !== undefined) {
    const found = entries.find((entry) => entry.id === id);
    if (found !== undefined) return [found];
    throw new RcfedError('RCFED_JOURNAL_UNKNOWN', `There is no entry ${id} in the journal`);
  }
  const place = ({ change }: JournalEntry): number =>
    change.kind === 'profile' ? 2 : change.kind === 'account' ? 1 : 0;
  return entries.filter(isOpen).toSorted((one, other) => place(one) - place(other) || other.id - one.id);
}

/**
 * Undoes entries one after the other, and writes into the journal what is undone.
 * @param partsFor what the entries of one workspace are undone with
 */
export async function rollBack(
  entries: readonly JournalEntry[],
  journal: Journal,
  partsFor: (workspace: string) => UndoParts,
): Promise<readonly RolledBack[]> {
  const results: RolledBack[] = [];
  for (const { id, change, state, workspace } of entries) {
    const parts = partsFor(workspace);
    parts.signal.throwIfAborted();
    const what = changeInWords(change);
    const undone: Undone =
      state === 'undone' || state === 'forced'
        ? { outcome: 'already so', note: null }
        : await undoneOrKept(change, parts);
    if (!parts.dryRun && (undone.outcome === 'undone' || undone.outcome === 'already so')) await journal.undone(id);
    results.push({ id, what, ...undone });
  }
  return results;
}

/** What the workspace or the disk refuses of one entry does not hold up the others; a server that is away does. */
async function undoneOrKept(change: JournalChange, parts: UndoParts): Promise<Undone> {
  try {
    return await undo(change, parts);
  } catch (error) {
    if (error instanceof RemoteError && error.failure === 'refused') return kept(`Refused: ${error.inShort}.`);
    if (error instanceof RcfedError && error.code === 'RCFED_CONFIG_UNWRITABLE')
      return kept(`${error.message}. ${error.why ?? ''}`.trimEnd());
    throw error;
  }
}
