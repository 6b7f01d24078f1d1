import type { MessageId, WorkspaceRoomId, WorkspaceUserId } from '../core/ids.ts';
import type { CustomEmoji } from './feature-types.ts';

/**
 * What a session may tell of besides messages; each costs subscriptions, of which the server's limiter lets
 * through about one a second on a connection.
 *
 * `users`: pictures, names, deletions (3 in all). `presence`: who is online (1). `emoji`: custom emoji (2).
 * `rooms`: rooms whose member the account is (1). `roles`: who is made what in a room (1).
 * `own-rooms`: that the account is in some room no longer (1).
 * `prunes`, `typing`: one each for each watched room.
 */
export type RealtimeInterest = 'users' | 'presence' | 'emoji' | 'rooms' | 'own-rooms' | 'roles' | 'prunes' | 'typing';

/** News that is of the moment: none is brought again by a catch-up, and what was missed is compared instead. */
export type RealtimeNews =
  | {
      readonly kind: 'typing';
      readonly roomId: WorkspaceRoomId;
      /** As shown: the username, or the real name where `UI_Use_Real_Name` is on, which several may have. Also of one's own accounts. */
      readonly username: string;
      /** Clients say `true` again every 5 s, and forget it 15 s after the last. */
      readonly typing: boolean;
      readonly threadId?: MessageId;
    }
  | {
      readonly kind: 'user';
      readonly change: 'avatar';
      readonly username: string;
      /** Unset when the picture was taken away. */
      readonly etag?: string;
    }
  /** Always for a new username; for a new real name only where `UI_Use_Real_Name` is on. */
  | {
      readonly kind: 'user';
      readonly change: 'name';
      readonly userId: WorkspaceUserId;
      readonly username: string;
      readonly name: string;
    }
  /**
   * Not told where `Message_ErasureType` is `Keep`. With `Delete` all messages of that person are gone without a
   * word about each; with `Unlink` they now belong to another account.
   */
  | {
      readonly kind: 'user';
      readonly change: 'deleted';
      readonly userId: WorkspaceUserId;
      readonly messages: 'deleted' | 'kept';
    }
  /** The account was taken out of a room, or its room was deleted: the server does not always say which. */
  | { readonly kind: 'own-rooms'; readonly change: 'removed' }
  | { readonly kind: 'room-avatar'; readonly roomId: WorkspaceRoomId; readonly etag?: string }
  /**
   * Told with each message too, and whatever system messages the workspace hides. Of one that is gone, or that the
   * account is no longer a member of, nothing but its id is known.
   */
  | {
      readonly kind: 'room';
      readonly change: 'inserted' | 'updated' | 'removed';
      readonly roomId: WorkspaceRoomId;
      /** The room's document as it came. */
      readonly document: Readonly<Record<string, unknown>>;
    }
  /** Silent where `Presence_broadcast_disabled` is on, which large Community workspaces switch on by themselves. */
  | {
      readonly kind: 'presence';
      readonly userId: WorkspaceUserId;
      readonly username: string;
      readonly status: 'offline' | 'online' | 'away' | 'busy';
      readonly message: string;
    }
  /** Somebody is an owner, a moderator or a leader of a room now, or no more. Silent where `UI_DisplayRoles` is off. */
  | { readonly kind: 'room-role'; readonly roomId: WorkspaceRoomId }
  /** A new emoji is told twice: its image may be there only from the second time on. */
  | { readonly kind: 'emoji'; readonly change: 'updated' | 'deleted'; readonly emoji: CustomEmoji }
  /**
   * A retention policy or an admin removed a range of a room's messages at once, of which no `deleted` event tells;
   * a catch-up shows them among the deleted messages, and there they look like any other.
   */
  | {
      readonly kind: 'pruned';
      readonly roomId: WorkspaceRoomId;
      /** Times of sending, ms, between which messages are gone; both ends included if `inclusive`. */
      readonly from: number;
      readonly to: number;
      readonly inclusive: boolean;
      /** Only of these people; empty: everybody's. */
      readonly usernames: readonly string[];
      readonly keepsPinned: boolean;
      readonly keepsDiscussions: boolean;
      /** Exactly these, where the server says which. Otherwise replies in threads may have been kept, unsaid. */
      readonly ids?: readonly MessageId[];
    };
