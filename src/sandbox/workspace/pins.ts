import { canAccess, may } from './access.ts';
import type { Account } from './account-book.ts';
import type { MessageDocument } from './documents.ts';
import { messageChanged } from './message-events.ts';
import { MeteorError } from './meteor.ts';
import { systemMessage } from './system-messages.ts';
import type { Workspace } from './workspace.ts';

/** `chat.pinMessage`: the message changes, and a system message tells of it. */
export function pinMessage(workspace: Workspace, account: Account, message: MessageDocument): MessageDocument {
  const room = workspace.rooms.byId(message.rid);
  if (
    room === undefined ||
    !canAccess(workspace, account, room) ||
    !may(workspace, account, 'pin-message', message.rid)
  ) {
    throw new MeteorError('not-authorized', 'Not Authorized', { method: 'pinMessage' });
  }
  message.pinned = true;
  message.pinnedAt = new Date(workspace.clock.now());
  message.pinnedBy = { _id: account.user._id, username: account.user.username };
  messageChanged(workspace, message);
  const attachment = { text: message.msg, author_name: message.u.username, ts: message.ts };
  return systemMessage(workspace, {
    type: 'message_pinned',
    room,
    by: account,
    text: '',
    extra: { attachments: [attachment] },
  });
}

/** `chat.unPinMessage`. */
export function unpinMessage(workspace: Workspace, account: Account, message: MessageDocument): void {
  if (!may(workspace, account, 'pin-message', message.rid))
    throw new MeteorError('not-authorized', 'Not Authorized', { method: 'unpinMessage' });
  message.pinned = false;
  message.pinnedAt = new Date(workspace.clock.now());
  message.pinnedBy = { _id: account.user._id, username: account.user.username };
  messageChanged(workspace, message);
}
