import { may } from './access.ts';
import type { Account } from './account-book.ts';
import type { MessageDocument } from './documents.ts';
import { messageChanged, touchMessage } from './message-events.ts';
import { MeteorError } from './meteor.ts';
import { touchRoom } from './room-events.ts';
import type { Workspace } from './workspace.ts';

/** Whether `chat.delete` is allowed (canDeleteMessage). */
function mayDelete(workspace: Workspace, account: Account, message: MessageDocument): boolean {
  const { settings } = workspace;
  if (may(workspace, account, 'force-delete-message', message.rid)) return true;
  if (!settings.get<boolean>('Message_AllowDeleting')) return false;
  const own = message.u._id === account.user._id && may(workspace, account, 'delete-own-message', message.rid);
  if (!own && !may(workspace, account, 'delete-message', message.rid)) return false;
  if (may(workspace, account, 'bypass-time-limit-edit-and-delete', message.rid)) return true;
  const minutes = settings.get<number>('Message_AllowDeleting_BlockDeleteInMinutes');
  return minutes === 0 || workspace.clock.now() - message.ts.getTime() <= minutes * 60_000;
}

/**
 * Deletes in the way the settings want: gone with a `deleteMessage` event; hidden with the same event
 * (Message_KeepHistory); or turned into `t: "rm"` and announced as a changed message
 * (Message_ShowDeletedStatus, and always for the root of a thread).
 */
export function deleteMessage(workspace: Workspace, account: Account, message: MessageDocument): void {
  if (!mayDelete(workspace, account, message)) {
    throw new MeteorError('error-action-not-allowed', 'Not allowed', {
      method: 'deleteMessage',
      action: 'Delete_message',
    });
  }
  const keeps = workspace.settings.get<boolean>('Message_KeepHistory');
  const shows = workspace.settings.get<boolean>('Message_ShowDeletedStatus') || (message.tcount ?? 0) > 0;
  const files = message.files ?? (message.file === undefined ? [] : [message.file]);
  if (shows) leaveTrace(workspace, account, message);
  else if (keeps) hide(workspace, message);
  else workspace.messages.remove(message, workspace.stamp());
  if (!keeps) for (const { _id } of files) workspace.uploads.remove(_id);
  if (!shows)
    workspace.bus.emit({ kind: 'notify-room', rid: message.rid, event: 'deleteMessage', args: [{ _id: message._id }] });
  const room = workspace.rooms.byId(message.rid);
  if (room !== undefined) {
    room.msgs -= 1;
    if (room.lastMessage === message) delete room.lastMessage;
    touchRoom(workspace, room);
  }
  if (message.tmid !== undefined) uncountReply(workspace, message.tmid);
}

function leaveTrace(workspace: Workspace, account: Account, message: MessageDocument): void {
  message.t = 'rm';
  message.msg = '';
  message.urls = [];
  message.mentions = [];
  message.attachments = [];
  for (const key of ['reactions', 'blocks', 'file', 'files', 'pinned', 'pinnedAt', 'pinnedBy', 'tshow'] as const)
    delete message[key];
  message.editedAt = new Date(workspace.clock.now());
  message.editedBy = { _id: account.user._id, username: account.user.username };
  messageChanged(workspace, message);
}

/** Hidden messages aren't announced, aren't in chat.syncMessages and aren't in the trash. */
function hide(workspace: Workspace, message: MessageDocument): void {
  message._hidden = true;
  touchMessage(workspace, message);
}

function uncountReply(workspace: Workspace, parentId: string): void {
  const parent = workspace.messages.get(parentId);
  if (parent?.tcount === undefined) return;
  parent.tcount -= 1;
  if (parent.tcount === 0) for (const key of ['tcount', 'tlm', 'replies'] as const) delete parent[key];
  messageChanged(workspace, parent);
}
