import type { EventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId, ServerName } from '../core/ids.ts';
import type { Secret } from '../core/secret.ts';
import type { RoomAdminApi } from './room-admin-types.ts';

/** A Matrix event as it arrived. Nothing about it may be believed before it was looked at. */
export type RawEvent = Readonly<Record<string, unknown>>;

/** The registration file of our application service (spec: Application Service API, "Registration"). */
export interface Registration {
  readonly id: string;
  /** Where the homeserver reaches us; null: it never calls. */
  readonly url: string | null;
  readonly asToken: Secret;
  readonly hsToken: Secret;
  readonly senderLocalpart: string;
  /** Ghosts are `@<prefix>…:server name`, aliases `#<prefix>…:server name`. */
  readonly prefix: string;
  readonly serverName: ServerName;
  /** Whether the homeserver pushes typing, receipts and presence to us. Absent: yes. */
  readonly receiveEphemeral?: boolean;
}

export interface MediaUpload {
  /** Bytes; Synapse takes nothing whose length is not known before. */
  readonly size: number;
  readonly contentType: string;
  readonly fileName?: string;
  readonly signal?: AbortSignal;
}

export interface MediaDownload {
  readonly body: ReadableStream<Uint8Array>;
  /** As its sender declared it, with parameters: `text/plain; charset=UTF-8`. Nothing of it is checked. */
  readonly contentType: string;
  /** Declared bytes; undefined: the server doesn't say. */
  readonly size: number | undefined;
  /** As its sender named it: not to be used as a name in a file system. */
  readonly fileName: string | undefined;
}

/** What a person shows of being there (spec: "Presence"). */
export type Presence = 'online' | 'unavailable' | 'offline';

export interface MessagesPage {
  readonly events: readonly RawEvent[];
  /** Token for the next page; absent when there is none. */
  readonly end: string | undefined;
}

export interface NewMatrixRoom {
  readonly aliasLocalpart?: string;
  readonly name?: string;
  readonly topic?: string;
  readonly preset: 'public_chat' | 'private_chat';
  /** Clients list such a room among a person's conversations. */
  readonly isDirect?: boolean;
  readonly visibility: 'public' | 'private';
  readonly invite?: readonly MatrixUserId[];
  readonly initialState?: readonly { type: string; stateKey: string; content: Record<string, unknown> }[];
  readonly powerLevels?: Record<string, unknown>;
  /** Undefined: the homeserver's own choice. */
  readonly version?: string;
}

/** A line of a server's room directory; all of it is that server's word. */
export interface PublicRoom {
  readonly id: MatrixRoomId;
  readonly alias: MatrixRoomAlias | undefined;
  readonly name: string | undefined;
  readonly topic: string | undefined;
  readonly members: number;
  /** `public`, `knock`, `restricted` …; absent on the wire: `public`. */
  readonly joinRule: string;
  /** A space groups rooms; nobody talks in it. */
  readonly isSpace: boolean;
}

/** What a room shows of itself to somebody who may join it; all of it is some server's word. */
export interface RoomSummary extends PublicRoom {
  readonly isEncrypted: boolean;
  /** The acting user's: `invite`, `join`, `ban`, `leave` …; undefined: it doesn't say. */
  readonly membership: string | undefined;
}

/** As the person wrote it: nothing of it is checked. */
export interface MatrixProfile {
  readonly displayName: string | undefined;
  readonly avatarUrl: string | undefined;
}

/**
 * What the bridge asks of its homeserver, as one of the application service's users. The bot when made,
 * any ghost by {@link MatrixApi.as}. Every method throws only `RemoteError`.
 * Ghost requests carry `user_id` and, on sends and redactions, `device_id=RCFED`: that makes the
 * transaction id idempotent across restarts of the homeserver (24 h on Synapse).
 */
export interface MatrixApi extends RoomAdminApi {
  readonly userId: MatrixUserId;
  readonly serverName: ServerName;
  as(userId: MatrixUserId): MatrixApi;

  versions(): Promise<{
    versions: readonly string[];
    unstableFeatures: Readonly<Record<string, boolean>>;
    server: string | undefined;
  }>;
  whoami(): Promise<{ userId: MatrixUserId }>;
  /** Asks the homeserver to ping our listener; milliseconds of the round trip. */
  ping(registrationId: string, transactionId: string): Promise<{ durationMs: number }>;

  /** `M_USER_IN_USE` is `exists`. */
  registerGhost(localpart: string): Promise<'created' | 'exists'>;
  /** `PUT /devices/RCFED`: creates or keeps. */
  ensureDevice(): Promise<void>;
  /** `DELETE /devices/RCFED`: what was said with it stays. */
  removeDevice(): Promise<void>;
  setDisplayName(name: string): Promise<void>;
  /** Empty: none any more. */
  setAvatarUrl(mxc: string): Promise<void>;
  /** Asks the person's own homeserver. undefined: nobody by that id, or somebody with neither name nor picture. */
  profile(userId: MatrixUserId): Promise<MatrixProfile | undefined>;
  /** What the acting user's programs keep for themselves under that type; nobody else reads it (spec: "Client Config"). */
  accountData(type: string): Promise<Record<string, unknown> | undefined>;
  setAccountData(type: string, content: Record<string, unknown>): Promise<void>;

  createRoom(room: NewMatrixRoom): Promise<MatrixRoomId>;
  resolveAlias(alias: MatrixRoomAlias): Promise<MatrixRoomId | undefined>;
  deleteAlias(alias: MatrixRoomAlias): Promise<void>;
  /**
   * One page of the room directory of the homeserver, or of another server that it asks. `term` is looked for in
   * names, topics and aliases. Synapse gives at most 100 rooms at once, and fewer does not mean the last page:
   * that is told by `next`.
   */
  publicRooms(page: {
    readonly server?: ServerName | undefined;
    readonly term?: string | undefined;
    readonly limit: number;
    readonly since?: string | undefined;
  }): Promise<{
    readonly rooms: readonly PublicRoom[];
    readonly next: string | undefined;
    readonly total: number | undefined;
  }>;
  /**
   * What a room is, without joining it. undefined: the homeserver does not know it, does not say so to the acting
   * user, or is too old to be asked (before spec v1.15).
   */
  roomSummary(room: MatrixRoomId | MatrixRoomAlias, via?: readonly string[]): Promise<RoomSummary | undefined>;
  /** Joining where one is joined is done. */
  join(room: MatrixRoomId | MatrixRoomAlias, via?: readonly string[]): Promise<MatrixRoomId>;
  /** Inviting a member or an invited person is done. */
  invite(roomId: MatrixRoomId, userId: MatrixUserId): Promise<void>;
  /** As {@link invite}, said to be a direct message: clients put the room among those of the invited person. */
  inviteDirect(roomId: MatrixRoomId, userId: MatrixUserId): Promise<void>;
  leave(roomId: MatrixRoomId): Promise<void>;
  /** Everybody who is joined or invited, with which of both. */
  membersAndInvited(roomId: MatrixRoomId): Promise<ReadonlyMap<MatrixUserId, 'join' | 'invite'>>;
  /** Rooms that the acting user has joined. */
  joinedRooms(): Promise<readonly MatrixRoomId[]>;
  joinedMembers(roomId: MatrixRoomId): Promise<readonly MatrixUserId[]>;
  /** What those who have joined are called and look like in that room, which may differ from their profile. */
  memberProfiles(roomId: MatrixRoomId): Promise<ReadonlyMap<MatrixUserId, MatrixProfile>>;

  /**
   * `ts`: origin_server_ts to ask for (ms), only for an application service. A reaction is an `m.reaction`
   * whose `m.relates_to` is `{rel_type: 'm.annotation', event_id, key}`; a second one by the same user with
   * the same key is `M_DUPLICATE_ANNOTATION` (400), which tells that it is there.
   */
  sendEvent(
    roomId: MatrixRoomId,
    type: string,
    transactionId: string,
    content: Record<string, unknown>,
    ts?: number,
  ): Promise<EventId>;
  redact(roomId: MatrixRoomId, eventId: EventId, transactionId: string, reason?: string): Promise<EventId>;
  sendState(roomId: MatrixRoomId, type: string, stateKey: string, content: Record<string, unknown>): Promise<EventId>;
  state(roomId: MatrixRoomId, type: string, stateKey: string): Promise<Record<string, unknown> | undefined>;
  event(roomId: MatrixRoomId, eventId: EventId): Promise<RawEvent | undefined>;
  /** `/messages`; `dir: 'b'` walks from the newest back. */
  messages(roomId: MatrixRoomId, page: { dir: 'b' | 'f'; from?: string; limit: number }): Promise<MessagesPage>;

  /**
   * Says that the acting user types, for `timeoutMs` at most (Synapse: 2 minutes), or stopped to. Saying it
   * again in time only prolongs it. A member only: else `M_FORBIDDEN`.
   */
  setTyping(roomId: MatrixRoomId, typing: boolean, timeoutMs: number): Promise<void>;
  /**
   * `m.read` up to that event, of the thread with that root, of what is outside all threads (`main`), or
   * without `threadId` of the whole room. An event that is not of that thread is refused with 400; one that
   * is unknown, or older than what was read before, changes nothing.
   */
  sendReceipt(roomId: MatrixRoomId, eventId: EventId, threadId?: EventId | 'main'): Promise<void>;
  /** A homeserver on which presence is switched off takes it and does nothing. */
  setPresence(presence: Presence, statusMessage?: string): Promise<void>;

  /** `POST /media/v1/create`: an id to upload to, valid for 24 h. */
  createMedia(): Promise<string>;
  /** `M_CANNOT_OVERWRITE_MEDIA` is done. */
  putMedia(mxc: string, bytes: Uint8Array, contentType: string, fileName?: string): Promise<void>;
  /** Authenticated download; the old endpoint where the server has no new one. Refuses more than `limit` bytes. */
  media(mxc: string, limit: number): Promise<{ bytes: Uint8Array; contentType: string }>;
  /**
   * As `putMedia`, for what is too large to be held: the pieces are asked for as fast as the homeserver takes
   * them, and once. Rejects besides with what `body` throws, with the reason of `signal`, and with an Error
   * when the pieces are not exactly `size` bytes. Not tried again by itself, since the pieces are gone.
   */
  uploadStream(mxc: string, body: AsyncIterable<Uint8Array>, file: MediaUpload): Promise<void>;
  /**
   * As `media`, answered as soon as the headers are there. `body` must be read to its end or cancelled; it
   * fails with a `RemoteError` or the reason of `signal`, `M_TOO_LARGE` when it is longer than `limit` after
   * all. What is declared to be too large is refused at once, with its size: `details: {size}`.
   * `M_NOT_YET_UPLOADED` (504): its sender made the id and uploaded nothing so far.
   */
  downloadStream(mxc: string, options: { limit: number; signal?: AbortSignal }): Promise<MediaDownload>;
  /** Most bytes of a file that the homeserver takes; undefined: it doesn't say. */
  uploadLimit(): Promise<number | undefined>;
}

/** What the application service listener asks of the bridge. Each answer is awaited before the homeserver gets one. */
export interface ApplicationServiceHandlers {
  /** Resolves once the events are on disk. Rejecting (a full disk, never a bad event) answers 500, and the homeserver tries again. */
  onTransaction(transactionId: string, events: readonly unknown[]): Promise<void>;
  /**
   * Typing, receipts and presence (`m.typing`, `m.receipt`, `m.presence`) as they were pushed, unread. Of
   * receipts Synapse 1.160 also pushes private ones (`m.read.private`), which are nobody else's business, and
   * leaves out the `thread_id`. Those of our own ghosts come too. They
   * are never repeated and come at any time, before or after the messages of their transaction. Nobody waits
   * for it, and when it fails that is only logged: the transaction's answer doesn't depend on it.
   */
  onEphemeral?(events: readonly unknown[]): void | Promise<void>;
  /** From the store alone, within 100 ms: the homeserver stalls every room meanwhile. */
  onUserQuery(userId: MatrixUserId): Promise<boolean>;
  onAliasQuery(alias: MatrixRoomAlias): Promise<boolean>;
}
