import { RcfedError } from '../core/errors.ts';
import type { Journal, JournalChange, JournalEntry } from './journal.ts';
import { undo } from './undo.ts';
import type { Undone, UndoParts } from './undone.ts';

export interface RolledBack extends Undone {
  readonly id: number;
  readonly what: string;
}

/** What a change was, as a line. */
export function changeInWords(change: JournalChange): string {
  switch (change.kind) {
    case 'setting':
      return change.secret
        ? `${change.setting}: another value`
        : `${change.setting} ${JSON.stringify(change.from)} → ${JSON.stringify(change.to)}`;
    case 'permission':
      return `Permission ${change.permission}: ${change.from.join(', ') || 'nobody'} → ${change.to.join(', ') || 'nobody'}`;
    case 'account':
      return `Account ${change.username} ${change.before === null ? 'made' : 'given a new password and token'}`;
    case 'webhook':
      return `Outgoing webhook to ${change.url} made`;
    case 'file':
      return `File ${change.path} ${change.keptAs === null ? 'written' : `replaced; the one before is ${change.keptAs}`}`;
    case 'profile':
      return `Profile ${change.name} ${change.before === null ? 'added' : 'changed'}`;
    case 'rotation':
      return `New tokens in ${change.path}${change.profile === null ? '' : ` and profile ${change.profile}`}`;
  }
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
    const what = changeInWords(change);
    const undone: Undone =
      state === 'undone' || state === 'forced' ? { outcome: 'already so', note: null } : await undo(change, parts);
    if (!parts.dryRun && (undone.outcome === 'undone' || undone.outcome === 'already so')) await journal.undone(id);
    results.push({ id, what, ...undone });
  }
  return results;
}
