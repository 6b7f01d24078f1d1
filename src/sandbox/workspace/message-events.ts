import type { MessageDocument, RoomDocument } from './documents.ts';
import { touchRoom } from './room-events.ts';
import type { Workspace } from './workspace.ts';

/** Tells realtime about a message as it is now. Hidden messages and hidden types are never told. */
export function announceMessage(workspace: Workspace, message: MessageDocument): void {
  if (message._hidden === true) return;
  if (message.t !== undefined && hiddenTypes(workspace).has(message.t)) return;
  workspace.bus.emit({ kind: 'message', message });
}

/** Stamps a changed message, re-indexes it and announces the whole of it. */
export function messageChanged(workspace: Workspace, message: MessageDocument): void {
  touchMessage(workspace, message);
  announceMessage(workspace, message);
}

/** Stamps and re-indexes a message whose change nobody is told of; who asks since a time finds it. */
export function touchMessage(workspace: Workspace, message: MessageDocument): void {
  message._updatedAt = workspace.stamp();
  workspace.messages.touched(message);
}

/** System message types that Hide_System_Messages keeps back, its groups spelled out. */
export function hiddenTypes(workspace: Workspace): ReadonlySet<string> {
  const listed = workspace.settings.get<readonly string[]>('Hide_System_Messages');
  return new Set(listed.flatMap((type) => (type === 'mute_unmute' ? ['user-muted', 'user-unmuted'] : [type])));
}

/** A new message in a room's counters. */
export function countMessage(workspace: Workspace, room: RoomDocument, message: MessageDocument): void {
  room.msgs += 1;
  room.lm = message.ts;
  if (message.t === undefined) room.lastMessage = message;
  touchRoom(workspace, room);
}
