import type { MessageId, WorkspaceRoomId, WorkspaceUserId } from '../core/ids.ts';
import type { RemoteError } from '../core/remote-error.ts';
import type { Secret } from '../core/secret.ts';
import type { WorkspaceAdminApi } from './admin-types.ts';
import type { FileApi } from './file-types.ts';
import type { PresenceApi, ReactionApi } from './feature-types.ts';
import type { RightsApi } from './rights-types.ts';
import type { RoomAdminApi } from './room-admin-types.ts';
import type { RealtimeInterest, RealtimeNews } from './realtime-news.ts';

/** A Rocket.Chat account that requests are made as: sent as `X-User-Id` and `X-Auth-Token`. */
export interface WorkspaceCredentials {
  readonly userId: WorkspaceUserId;
  /** Login token or personal access token. */
  readonly token: Secret;
}

/**
 * A message document as the server sent it, dates untouched: ISO strings from REST,
 * `{"$date": ms}` from realtime. The bridge's source gives it a shape.
 */
export type RawMessage = Readonly<Record<string, unknown>>;

export interface WorkspaceRoom {
  readonly id: WorkspaceRoomId;
  /** `c` channel, `p` private group, `d` direct message; others are not federated. */
  readonly type: string;
  readonly name: string;
  /** Display name where it differs from `name` (names with special characters). */
  readonly displayName: string;
  readonly topic: string;
  readonly archived: boolean;
  readonly encrypted: boolean;
  readonly federated: boolean;
  /** Time of the last message, milliseconds since the epoch; 0 if there was none. */
  readonly lastMessageAt: number;
  /** Only where somebody set one for this room. */
  readonly retention?: RoomRetention;
}

/** What a room says of the workspace's retention policy, which has to be on for any of it. */
export interface RoomRetention {
  /** Unset: as the policy says for rooms of this type. */
  readonly enabled: boolean | undefined;
  /** What is said here holds instead of the policy's own rules. */
  readonly overridesGlobal: boolean;
  readonly maxAgeDays: number | undefined;
  /** Only files are removed; their messages stay. */
  readonly filesOnly: boolean;
}

/** A direct message as an admin may list it: who is in it, not what was said. */
export interface DirectRoom {
  readonly id: WorkspaceRoomId;
  readonly userIds: readonly WorkspaceUserId[];
  /** `_updatedAt`, ms: rises with each new or deleted message, and with changes of the last one. */
  readonly updatedAt: number;
}

export interface WorkspaceUser {
  readonly id: WorkspaceUserId;
  readonly username: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly active: boolean;
  readonly email: string | undefined;
  readonly avatarEtag: string | undefined;
}

export interface SyncedMessages {
  readonly updated: readonly RawMessage[];
  readonly deleted: readonly { readonly id: MessageId; readonly at: number }[];
}

export interface MessageToSend {
  /** Chosen by us: 17 characters of Meteor's alphabet. A second send with the same id is refused by the server. */
  readonly id: MessageId;
  readonly roomId: WorkspaceRoomId;
  readonly text: string;
  /** The message that the thread is about. A reply's own id works too: the server goes up to the first message. */
  readonly threadId?: MessageId;
  /** A reply in a thread is also shown in the room (`tshow`); the server refuses it without `threadId`. */
  readonly showInChannel?: boolean;
  /**
   * Shown below the text. Quotes come from links to messages in the text, and the server puts those itself after
   * what is given here.
   */
  readonly attachments?: readonly Readonly<Record<string, unknown>>[];
  /** In degrees; clients show it on a map below the text. The server refuses what is no place on earth. */
  readonly location?: { readonly latitude: number; readonly longitude: number };
  /** Shown instead of the sender's name; needs `message-impersonate` (role `bot`). */
  readonly alias?: string;
  readonly avatar?: string;
}

export interface NewWorkspaceUser {
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly password: Secret;
  readonly roles: readonly string[];
}

/**
 * What the bridge asks of a workspace, as one account. Every method throws only `RemoteError`.
 * Lookups answer `undefined` for "there is no such thing" (or none this account may see).
 */
export interface WorkspaceApi extends ReactionApi, FileApi, PresenceApi, RightsApi, RoomAdminApi, WorkspaceAdminApi {
  readonly credentials: WorkspaceCredentials | undefined;
  /** The same server as another account; shares connections and limiter knowledge. */
  as(credentials: WorkspaceCredentials): WorkspaceApi;

  /** `GET /api/info`: version (major.minor, or full if the caller may see it) and the server's clock from its `Date` header, in ms. */
  info(): Promise<{ version: string; serverTime: number }>;
  me(): Promise<WorkspaceUser>;
  /** `settings.public?_id=a,b`; absent ids are absent in the answer. */
  publicSettings(ids: readonly string[]): Promise<ReadonlyMap<string, unknown>>;

  /** `POST login`; the answer's credentials are a login token. `code` answers a 2FA challenge. */
  login(user: string, password: Secret, code?: string): Promise<WorkspaceCredentials>;
  /** `users.generatePersonalAccessToken` for the calling account, `bypassTwoFactor: true`. `password` answers a 2FA challenge by the password method. */
  createPersonalAccessToken(name: string, password?: Secret): Promise<Secret>;

  /** Throws RemoteError also when the id exists already: ask {@link getMessage} before believing a failure. */
  sendMessage(message: MessageToSend): Promise<RawMessage>;
  getMessage(id: MessageId): Promise<RawMessage | undefined>;
  /**
   * A new text, for replies in threads as for others. Attachments stay: files, and quotes too, even where the new
   * text no longer links them; a new link adds its quote. Where a file came with a `description` that changes,
   * and else `msg`. The same text again does nothing and nobody hears of it. From 8.0 on, an empty text is refused
   * except for files.
   */
  updateMessage(roomId: WorkspaceRoomId, id: MessageId, text: string): Promise<RawMessage>;
  /** "No message found" counts as done and answers `false`. */
  deleteMessage(roomId: WorkspaceRoomId, id: MessageId): Promise<boolean>;
  /** `chat.syncMessages` since a time (ms), everything, whichever paging the server's version has. */
  syncMessages(roomId: WorkspaceRoomId, since: number): Promise<SyncedMessages>;
  /** `chat.getDeletedMessages` since a time (ms), all pages. */
  deletedMessages(roomId: WorkspaceRoomId, since: number): Promise<readonly MessageId[]>;

  /** `rooms.get?updatedSince`: the account's own rooms that changed since (ms), and ids of removed ones. */
  changedRooms(since: number): Promise<{ updated: readonly WorkspaceRoom[]; removed: readonly WorkspaceRoomId[] }>;
  roomById(id: WorkspaceRoomId): Promise<WorkspaceRoom | undefined>;
  roomByName(name: string): Promise<WorkspaceRoom | undefined>;
  /** A name that is taken throws `error-duplicate-channel-name`. */
  createRoom(type: 'c' | 'p', name: string, members?: readonly string[]): Promise<WorkspaceRoom>;
  /**
   * `im.create`: the direct message of the calling account and these people, made if there is none. Its members are
   * fixed for ever. Unknown names are left out by the server without a word: compare `usernames`. Too many throw
   * `error-direct-message-max-user-exceeded` (`DirectMesssage_maxUsers`, 8).
   */
  openDirect(usernames: readonly string[]): Promise<{ id: WorkspaceRoomId; usernames: readonly string[] }>;
  /**
   * `im.list.everyone`, which needs `view-room-administration`: everybody's direct messages that changed since (ms),
   * newest first. That of the caller too.
   */
  changedDirectRooms(since: number): Promise<readonly DirectRoom[]>;
  /** Adds a user to a channel or private group; already a member is done. */
  addToRoom(room: Pick<WorkspaceRoom, 'id' | 'type'>, userId: WorkspaceUserId): Promise<void>;
  joinRoom(roomId: WorkspaceRoomId): Promise<void>;
  /** All members, paged. */
  members(room: Pick<WorkspaceRoom, 'id' | 'type'>): Promise<readonly WorkspaceUser[]>;
  /** A part of them, in the order of their usernames; `count` 100 at most. */
  membersPage(
    room: Pick<WorkspaceRoom, 'id' | 'type'>,
    page: { readonly offset: number; readonly count: number },
  ): Promise<{ readonly members: readonly WorkspaceUser[]; readonly total: number }>;
  /** Room roles by user id: `owner`, `moderator`, `leader`. */
  roomRoles(room: Pick<WorkspaceRoom, 'id' | 'type'>): Promise<ReadonlyMap<WorkspaceUserId, readonly string[]>>;

  createUser(user: NewWorkspaceUser): Promise<WorkspaceUser>;
  userByName(username: string): Promise<WorkspaceUser | undefined>;
  userById(id: WorkspaceUserId): Promise<WorkspaceUser | undefined>;
  /** As an admin: new password for an account (kills its tokens). */
  setPassword(userId: WorkspaceUserId, password: Secret): Promise<void>;
  /**
   * Throws `user-last-owner` for the last owner of rooms, unless these are relinquished: others become their owners,
   * and those in which nobody else is are deleted.
   */
  setUserActive(userId: WorkspaceUserId, active: boolean, how?: { readonly relinquishes: boolean }): Promise<void>;
  setAvatar(userId: WorkspaceUserId, image: Uint8Array, contentType: string): Promise<void>;
  /** No picture any more: initials. */
  resetAvatar(userId: WorkspaceUserId): Promise<void>;
  /**
   * `users.updateOwnBasicInfo`: the calling account's display name. `< > \ /` are refused with
   * `error-input-is-not-a-valid-field`. 8.x lets accounts without the role `bot` do it once a minute.
   */
  setOwnName(name: string): Promise<void>;
  /** `users.update` as an admin: somebody else's display name, whatever they may do themselves. */
  setName(userId: WorkspaceUserId, name: string): Promise<void>;
  /**
   * `undefined` for no avatar of one's own (generated SVG initials). Refuses more than `limit` bytes. `etag`: of the
   * picture that is wanted, so that no proxy on the way answers with the one from before.
   */
  avatar(
    username: string,
    limit: number,
    etag?: string,
  ): Promise<{ bytes: Uint8Array; contentType: string } | undefined>;
}

/** What realtime delivers of messages, in the order in which the server sent it. */
export type RealtimeEvent =
  | { readonly kind: 'message'; readonly message: RawMessage }
  | { readonly kind: 'deleted'; readonly roomId: WorkspaceRoomId; readonly id: MessageId };

export interface RealtimeHandlers {
  /**
   * Called for each event, never concurrently; a slow handler delays the next ones but loses none.
   * One that throws has not taken the event: the session then drops its connection, so that the
   * catch-up after the next {@link onReady} brings the event again.
   */
  onEvent(event: RealtimeEvent): void;
  /** What {@link onNews} is to be called for; unset: nothing more is subscribed to than messages and deletions. */
  readonly wants?: readonly RealtimeInterest[];
  /**
   * Called for each piece of news at once and never again; one that throws has missed it, and nothing else
   * follows from it. News of the moment: what can't keep up should drop it rather than put it in a queue.
   */
  onNews?(news: RealtimeNews): void;
  /**
   * Called after every (re)connect once logged in and once all messages are subscribed to.
   * The owner runs its REST catch-up then; events may arrive before and during the call.
   */
  onReady(): void;
  /**
   * Called each time the deletions of a watched room are subscribed to, on each connection anew. Those
   * from between `onReady` and this call are known to a catch-up only.
   */
  onRoomWatched?(roomId: WorkspaceRoomId): void;
  /** Called once for each loss of the connection. What is emitted from now on is lost. */
  onLost(reason: string): void;
  /**
   * Called when the server refuses the account's token at a reconnect (at the first connect `start`
   * rejects instead). The session has ended: log in again and make another.
   */
  onRefused(error: RemoteError): void;
}

/** One account's realtime session: reconnects by itself until closed. */
export interface RealtimeSession {
  /** Resolves at the first `onReady`; rejects with RemoteError when the token is refused. */
  start(signal?: AbortSignal): Promise<void>;
  /**
   * Rooms whose deletions are wanted (`stream-notify-room <rid>/deleteMessage`), and their typing and receipts where
   * the handlers want those, which follow after the deletions of all rooms. Paced; survives reconnects. Resolves
   * when the deletions are ready on the server, or when connected next if there is no connection.
   */
  watchRoom(roomId: WorkspaceRoomId): Promise<void>;
  unwatchRoom(roomId: WorkspaceRoomId): Promise<void>;
  /** Drops the connection and makes a new one: the watchdog's cure for a deaf session. */
  reconnect(reason: string): void;
  close(): Promise<void>;
}
