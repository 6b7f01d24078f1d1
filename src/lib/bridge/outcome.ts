import type { Settlement } from '../store/settlement-types.ts';

/** What a sink did, as it is settled in the ledger. */
export type Outcome = Omit<Settlement, 'inboxId' | 'lease' | 'aside' | 'foldInto'>;

/** Nothing to relay: settle the row with this. */
export type Nothing = { readonly kind: 'nothing' } & Omit<Settlement, 'inboxId' | 'lease'>;

/** Can't be told yet: our own message whose sending was never settled. It waits for that. */
export interface Later {
  readonly kind: 'later';
}

/** It waits for a row of another lane, which wakes this one. */
export interface Awaits {
  readonly kind: 'awaits';
}

export const nothing = (outcome: string, more: Partial<Nothing> = {}): Nothing => ({
  kind: 'nothing',
  outcome,
  ...more,
});

/** How a change is to be applied. */
export interface Manner {
  /** The person's own puppet or ghost can't: the bot speaks under their name. */
  readonly asBot: boolean;
  /**
   * The change may have been made already: the lane was just taken over, or the last try had no answer.
   * Whoever acts asks first.
   */
  readonly mayHaveActed: boolean;
}
