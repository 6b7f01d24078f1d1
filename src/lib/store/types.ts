import type { AccessRules } from '../access/rules.ts';
import type { EventId, MatrixRoomId, MatrixUserId, MessageId, WorkspaceRoomId, WorkspaceUserId } from '../core/ids.ts';
import type { Side } from '../core/remote-error.ts';
import type { Secret } from '../core/secret.ts';
import type { PersonalData } from './personal-types.ts';

/** Serial execution key: `portal:<id>`, `room:<Matrix room id>`, `room:<rid>` or `person:<id>`. */
export type Lane = string;
export type PortalId = number;
export type InboxId = number;

// ── inbox ────────────────────────────────────────────────────────────────────────────────────────

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

// ── attempts ─────────────────────────────────────────────────────────────────────────────────────

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

// ── ledger and what was seen of a message ────────────────────────────────────────────────────────

/** One Matrix event paired with one Rocket.Chat message (or a part of it). */
export interface LedgerEntry {
  readonly portalId: PortalId;
  readonly messageId: MessageId;
  /** 0 for the message itself; later parts of a split message follow. */
  readonly part: number;
  /** message: the pair. edit: an `m.replace` event of that message. redaction: a redaction event. */
  readonly kind: 'message' | 'edit' | 'redaction';
  readonly eventId: EventId;
  /** Where the change was made by a person. */
  readonly origin: Side;
  /** Ghost or Matrix user that sent the event. */
  readonly matrixUserId: MatrixUserId;
  /** Author (or puppet) on the workspace. */
  readonly workspaceUserId: WorkspaceUserId;
  /** `origin_server_ts` in ms, orders edits. */
  readonly ts: number;
  /** The event was redacted afterwards. */
  readonly redacted: boolean;
}

/** One person's reaction to one message, on both sides. It is there until it is taken back. */
export interface ReactionEntry {
  readonly portalId: PortalId;
  readonly messageId: MessageId;
  /** As Rocket.Chat names it: `:thumbsup:`. */
  readonly emoji: string;
  /** The `m.reaction` event. */
  readonly eventId: EventId;
  /** Where the person reacted. */
  readonly origin: Side;
  readonly matrixUserId: MatrixUserId;
  readonly workspaceUserId: WorkspaceUserId;
  /** By which the workspace lists it, as it was then. */
  readonly username: string;
}

/** An event of a poll on Matrix: the poll itself (`eventId` is `pollId`), its edits, votes and ends. */
export interface PollEntry {
  readonly portalId: PortalId;
  readonly pollId: EventId;
  readonly eventId: EventId;
  readonly kind: 'start' | 'edit' | 'vote' | 'end';
  readonly sender: MatrixUserId;
  /** `origin_server_ts` in ms. */
  readonly ts: number;
  /** start and edit: the definition as JSON; vote: the ids of the chosen answers as a JSON list; end: empty. */
  readonly content: string;
}

/** The state of one Rocket.Chat message as last settled: what the next version is compared with. */
export interface Snapshot {
  readonly messageId: MessageId;
  readonly portalId: PortalId;
  /** Hash of the relayed fields. */
  readonly hash: string;
  /** `_updatedAt` in ms of the version the hash was made of. */
  readonly updatedAt: number;
  readonly deleted: boolean;
  /** `ts` of the newest edit of ours on Matrix; the next one must be higher. 0: none. */
  readonly lastEditTs: number;
}

/** A change that we are about to make on a server and whose echo is not to be relayed. */
export interface ExpectedEffect {
  readonly side: Side;
  /** Message id or event id. */
  readonly target: string;
  /** `text`, `deleted` … */
  readonly kind: string;
  /** Resulting value, a hash for texts. */
  readonly value: string;
}

// ── portals, people ──────────────────────────────────────────────────────────────────────────────

export type PortalState = 'linking' | 'active' | 'closed';

/** What becomes of messages on Matrix that were pruned in Rocket.Chat, by a policy or an admin. */
export type PortalRetention = 'keep' | 'redact';

export interface Portal {
  readonly id: PortalId;
  readonly lane: Lane;
  readonly workspaceRoomId: WorkspaceRoomId;
  /** undefined only while linking with a room yet to be made. */
  readonly matrixRoomId: MatrixRoomId | undefined;
  readonly state: PortalState;
  /** `c` channel, `p` private group, `d` direct message. */
  readonly roomType: 'c' | 'p' | 'd';
  readonly name: string;
  readonly alias: string | undefined;
  readonly retention: PortalRetention;
  readonly createdAt: number;
  /** Of a direct message, where neither of our bots is a member: who acts for them. */
  readonly direct?: DirectHands | undefined;
}

/** Members of a direct message by whom the bridge reads there, says what it has to say, and changes what nobody else may. */
export interface DirectHands {
  /** The Matrix user whose puppet is meant. */
  readonly puppet: MatrixUserId;
  readonly ghost: MatrixUserId;
}

export interface Person {
  readonly id: number;
  /** ghost: a Rocket.Chat user's Matrix account. puppet: a Matrix user's Rocket.Chat account. */
  readonly kind: 'ghost' | 'puppet';
  readonly matrixUserId: MatrixUserId;
  /** undefined only for a puppet not yet made. */
  readonly workspaceUserId: WorkspaceUserId | undefined;
  readonly username: string;
  readonly displayName: string;
  /** mxc URL or avatar etag last set, undefined: none. */
  readonly avatar: string | undefined;
  /** Puppet: its personal access token. */
  readonly token: Secret | undefined;
  /** Puppet: its password, to log in again. */
  readonly password: Secret | undefined;
  /** Account, device and profile are in place. */
  readonly ready: boolean;
}

/** A person without their secrets. */
export type Profile = Omit<Person, 'token' | 'password'>;

export type NewPerson = Omit<Person, 'id'>;

export interface QuarantineEntry {
  readonly row: InboxRow;
  readonly reason: string;
  readonly detail: string;
  readonly at: number;
  readonly told: boolean;
}

export interface Lease {
  readonly name: string;
  /** Rises with every change of owner: a settle with an older one is refused. */
  readonly token: number;
}

// ── the steps of the relay, each one SQL transaction ─────────────────────────────────────────────

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

export interface Inbox {
  /** Inserts what is not there yet (by side and key), writes tombstones, moves cursors; commits; answers the rows inserted as pending, in order. */
  record(batch: RecordBatch): Promise<readonly { id: InboxId; lane: Lane; side: Side }[]>;
  /** Highest id recorded so far, 0 for none: what is recorded later has a higher one. */
  lastId(): Promise<InboxId>;
  /**
   * Gap fill: `ordered` is the homeserver's own order of a stretch of one lane, read after `lastId` was.
   * Missing rows are inserted; missing and pending ones get places in that order. Pending ones that are
   * not in it go before it if they were recorded up to `lastId` (they are older than the stretch), else
   * after it. Moves `cursors` in the same transaction. Answers how many were missing.
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
  /** All pending rows of lanes `from` go to lane `to`. */
  mergeLanes(from: readonly Lane[], to: Lane): Promise<void>;
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

export interface Ledger {
  byEvent(eventId: EventId): Promise<LedgerEntry | undefined>;
  /** All entries of a message: parts in order, edits by `ts` then event id. */
  byMessage(messageId: MessageId): Promise<readonly LedgerEntry[]>;
  snapshot(messageId: MessageId): Promise<Snapshot | undefined>;
  isGone(side: Side, target: string): Promise<boolean>;
  /** Counts of paired messages by origin, since ever. */
  totals(): Promise<{ toMatrix: number; toWorkspace: number }>;
}

export interface Reactions {
  byEvent(eventId: EventId): Promise<ReactionEntry | undefined>;
  /** All that are there, in no order. */
  byMessage(messageId: MessageId): Promise<readonly ReactionEntry[]>;
}

export interface Pins {
  /** Messages of that portal that were last settled as pinned on both sides. */
  of(portalId: PortalId): Promise<ReadonlySet<MessageId>>;
}

export interface Agreed {
  /** By field, such as `name` or `role:<Matrix user id>`: each feature has its own, and says what its values mean. */
  of(portalId: PortalId): Promise<ReadonlyMap<string, string>>;
  /** Outside of a settlement: when a portal is made. */
  put(change: AgreedChange): Promise<void>;
}

export interface Polls {
  byEvent(eventId: EventId): Promise<PollEntry | undefined>;
  /** All that is known of a poll, by `ts`, then event id. */
  of(pollId: EventId): Promise<readonly PollEntry[]>;
}

export interface Effects {
  expect(effect: ExpectedEffect): Promise<void>;
  /** True once for each expected one that is equal. */
  consume(effect: ExpectedEffect): Promise<boolean>;
}

export interface Portals {
  /** Answers the existing one if either room is in a portal that is not closed. */
  create(portal: Omit<Portal, 'id' | 'lane' | 'createdAt'>): Promise<{ portal: Portal; created: boolean }>;
  byId(id: PortalId): Promise<Portal | undefined>;
  byMatrixRoom(roomId: MatrixRoomId): Promise<Portal | undefined>;
  byWorkspaceRoom(roomId: WorkspaceRoomId): Promise<Portal | undefined>;
  /** Not closed, by name. */
  list(): Promise<readonly Portal[]>;
  /** Sets the Matrix room or the state; becoming active merges the pending rows of both rooms' own lanes into the portal's, in the same transaction. */
  update(
    id: PortalId,
    change: Partial<Pick<Portal, 'matrixRoomId' | 'state' | 'roomType' | 'name' | 'alias' | 'retention'>>,
  ): Promise<Portal>;
}

export interface People {
  byMatrixUser(id: MatrixUserId): Promise<Person | undefined>;
  byWorkspaceUser(id: WorkspaceUserId): Promise<Person | undefined>;
  byUsername(kind: Person['kind'], username: string): Promise<Person | undefined>;
  /** All of that kind. */
  profiles(kind: Person['kind']): Promise<readonly Profile[]>;
  /** Those of that kind who are members of the portal and are shown by that name; at most two. */
  membersNamed(portalId: PortalId, kind: Person['kind'], displayName: string): Promise<readonly Profile[]>;
  /** All of that kind who are members of the portal. */
  members(portalId: PortalId, kind: Person['kind']): Promise<readonly Profile[]>;
  /** Unique by Matrix user and by workspace user; a second person with one of them throws. */
  add(person: NewPerson): Promise<Person>;
  update(id: number, change: Partial<NewPerson>): Promise<Person>;
  isMember(portalId: PortalId, personId: number): Promise<boolean>;
  setMember(portalId: PortalId, personId: number, member: boolean): Promise<void>;
  count(): Promise<{ ghosts: number; puppets: number }>;
}

export interface Media {
  /** mxc by our own key (`avatar:<user>:<etag>`), with the time it was made and whether its bytes are up. */
  get(key: string): Promise<{ mxc: string; createdAt: number; uploaded: boolean } | undefined>;
  put(key: string, mxc: string): Promise<void>;
  uploaded(key: string): Promise<void>;
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

export interface AccessStore {
  /** Patterns in alphabetical order. */
  rules(): Promise<AccessRules>;
  /** False: it was there. */
  add(kind: keyof AccessRules, pattern: string): Promise<boolean>;
  /** From one list, or from both. False: it was not there. */
  remove(pattern: string, kind?: keyof AccessRules): Promise<boolean>;
  /** How many events were settled as `blocked` so far. */
  blocked(): Promise<number>;
}

/** What was carried so far, and with whom. */
export interface Stats {
  /** By what it was and where people did it. Reactions that were taken back are not counted. */
  carried(): Promise<
    readonly {
      readonly kind: LedgerEntry['kind'] | 'reaction';
      readonly origin: Side;
      readonly count: number;
    }[]
  >;
  /** Messages since a time (ms), by days of UTC (`day`: its first ms), oldest first; days without any are left out. */
  messagesByDay(
    since: number,
  ): Promise<readonly { readonly day: number; readonly origin: Side; readonly count: number }[]>;
  /** Servers of the people from Matrix who spoke or have accounts here, those with most people first. */
  servers(): Promise<readonly { readonly server: string; readonly people: number }[]>;
}

export interface Leases {
  /** undefined: somebody else holds it and it has not expired. Again by the same owner: the same token, new expiry. Expiry is counted by the database's clock. */
  acquire(name: string, owner: string, ttlMs: number): Promise<Lease | undefined>;
  /** False: lost. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  release(lease: Lease): Promise<void>;
}

export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  readonly inbox: Inbox;
  readonly attempts: Attempts;
  readonly ledger: Ledger;
  readonly reactions: Reactions;
  readonly pins: Pins;
  readonly agreed: Agreed;
  readonly polls: Polls;
  readonly effects: Effects;
  readonly portals: Portals;
  readonly people: People;
  readonly personal: PersonalData;
  readonly media: Media;
  readonly quarantine: Quarantine;
  readonly leases: Leases;
  readonly access: AccessStore;
  readonly stats: Stats;
  cursor(name: string): Promise<string | undefined>;
  cursors(prefix: string): Promise<ReadonlyMap<string, string>>;
  setCursor(name: string, value: string): Promise<void>;
  /** 32 bytes made with the store, kept in it encrypted: message ids and transaction ids are derived from it. */
  readonly effectKey: Uint8Array;
  close(): Promise<void>;
}
