import { may } from './access.ts';
import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { MeteorError } from './meteor.ts';
import { setRoomAvatar } from './room-avatar.ts';
import { touchRoom } from './room-events.ts';
import { describeRoom, renameRoom } from './rooms.ts';
import { systemMessage } from './system-messages.ts';
import type { Workspace } from './workspace.ts';

/** `rooms.saveRoomSettings`: applies what is given, in the order of the keys here. */
export function saveRoomSettings(
  workspace: Workspace,
  account: Account,
  room: RoomDocument,
  wanted: Readonly<Record<string, unknown>>,
): void {
  if (!may(workspace, account, 'edit-room', room._id)) {
    throw new MeteorError('error-action-not-allowed', 'Editing room is not allowed', {
      method: 'saveRoomSettings',
      action: 'Editing_room',
    });
  }
  const text = (key: string): string | undefined => (typeof wanted[key] === 'string' ? wanted[key] : undefined);
  const name = text('roomName');
  if (name !== undefined && name !== room.name) renameRoom(workspace, account, room, name);
  for (const [key, field] of [
    ['roomTopic', 'topic'],
    ['roomAnnouncement', 'announcement'],
    ['roomDescription', 'description'],
  ] as const) {
    const value = text(key);
    if (value !== undefined && value !== (room[field] ?? '')) describeRoom(workspace, account, room, field, value);
  }
  if (typeof wanted['readOnly'] === 'boolean') setReadOnly(workspace, account, room, wanted['readOnly']);
  const type = text('roomType');
  if ((type === 'c' || type === 'p') && type !== room.t) setType(workspace, account, room, type);
  if (typeof wanted['roomAvatar'] === 'string') setRoomAvatar(workspace, account, room, wanted['roomAvatar']);
  setRetention(room, wanted);
  if (Array.isArray(wanted['systemMessages'])) room.sysMes = wanted['systemMessages'].map(String);
}

const RETENTION = {
  retentionEnabled: 'enabled',
  retentionOverrideGlobal: 'overrideGlobal',
  retentionMaxAge: 'maxAge',
  retentionFilesOnly: 'filesOnly',
  retentionExcludePinned: 'excludePinned',
  retentionIgnoreThreads: 'ignoreThreads',
} as const;

function setRetention(room: RoomDocument, wanted: Readonly<Record<string, unknown>>): void {
  for (const [key, field] of Object.entries(RETENTION)) {
    const value = wanted[key];
    if (value !== undefined && value !== null) room.retention = { ...room.retention, [field]: value };
  }
}

export function setReadOnly(workspace: Workspace, account: Account, room: RoomDocument, readOnly: boolean): void {
  if (!may(workspace, account, 'set-readonly', room._id))
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'setReadOnly' });
  if (room.ro === readOnly) return;
  room.ro = readOnly;
  touchRoom(workspace, room);
  systemMessage(workspace, {
    type: readOnly ? 'room-set-read-only' : 'room-removed-read-only',
    room,
    by: account,
    text: '',
  });
}

/** Public to private and back. */
function setType(workspace: Workspace, account: Account, room: RoomDocument, type: 'c' | 'p'): void {
  if (room.t === 'd') throw new MeteorError('error-direct-room', "Can't change type of direct rooms");
  room.t = type;
  for (const subscription of workspace.rooms.members(room._id)) subscription.t = type;
  touchRoom(workspace, room);
  systemMessage(workspace, {
    type: 'room_changed_privacy',
    room,
    by: account,
    text: type === 'c' ? 'public' : 'private',
  });
}
