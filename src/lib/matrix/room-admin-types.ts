import type { MatrixProfile } from './types.ts';
import type { EventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId } from '../core/ids.ts';

/** One piece of a room's state, as it is now. */
export interface StateEvent {
  readonly type: string;
  readonly stateKey: string;
  readonly sender: MatrixUserId;
  readonly content: Readonly<Record<string, unknown>>;
  readonly eventId: EventId | undefined;
}

/** Somebody who was asked into a room and has not answered. */
export interface Invited {
  readonly userId: MatrixUserId;
  readonly by: MatrixUserId;
  /** `origin_server_ts`, ms; 0: it doesn't say. */
  readonly at: number;
}

/** Changes of rooms and of their people, as the acting user. */
export interface RoomAdminApi {
  /** The whole state of a room that the acting user is, or was, a member of; of a large room tens of megabytes. */
  fullState(roomId: MatrixRoomId): Promise<readonly StateEvent[]>;
  /** Those alone, however many have joined. */
  invited(roomId: MatrixRoomId): Promise<readonly Invited[]>;
  /** One piece of a room's state with who set it; undefined: not set. */
  stateEvent(roomId: MatrixRoomId, type: string, stateKey: string): Promise<StateEvent | undefined>;
  /** Who is invited or banned, and as what: what they are called there, if the one who did it said so. */
  membersWho(roomId: MatrixRoomId, membership: 'invite' | 'ban'): Promise<ReadonlyMap<MatrixUserId, MatrixProfile>>;
  /** Needs the room's level for `kick`, and more power than the other has. Not a member is done. */
  kick(roomId: MatrixRoomId, userId: MatrixUserId, reason?: string): Promise<void>;
  /** Needs the room's level for `ban`, and more power than the other has. Banned is done. */
  ban(roomId: MatrixRoomId, userId: MatrixUserId, reason?: string): Promise<void>;
  /** Not banned is done. */
  unban(roomId: MatrixRoomId, userId: MatrixUserId, reason?: string): Promise<void>;
  /** Whether the homeserver's room directory lists it. */
  isListed(roomId: MatrixRoomId): Promise<boolean>;
  /** The homeserver may keep users from it: `M_FORBIDDEN`. */
  setListed(roomId: MatrixRoomId, listed: boolean): Promise<void>;
  /** An application service may have aliases of its namespace only: else `M_EXCLUSIVE`. One of another room: `M_UNKNOWN` 409. */
  setAlias(alias: MatrixRoomAlias, roomId: MatrixRoomId): Promise<void>;
  /** Makes the room anew in that version; the old one gets a tombstone that names it. */
  upgradeRoom(roomId: MatrixRoomId, version: string): Promise<MatrixRoomId>;
  /** Room versions the homeserver can make, and the one it takes by itself; undefined: it doesn't say. */
  roomVersions(): Promise<{ readonly standard: string | undefined; readonly known: readonly string[] }>;
}
