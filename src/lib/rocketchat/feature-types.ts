import type { MessageId, WorkspaceRoomId, WorkspaceUserId } from '../core/ids.ts';
import type { RawMessage, WorkspaceUser } from './types.ts';

/** An emoji that the workspace's people added: written `:name:`, or `:alias:` for each of its aliases. */
export interface CustomEmoji {
  readonly name: string;
  readonly aliases: readonly string[];
  /** `png`, `gif`, `jpeg`: part of the image's path. */
  readonly extension: string;
  /** Changes with the image; older servers have none. */
  readonly etag?: string;
}

/** Reactions, pins and custom emoji. */
export interface ReactionApi {
  /**
   * `chat.react` as the calling account; already so is done. The server reads, changes and writes all
   * reactions of a message: two at once on one message can lose one, so callers take turns by message.
   *
   * @param emoji a short name with colons, `:thumbsup:`. One that is neither a standard nor a custom emoji
   *   of the workspace throws `error-not-allowed`.
   */
  react(messageId: MessageId, emoji: string, shouldReact: boolean): Promise<void>;
  /**
   * `chat.pinMessage`; needs `pin-message` (owners and moderators of the room). Already pinned is done.
   *
   * Realtime tells of a pin only by a system message `message_pinned` that does not name the pinned
   * message (ask {@link pinnedMessages}), and of an unpin by the message itself with `pinned: false`.
   */
  pinMessage(id: MessageId): Promise<void>;
  /** `chat.unPinMessage`; not pinned is done. */
  unpinMessage(id: MessageId): Promise<void>;
  /** `chat.getPinnedMessages`, all pages. */
  pinnedMessages(roomId: WorkspaceRoomId): Promise<readonly RawMessage[]>;
  /** `emoji-custom.list`: all of them in one answer. */
  customEmoji(): Promise<readonly CustomEmoji[]>;
  /**
   * An emoji's image; `undefined` when the server has none (it then draws a placeholder). Refuses more than
   * `limit` bytes. The type comes from the extension: the server calls everything but PNG and SVG a JPEG.
   */
  emojiImage(
    name: string,
    extension: string,
    limit: number,
  ): Promise<{ bytes: Uint8Array; contentType: string } | undefined>;
  /**
   * `emoji-custom.create`; needs `manage-emoji` (admins). The server makes a slug of the name, so only lower-case
   * letters and digits, joined by single underscores, stay as they are. A name that is taken and a missing
   * permission are refused alike, without a code: ask {@link customEmoji} which it was.
   */
  createCustomEmoji(name: string, image: Uint8Array, contentType: string): Promise<void>;
}

/** What people see of each other besides messages. */
export interface PresenceApi {
  /**
   * Typing in a room, as the calling account, which must be a member: `stream-notify-room` through
   * `method.call`. Others stop showing it 15 s after the last `true`.
   *
   * @param shownName what the workspace shows of the account: its username, or its name where `UI_Use_Real_Name`
   *   is on. Any other is refused with `not-allowed`.
   */
  setTyping(roomId: WorkspaceRoomId, shownName: string, typing: boolean): Promise<void>;
  /** `subscriptions.read`: everything up to now, threads included. */
  markRead(roomId: WorkspaceRoomId): Promise<void>;
  /**
   * `users.setStatus` of the calling account. Throws `error-status-not-allowed` for `offline` where the
   * workspace has no invisible status.
   */
  setStatus(status: 'online' | 'away' | 'busy' | 'offline', message?: string): Promise<void>;
  /**
   * Who has read a message, and when (ms). `not-offered`: this workspace's plan has no read receipts, which
   * the server says with an error of its own. Empty where `Message_Read_Receipt_Enabled` or
   * `Message_Read_Receipt_Store_Users` was off when they read.
   */
  readReceipts(
    messageId: MessageId,
  ): Promise<readonly { readonly userId: WorkspaceUserId; readonly at: number }[] | 'not-offered'>;
  /**
   * Everybody whom the account may see, all pages of `users.list`. New real names are broadcast only where
   * `UI_Use_Real_Name` is on, and pictures are lost while disconnected: compare `name` and `avatarEtag`.
   */
  users(): Promise<readonly WorkspaceUser[]>;
}
