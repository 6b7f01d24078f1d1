import type { RoomDocument } from './documents.ts';
import { messageChanged, touchMessage } from './message-events.ts';
import type { Workspace } from './workspace.ts';

/**
 * Each message in a discussion changes the message that told of it in the parent room: its counter and its last
 * time. It is announced as a whole from 7.0 on; before, who asks since a time finds it.
 */
export function countInParent(workspace: Workspace, room: RoomDocument): void {
  if (room.prid === undefined) return;
  const told = workspace.messages.inRoom(room.prid).find(({ drid }) => drid === room._id);
  if (told === undefined) return;
  told.dcount = room.msgs;
  if (room.lm !== undefined) told.dlm = room.lm;
  if (workspace.dialect.major >= 7) messageChanged(workspace, told);
  else touchMessage(workspace, told);
}
