import { may } from './access.ts';
import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { MeteorError } from './meteor.ts';
import { touchRoom } from './room-events.ts';
import { systemMessage } from './system-messages.ts';
import type { Workspace } from './workspace.ts';

/** `channels.archive`, `groups.unarchive`, `rooms.changeArchivationState`: an archived room takes no messages. */
export function setArchived(workspace: Workspace, account: Account, room: RoomDocument, archived: boolean): void {
  if (!may(workspace, account, archived ? 'archive-room' : 'unarchive-room', room._id))
    throw new MeteorError('error-not-authorized', 'Not authorized');
  if (archived && room.archived === true) throw new MeteorError('error-room-archived', 'The room is archived');
  room.archived = archived;
  touchRoom(workspace, room);
  systemMessage(workspace, { type: archived ? 'room-archived' : 'room-unarchived', room, by: account, text: '' });
}
