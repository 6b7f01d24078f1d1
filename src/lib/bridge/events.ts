import type { EventId, MatrixRoomId, MatrixUserId, MessageId, WorkspaceRoomId, WorkspaceUserId } from '../core/ids.ts';
import type { LedgerEntry, ReactionEntry, Snapshot } from '../store/ledger-types.ts';
import type { Profile } from '../store/people-types.ts';
import type { Settlement } from '../store/settlement-types.ts';
import type { Card } from './cards/card.ts';
import type { FileFields } from './homeserver/content-file.ts';
import type { GeoPoint } from './homeserver/content-location.ts';
import type { MatrixRelation } from './homeserver/relations.ts';
import type { ComparedRoom } from './room-state/compare.ts';
import type { KnownRoleChange, RoleChange } from './roles/role-change.ts';
import type { Settled } from './membership/settled.ts';
import type { Standing } from './membership/standing.ts';

/**
 * The one vocabulary between the two sides. A source's interpreter turns an inbox row into one of
 * these by comparing it with what was settled before; the other side's sink acts on it. A new feature
 * is one member here, one case in each interpreter, one case in each sink.
 */
export type FederationEvent = WorkspaceEvent | HomeserverEvent;

/** Happened in Rocket.Chat, is to appear on Matrix. */
export type WorkspaceEvent =
  | WorkspaceMessagePosted
  | WorkspaceMessageEdited
  | WorkspaceMessageDeleted
  | WorkspaceReactionsChanged
  | WorkspacePinsChanged
  | WorkspaceRoomChanged
  | WorkspaceRolesChanged
  | WorkspaceMembershipChanged
  | WorkspaceAnnounced;

/** Happened on Matrix, is to appear in Rocket.Chat. */
export type HomeserverEvent =
  | HomeserverMessagePosted
  | HomeserverMessageEdited
  | HomeserverMessageDeleted
  | HomeserverReactionAdded
  | HomeserverReactionRemoved
  | HomeserverPinsChanged
  | HomeserverRoomChanged
  | HomeserverRoomReplaced
  | HomeserverRolesChanged
  | HomeserverMembershipChanged
  | HomeserverPollCounted
  | HomeserverRoomEncrypted;

export interface WorkspaceAuthor {
  readonly id: WorkspaceUserId;
  readonly username: string;
  /** Real name; the username where there is none. */
  readonly name: string;
}

/** The version of a Rocket.Chat message that an event was made of; it becomes the snapshot. */
export interface MessageVersion {
  readonly id: MessageId;
  readonly hash: string;
  /** `_updatedAt` in ms. */
  readonly updatedAt: number;
}

/** What people reacted with, and took back, since a message was last settled. */
export interface ReactionChange {
  readonly added: readonly { readonly emoji: string; readonly author: WorkspaceAuthor }[];
  readonly removed: readonly ReactionEntry[];
}

/** What Rocket.Chat shows above a message that quotes another one. */
export interface WorkspaceQuote {
  /** The link in the message's text that it was made of. */
  readonly link: string;
  readonly author: string;
  /** Rocket.Chat markdown. */
  readonly text: string;
}

/** A file that a Rocket.Chat message shows. All of it is what its sender says. */
export interface WorkspaceFile {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number | undefined;
  /** The smaller picture that the workspace made of a picture. */
  readonly thumbnail?: WorkspaceFile | undefined;
}

/** What a Rocket.Chat message is besides its text, its files and its quotes. */
export interface WorkspaceExtras {
  readonly cards: readonly Card[];
  /** Whose name a bot or a webhook writes under. */
  readonly alias: WorkspaceAlias | undefined;
  readonly location: GeoPoint | undefined;
  /** Nobody wrote it: a system message of a type that an app made up. */
  readonly isNotice: boolean;
}

export interface WorkspaceAlias {
  readonly name: string;
  /** It has a picture or an emoji of its own, in place of its account's. */
  readonly hasPicture: boolean;
}

export interface WorkspaceMessagePosted {
  readonly kind: 'message.posted';
  readonly origin: 'workspace';
  readonly author: WorkspaceAuthor;
  readonly version: MessageVersion;
  /** When it was written, ms. */
  readonly at: number;
  /** Rocket.Chat markdown; quotes are links at its beginning. With files their caption. */
  readonly text: string;
  /** In order; previews of theirs are not among them. */
  readonly files: readonly WorkspaceFile[];
  readonly reactions: ReactionChange;
  readonly quotes: readonly WorkspaceQuote[];
  readonly extras: WorkspaceExtras;
  /** `tmid`: the message whose thread it is in. One that is also shown in the room (`tshow`) is the same. */
  readonly threadId: MessageId | undefined;
}

export interface WorkspaceMessageEdited {
  readonly kind: 'message.edited';
  readonly origin: 'workspace';
  /** Who edited it: the author, or a moderator. */
  readonly editor: WorkspaceAuthor;
  readonly version: MessageVersion;
  readonly text: string;
  readonly quotes: readonly WorkspaceQuote[];
  readonly files: readonly WorkspaceFile[];
  readonly extras: WorkspaceExtras;
  /** What was settled of it so far. */
  readonly snapshot: Snapshot;
  readonly pairs: readonly LedgerEntry[];
  readonly reactions: ReactionChange;
}

/** The text is as it was. */
export interface WorkspaceReactionsChanged {
  readonly kind: 'reactions.changed';
  readonly origin: 'workspace';
  readonly version: MessageVersion;
  readonly snapshot: Snapshot;
  readonly pairs: readonly LedgerEntry[];
  readonly reactions: ReactionChange;
}

/** What is pinned in the room and was not when it was last settled, and the other way round. */
export interface WorkspacePinsChanged {
  readonly kind: 'pins.changed';
  readonly origin: 'workspace';
  readonly pinned: readonly { readonly messageId: MessageId; readonly eventId: EventId }[];
  readonly unpinned: readonly MessageId[];
}

/** What somebody changed about the room itself since it was last settled: its name, topic, picture, who may come and speak. */
export interface WorkspaceRoomChanged extends Pick<ComparedRoom, 'changes' | 'settled'> {
  readonly kind: 'room.changed';
  readonly origin: 'workspace';
}

/** Who is something else in the room than when it was last settled. */
export interface WorkspaceRolesChanged {
  readonly kind: 'roles.changed';
  readonly origin: 'workspace';
  readonly people: readonly RoleChange[];
  /** For the first time since the room was linked. */
  readonly isTakeOver: boolean;
}

/** How somebody stands to the room in Rocket.Chat is not what was last settled. */
export interface WorkspaceMembershipChanged {
  readonly kind: 'membership.changed';
  readonly origin: 'workspace';
  readonly author: WorkspaceAuthor;
  /** Their ghost, or the Matrix user whose puppet they are; undefined: somebody who has no ghost yet. */
  readonly person: Profile | undefined;
  readonly settled: Settled;
  readonly now: Standing;
  /** Username of who did it, where that is known. */
  readonly by: string | undefined;
}

/** Rocket.Chat itself says that something happened; the words for it are ours. */
export interface WorkspaceAnnounced {
  readonly kind: 'announced';
  readonly origin: 'workspace';
  readonly author: WorkspaceAuthor;
  readonly version: MessageVersion;
  readonly at: number;
  readonly threadId: MessageId | undefined;
  readonly reactions: ReactionChange;
  readonly what: Announcement;
}

export type Announcement =
  | { readonly kind: 'call' }
  | { readonly kind: 'discussion'; readonly name: string; readonly roomId: WorkspaceRoomId }
  /** Only the members' clients can read what was written. */
  | { readonly kind: 'encrypted' };

export interface WorkspaceMessageDeleted {
  readonly kind: 'message.deleted';
  readonly origin: 'workspace';
  readonly messageId: MessageId;
  readonly snapshot: Snapshot;
  readonly pairs: readonly LedgerEntry[];
}

/** What is settled together with what a sink did. */
export type SettledWith = Pick<Settlement, 'pollEntries' | 'redacted' | 'tombstones'>;

/** Text of a Matrix message as its event carries it. */
export interface MatrixText {
  readonly msgtype: string;
  readonly body: string;
  readonly format: string | undefined;
  readonly formatted_body: string | undefined;
  /** `m.mentions.room`, as the sender's client wrote it. */
  readonly mentionsRoom: boolean;
}

export interface HomeserverMessagePosted {
  readonly kind: 'message.posted';
  readonly origin: 'homeserver';
  readonly eventId: EventId;
  readonly sender: MatrixUserId;
  /** `origin_server_ts`, ms. */
  readonly at: number;
  /** With a file its caption; an empty body for none. */
  readonly text: MatrixText;
  readonly relation: MatrixRelation;
  readonly file: FileFields | undefined;
  /** A place that the message is about; the text names it too. */
  readonly point: GeoPoint | undefined;
  /** An edit of a message that is not known here: said in the text. */
  readonly editOfUnknown: boolean;
  readonly settledWith?: SettledWith;
}

export interface HomeserverMessageEdited {
  readonly kind: 'message.edited';
  readonly origin: 'homeserver';
  /** The `m.replace` event; undefined: a redaction brought the original text back, or a poll stands otherwise. */
  readonly edit: { readonly eventId: EventId; readonly at: number } | undefined;
  readonly sender: MatrixUserId;
  readonly text: MatrixText;
  readonly target: LedgerEntry;
  readonly snapshot: Snapshot | undefined;
  /** An edit event that this change makes ineffective. */
  readonly redactedEdit: EventId | undefined;
  readonly settledWith?: SettledWith;
}

export interface HomeserverMessageDeleted {
  readonly kind: 'message.deleted';
  readonly origin: 'homeserver';
  /** Who redacted it: the author, or a moderator. */
  readonly sender: MatrixUserId;
  readonly target: LedgerEntry;
  readonly pairs: readonly LedgerEntry[];
  readonly snapshot: Snapshot | undefined;
}

export interface HomeserverReactionAdded {
  readonly kind: 'reaction.added';
  readonly origin: 'homeserver';
  readonly eventId: EventId;
  readonly sender: MatrixUserId;
  /** As Matrix names it: the emoji itself, the `mxc:` address of its image, or any short text. */
  readonly key: string;
  /** What an image is called, `:partyparrot:` (MSC4027). */
  readonly shortcode: string | undefined;
  /** A bridge's own: nobody is told anything about it. */
  readonly isOfABridge: boolean;
  readonly target: LedgerEntry;
}

export interface HomeserverReactionRemoved {
  readonly kind: 'reaction.removed';
  readonly origin: 'homeserver';
  readonly sender: MatrixUserId;
  readonly entry: ReactionEntry;
}

/** The same of Matrix. */
export interface HomeserverPinsChanged {
  readonly kind: 'pins.changed';
  readonly origin: 'homeserver';
  /** Who made the change that this was noticed by. */
  readonly sender: MatrixUserId;
  readonly eventId: EventId;
  readonly pinned: readonly MessageId[];
  readonly unpinned: readonly MessageId[];
}

/** The same of Matrix. */
export interface HomeserverRoomChanged extends Pick<ComparedRoom, 'changes' | 'settled'> {
  readonly kind: 'room.changed';
  readonly origin: 'homeserver';
  /** Who made the change that this was noticed by. */
  readonly sender: MatrixUserId;
  readonly eventId: EventId;
}

/** The room was ended, and another one goes on in its place. */
export interface HomeserverRoomReplaced {
  readonly kind: 'room.replaced';
  readonly origin: 'homeserver';
  /** Who ended it. */
  readonly sender: MatrixUserId;
  readonly eventId: EventId;
  readonly old: MatrixRoomId;
  /** undefined: none is named. */
  readonly replacement: MatrixRoomId | undefined;
}

export interface HomeserverRolesChanged {
  readonly kind: 'roles.changed';
  readonly origin: 'homeserver';
  /** Who made the change that this was noticed by: the bridge itself, where it had all compared. */
  readonly sender: MatrixUserId;
  /** undefined: the bridge had all compared. */
  readonly eventId: EventId | undefined;
  readonly people: readonly KnownRoleChange[];
}

/** How somebody who has a puppet, or a ghost, stands to the room on Matrix is not what was last settled. */
export interface HomeserverMembershipChanged {
  readonly kind: 'membership.changed';
  readonly origin: 'homeserver';
  readonly sender: MatrixUserId;
  readonly eventId: EventId;
  readonly who: MatrixUserId;
  /** undefined: a ghost that is not made yet. */
  readonly person: Profile | undefined;
  readonly settled: Settled;
  readonly now: Standing;
  /** Who did it, where that is known. */
  readonly by: MatrixUserId | undefined;
  readonly reason: string | undefined;
}

/** A vote, or one less, in a poll whose result is shown: its message is edited a little later. */
export interface HomeserverPollCounted {
  readonly kind: 'poll.counted';
  readonly origin: 'homeserver';
  readonly sender: MatrixUserId;
  readonly pollId: EventId;
  readonly settledWith: SettledWith;
}

/** Encryption was turned on, or an encrypted event came: nobody but the devices in the room can read it. */
export interface HomeserverRoomEncrypted {
  readonly kind: 'room.encrypted';
  readonly origin: 'homeserver';
  readonly sender: MatrixUserId;
}
