import type { WorkspaceRoomId, WorkspaceUserId } from '../core/ids.ts';
import type { WorkspaceRoom } from './types.ts';

type RoomTarget = Pick<WorkspaceRoom, 'id' | 'type'>;

/** What somebody may be in a channel or a private group. Direct messages have no roles. */
export type RoomRole = 'owner' | 'moderator' | 'leader';

/** What is to be different about a room; what is left out stays. */
export interface RoomSettings {
  /** The name that people see; the server derives the one in links from it. */
  readonly name?: string;
  readonly topic?: string;
  readonly announcement?: string;
  readonly description?: string;
  readonly type?: 'c' | 'p';
  readonly readOnly?: boolean;
}

/** Everything about a room that people set. */
export interface RoomDetails extends WorkspaceRoom {
  readonly announcement: string;
  readonly description: string;
  readonly readOnly: boolean;
  readonly broadcast: boolean;
  /** Usernames of those who may not write. */
  readonly muted: readonly string[];
  /** In a read-only room: usernames of those who may write all the same. */
  readonly unmuted: readonly string[];
  readonly avatarEtag: string | undefined;
  readonly members: number;
  /** Of a discussion: the room that it belongs to. */
  readonly parentId: WorkspaceRoomId | undefined;
  /** By the workspace's clock, ms. */
  readonly createdAt: number;
  readonly creator: WorkspaceUserId | undefined;
}

/** Changes of rooms and of their people, as the calling account. What is so already is done. */
export interface RoomAdminApi {
  roomDetails(id: WorkspaceRoomId): Promise<RoomDetails | undefined>;
  /** `rooms.adminRooms.getRoom`, which needs `view-room-administration`: whether it exists, a member or not. */
  roomExists(id: WorkspaceRoomId): Promise<boolean>;
  /** `rooms.saveRoomSettings`; one system message for each difference. A name that is taken throws `error-duplicate-channel-name`. */
  saveRoomSettings(id: WorkspaceRoomId, settings: RoomSettings): Promise<void>;
  /** As {@link RoomAdminApi.saveRoomSettings}; undefined takes the picture away. */
  setRoomAvatar(id: WorkspaceRoomId, image: { bytes: Uint8Array; contentType: string } | undefined): Promise<void>;
  /** The picture that somebody gave the room; undefined: initials. Refuses more than `limit` bytes. */
  roomAvatar(
    id: WorkspaceRoomId,
    limit: number,
    etag?: string,
  ): Promise<{ bytes: Uint8Array; contentType: string } | undefined>;
  archiveRoom(id: WorkspaceRoomId, archived: boolean): Promise<void>;
  /** `rooms.delete`-like, by the endpoint of its type; the room and all its messages are gone. One that is gone is done. */
  deleteRoom(room: RoomTarget): Promise<void>;

  /** Not a member is done. The last owner is refused with `error-you-are-last-owner`. */
  leaveRoom(room: RoomTarget): Promise<void>;
  /** `channels.kick`, `groups.kick`; not a member is done. The last owner: `error-you-are-last-owner`. */
  removeFromRoom(room: RoomTarget, userId: WorkspaceUserId): Promise<void>;
  /**
   * `rooms.banUser`, from 8.0 on; who is a member is removed. `not-offered`: the version has no bans.
   * Of members alone: else `error-user-not-in-room`. The last owner: `error-you-are-last-owner`.
   */
  banFromRoom(id: WorkspaceRoomId, userId: WorkspaceUserId): Promise<'done' | 'not-offered'>;
  unbanFromRoom(id: WorkspaceRoomId, userId: WorkspaceUserId): Promise<'done' | 'not-offered'>;
  /** Empty where the version has no bans. */
  bannedFromRoom(id: WorkspaceRoomId): Promise<readonly { readonly id: WorkspaceUserId; readonly username: string }[]>;
  /** `rooms.isMember`. Whoever is banned may be counted among the members: ask for those first. */
  isInRoom(room: RoomTarget, userId: WorkspaceUserId): Promise<boolean>;
  /** `rooms.muteUser`; needs `mute-user` in the room. Throws where the user is no member. */
  muteInRoom(id: WorkspaceRoomId, username: string, muted: boolean): Promise<void>;
  /** `channels.addOwner`, `groups.removeModerator` …; the last owner is refused with `error-remove-last-owner`. */
  setRoomRole(room: RoomTarget, userId: WorkspaceUserId, role: RoomRole, given: boolean): Promise<void>;

  /** `users.delete`; with `confirmRelinquish` also the last owner of rooms. One that is gone is done. */
  deleteUser(userId: WorkspaceUserId): Promise<void>;
  /** `licenses.maxActiveUsers`; `max` undefined: no limit. */
  seats(): Promise<{ readonly active: number; readonly max: number | undefined }>;
  /** `permissions.listAll`: roles by permission. */
  permissions(): Promise<ReadonlyMap<string, readonly string[]>>;
}
