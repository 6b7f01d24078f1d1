import type { InboxId, InboxRow } from './inbox-types.ts';

export interface QuarantineEntry {
  readonly row: InboxRow;
  readonly reason: string;
  readonly detail: string;
  readonly at: number;
  readonly told: boolean;
}

export interface Quarantine {
  /** Oldest first. */
  list(): Promise<readonly QuarantineEntry[]>;
  get(id: InboxId): Promise<QuarantineEntry | undefined>;
  /** Pending again, marked late, failures 0; rows folded into it follow it. False: not set aside. */
  retry(id: InboxId): Promise<boolean>;
  /** Done as dropped, with those folded into it. False: not set aside. */
  drop(id: InboxId): Promise<boolean>;
  told(id: InboxId): Promise<void>;
}
