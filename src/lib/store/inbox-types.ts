import type { Side } from '../core/remote-error.ts';
import type { Lease, Settlement } from './settlement-types.ts';

/** Serial execution key: `portal:<id>`, `room:<Matrix room id>`, `room:<rid>` or `person:<id>`. */
export type Lane = string;

export type InboxId = number;

export interface NewInboxRow {
  /** The side it came from. */
  readonly side: Side;
  readonly lane: Lane;
  /** Unique for ever: an event id; or `<_id>|<_updatedAt>|<hash of the relayed fields>`; or `<_id>|deleted`. */
  readonly key: string;
  /** What people know it by: event id or message id. Not unique. */
  readonly ref: string;
  /** `m.room.message`, `message`, `deleted` …: for display and for counting. */
  readonly type: string;
  /**
   * Place within its side of the lane, low first. Workspace: source time in ms. Homeserver: leave it
   * out, arrival order is used.
   */
  readonly order?: number;
  /** JSON text exactly as relayed later; may hold the escape `\u0000`, never the character. */
  readonly body: string;
  /** Set: the row needs no work and is recorded as done with this outcome. */
  readonly settledAs?: string;
}

/** pending: waits its turn. done: settled. aside: could not be applied, see quarantine. folded: waits for `parent`, which is aside. */
export type InboxState = 'pending' | 'done' | 'aside' | 'folded';

export interface InboxRow {
  readonly id: InboxId;
  readonly side: Side;
  readonly lane: Lane;
  readonly key: string;
  readonly ref: string;
  readonly type: string;
  readonly order: number;
  /** undefined once dropped (keepBodies). */
  readonly body: string | undefined;
  readonly state: InboxState;
  /** relayed, echo, unchanged, gone, ignored, folded, dropped …; undefined while pending. */
  readonly outcome: string | undefined;
  readonly parent: InboxId | undefined;
  /** Failed tries so far that count against the event itself. */
  readonly failures: number;
  /** Applied after a retry from quarantine, so out of its place. */
  readonly late: boolean;
  readonly receivedAt: number;
  readonly settledAt: number | undefined;
}

export interface Attempt {
  readonly id: number;
  readonly inboxId: InboxId;
  /** `send`, `chat.update`, `users.create` … */
  readonly step: string;
  readonly startedAt: number;
  /** undefined: never answered as far as we know; the step may have acted. */
  readonly endedAt: number | undefined;
  /** `ok` or an error code; undefined while open. */
  readonly answer: string | undefined;
  readonly detail: string | undefined;
}

export interface RecordBatch {
  readonly rows: readonly NewInboxRow[];
  readonly tombstones?: readonly Tombstone[];
  /** Moved only by a completed catch-up. */
  readonly cursors?: readonly { readonly name: string; readonly value: string }[];
}

export interface Tombstone {
  readonly side: Side;
  /** Message id or event id that is gone. */
  readonly target: string;
}

export interface Inbox {
  /** Inserts what is not there yet (by side and key), writes tombstones, moves cursors; commits; answers the rows inserted as pending, in order. */
  record(batch: RecordBatch): Promise<readonly { id: InboxId; lane: Lane; side: Side }[]>;
  /** Highest id recorded so far, 0 for none: what is recorded later has a higher one. */
  lastId(): Promise<InboxId>;
  /**
   * Gap fill: `ordered` is the homeserver's own order of a stretch of one lane, read after `lastId` was.
   * Missing rows are inserted; missing and pending ones get places in that order. Pending ones that are
   * not in it go before it if they were recorded up to `lastId` (they are older than the stretch), else
   * after it. What in `ordered` belongs to other lanes is inserted there. Moves `cursors` in the same
   * transaction. Answers how many were missing.
   */
  recordGap(
    lane: Lane,
    gap: { readonly ordered: readonly NewInboxRow[]; readonly lastId: InboxId },
    cursors: RecordBatch['cursors'],
  ): Promise<number>;
  /** Lowest pending row of one side of a lane, but not one of `except` (at most 8). */
  head(lane: Lane, side: Side, except?: readonly InboxId[]): Promise<InboxRow | undefined>;
  /** Lanes that have pending rows. */
  pendingLanes(): Promise<readonly Lane[]>;
  byId(id: InboxId): Promise<InboxRow | undefined>;
  byKey(side: Side, key: string): Promise<InboxRow | undefined>;
  byRef(ref: string): Promise<readonly InboxRow[]>;
  /** Which of these keys are recorded already. */
  known(side: Side, keys: readonly string[]): Promise<ReadonlySet<string>>;
  settle(settlement: Settlement): Promise<void>;
  /** Counts one failure against the row itself, answers the new count. */
  fail(id: InboxId, lease: Lease): Promise<number>;
  /** Per lane with pending rows: how many, and since when the oldest waits. */
  waiting(): Promise<readonly { lane: Lane; count: number; oldestAt: number }[]>;
  /** By lane, when (ms) anything was last recorded or settled, of either side. */
  lastActive(): Promise<ReadonlyMap<Lane, number>>;
  /** Drops bodies of done rows settled before `before` (ms); answers how many. */
  dropBodies(before: number): Promise<number>;
}

export interface Attempts {
  begin(inboxId: InboxId, step: string, detail?: string): Promise<number>;
  end(id: number, answer: string, detail?: string): Promise<void>;
  /** Oldest first. */
  of(inboxId: InboxId): Promise<readonly Attempt[]>;
  /** The newest one of that step that has no end. */
  open(inboxId: InboxId, step: string): Promise<Attempt | undefined>;
}
