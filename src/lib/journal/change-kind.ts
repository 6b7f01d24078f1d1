import type { Undone, UndoParts } from './undone.ts';

/** What the journal knows of one kind of change. */
export interface ChangeKind<Change> {
  /** What it is about, which stays the same however often it is tried. */
  readonly subject: (change: Change) => string;
  /** What it was, as a line. */
  readonly inWords: (change: Change) => string;
  /** Puts it back. Cut short at any moment, it can be done again. @throws RemoteError, RcfedError */
  readonly undo: (change: Change, parts: UndoParts) => Promise<Undone>;
}
