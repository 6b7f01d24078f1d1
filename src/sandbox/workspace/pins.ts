import { canAccess, may } from './access.ts';
import type { Account } from './account-book.ts';
import type { MessageDocument, RoomDocument } from './documents.ts';
import { messageChanged, touchMessage } from './message-events.ts';
import { MeteorError } from './meteor.ts';
import { systemMessage } from './system-messages.ts';
import type { Workspace } from './workspace.ts';

/**
 * `chat.pinMessage`: the message changes, but realtime tells of it only by a system message, which does
 * not name the pinned one.
 */
export function pinMessage(workspace: Workspace, account: Account, message: MessageDocument): MessageDocument {
  const room = pinnableRoom(workspace, account, message, 'pinMessage');
  if (message.pinned === true && !workspace.dialect.pinsTwice) return message;
  markPinned(workspace, account, message, true);
  touchMessage(workspace, message);
  const attachment = {
    text: message.msg,
    author_name: message.u.username,
    author_icon: `/avatar/${message.u.username}`,
    ts: message.ts,
    attachments: message.attachments ?? [],
  };
  return systemMessage(workspace, {
    type: 'message_pinned',
    room,
    by: account,
    text: '',
    extra: { attachments: [attachment] },
  });
}

/** `chat.unPinMessage`: announced as the message itself, whether it was pinned or not. */
export function unpinMessage(workspace: Workspace, account: Account, message: MessageDocument): void {
  const room = pinnableRoom(workspace, account, message, 'unpinMessage');
  if (workspace.rooms.subscription(room._id, account.user._id) === undefined)
    throw new MeteorError('error-invalid-message', 'Message you are unpinning was not found', {
      method: 'unpinMessage',
      action: 'Message_pinning',
    });
  markPinned(workspace, account, message, false);
  messageChanged(workspace, message);
}

function pinnableRoom(workspace: Workspace, account: Account, message: MessageDocument, method: string): RoomDocument {
  if (!workspace.settings.get<boolean>('Message_AllowPinning'))
    throw new MeteorError('error-action-not-allowed', 'Message pinning not allowed', {
      method,
      action: 'Message_pinning',
    });
  const room = workspace.rooms.byId(message.rid);
  if (
    room === undefined ||
    !canAccess(workspace, account, room) ||
    !may(workspace, account, 'pin-message', message.rid)
  ) {
    throw new MeteorError('not-authorized', 'Not Authorized', { method });
  }
  return room;
}

function markPinned(workspace: Workspace, { user }: Account, message: MessageDocument, pinned: boolean): void {
  message.pinned = pinned;
  message.pinnedAt = new Date(workspace.clock.now());
  message.pinnedBy = { _id: user._id, username: user.username };
}
