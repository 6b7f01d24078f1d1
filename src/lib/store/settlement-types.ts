import type { EventId, MessageId } from '../core/ids.ts';
import type { InboxId, Tombstone } from './inbox-types.ts';
import type { ExpectedEffect, LedgerEntry, PollEntry, ReactionEntry, Snapshot } from './ledger-types.ts';
import type { PortalId } from './portal-types.ts';

export interface Lease {
  readonly name: string;
  /** Rises with every change of owner: a settle with an older one is refused. */
  readonly token: number;
}

export interface PinChange {
  readonly portalId: PortalId;
  readonly pinned: readonly MessageId[];
  readonly unpinned: readonly MessageId[];
}

/**
 * What both sides of a portal last had in common: its name, somebody's role. What is different from it now on one
 * side was changed there; where both differ, both were changed.
 */
export interface AgreedChange {
  readonly portalId: PortalId;
  /** undefined: nothing is agreed any more. */
  readonly fields: ReadonlyMap<string, string | undefined>;
}

export interface Settlement {
  readonly inboxId: InboxId;
  readonly lease: Lease;
  readonly outcome: string;
  readonly ledger?: readonly LedgerEntry[];
  /** Events that are redacted now: entries of theirs are marked, what they said in polls is forgotten. */
  readonly redacted?: readonly EventId[];
  readonly snapshots?: readonly Snapshot[];
  readonly reactions?: readonly ReactionEntry[];
  /** Reactions, by event id, that were taken back. */
  readonly unreacted?: readonly EventId[];
  readonly pollEntries?: readonly PollEntry[];
  readonly tombstones?: readonly Tombstone[];
  /** Messages of a portal that became pinned on both sides, or are so no longer. */
  readonly pins?: PinChange;
  readonly agreed?: AgreedChange;
  /** Effects that this row's application expected and whose echo came already or will be equal to the snapshot. */
  readonly forgetEffects?: readonly ExpectedEffect[];
  /** The row is put aside instead of done. */
  readonly aside?: { readonly reason: string; readonly detail: string };
  /** The row waits for a row that is aside. */
  readonly foldInto?: InboxId;
}

/** Thrown by a settle whose lease was lost: another process owns the lane; drop what is in hand. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

export interface Leases {
  /** undefined: somebody else holds it and it has not expired. Again by the same owner: the same token, new expiry. Expiry is counted by the database's clock. */
  acquire(name: string, owner: string, ttlMs: number): Promise<Lease | undefined>;
  /** False: lost. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  release(lease: Lease): Promise<void>;
}
