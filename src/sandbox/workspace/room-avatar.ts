import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { meteorId } from './meteor.ts';
import { touchRoom } from './room-events.ts';
import { systemMessage } from './system-messages.ts';
import type { Workspace } from './workspace.ts';

/** `roomAvatar` of `rooms.saveRoomSettings`: a data URL, or an empty text that takes the picture away. */
export function setRoomAvatar(workspace: Workspace, account: Account, room: RoomDocument, dataUrl: string): void {
  const [, contentType, base64] = /^data:([^;,]+);base64,(.*)$/s.exec(dataUrl) ?? [];
  if (contentType === undefined || base64 === undefined) {
    workspace.roomAvatars.delete(room._id);
    delete room.avatarETag;
  } else {
    workspace.roomAvatars.set(room._id, { bytes: Buffer.from(base64, 'base64'), contentType });
    room.avatarETag = meteorId();
  }
  touchRoom(workspace, room);
  systemMessage(workspace, { type: 'room_changed_avatar', room, by: account, text: '' });
  const { avatarETag: etag } = room;
  workspace.bus.emit({ kind: 'notify-logged', event: 'updateAvatar', args: [{ rid: room._id, etag }] });
}
