import { may } from './access.ts';
import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { MeteorError } from './meteor.ts';
import { touchRoom } from './room-events.ts';
import { systemMessage } from './system-messages.ts';
import type { Workspace } from './workspace.ts';

/**
 * `rooms.muteUser` (`user-muted`), `rooms.unmuteUser` (`user-unmuted`): again is no error, and said again. In a
 * read-only room it is about who may write all the same.
 */
export function mute(workspace: Workspace, by: Account, room: RoomDocument, account: Account, muted: boolean): void {
  const method = { method: muted ? 'muteUserInRoom' : 'unmuteUserInRoom' };
  if (!may(workspace, by, 'mute-user', room._id)) throw new MeteorError('error-not-allowed', 'Not allowed', method);
  if (room.t === 'd') {
    throw new MeteorError('error-invalid-room-type', `${room.t} is not a valid room type`, { ...method, type: room.t });
  }
  const { username } = account.user;
  if (workspace.rooms.subscription(room._id, account.user._id) === undefined)
    throw new MeteorError('error-user-not-in-room', 'User is not in this room', method);
  if (room.ro === true) room.unmuted = listed(room.unmuted, username, !muted);
  else room.muted = listed(room.muted, username, muted);
  touchRoom(workspace, room);
  systemMessage(workspace, { type: muted ? 'user-muted' : 'user-unmuted', room, by, text: username });
}

const listed = (names: readonly string[] | undefined, name: string, isIn: boolean): string[] => [
  ...(names ?? []).filter((each) => each !== name),
  ...(isIn ? [name] : []),
];
