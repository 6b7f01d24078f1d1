import type { EventId, MatrixUserId, MessageId, WorkspaceUserId } from '../core/ids.ts';
import type { Side } from '../core/remote-error.ts';
import type { PortalId } from './portal-types.ts';

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
