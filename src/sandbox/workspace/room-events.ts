import type { RoomDocument } from './documents.ts';
import type { Workspace } from './workspace.ts';

/** Stamps a changed room and tells its members. */
export function touchRoom(workspace: Workspace, room: RoomDocument): void {
  room._updatedAt = workspace.stamp();
  announceRoom(workspace, room, 'updated');
}

/** Tells a room's members of it as it is now. */
export function announceRoom(
  workspace: Workspace,
  room: RoomDocument,
  action: 'inserted' | 'updated' | 'removed',
): void {
  const members = workspace.rooms.members(room._id).map(({ u }) => u._id);
  workspace.bus.emit({ kind: 'room', action, room, members });
}
