import { may } from './access.ts';
import type { Account } from './account-book.ts';
import type { MessageDocument, RoomDocument } from './documents.ts';
import { touchMessage } from './message-events.ts';
import { MeteorError } from './meteor.ts';
import { touchRoom } from './room-events.ts';
import type { Workspace } from './workspace.ts';

export interface Pruning {
  readonly oldest: Date;
  readonly latest: Date;
  readonly inclusive: boolean;
  readonly excludePinned: boolean;
  readonly ignoreDiscussion: boolean;
  /** Replies in threads stay; the event does not tell of it. */
  readonly ignoreThreads: boolean;
  readonly filesOnly: boolean;
  /** Usernames; empty: everybody. */
  readonly users: readonly string[];
  /** Oldest first; 0: all. */
  readonly limit: number;
}

/**
 * `rooms.cleanHistory`, and what a retention policy does: the messages go to the trash, where a catch-up finds
 * them like any other deletion, but realtime tells only of a range. With `filesOnly` nobody is told anything.
 *
 * @returns how many messages were touched.
 */
export function pruneRoom(workspace: Workspace, account: Account, room: RoomDocument, wanted: Pruning): number {
  if (!may(workspace, account, 'clean-channel-history', room._id))
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'cleanRoomHistory' });
  const chosen = workspace.messages.inRoom(room._id).filter((message) => isChosen(message, wanted));
  const found = wanted.limit > 0 ? chosen.slice(0, wanted.limit) : chosen;
  const files = found.filter(({ file }) => file !== undefined);
  for (const message of files) for (const { _id } of message.files ?? []) workspace.uploads.remove(_id);
  if (wanted.filesOnly) {
    for (const message of files) replaceFile(workspace, message);
    return files.length;
  }
  const at = workspace.stamp();
  for (const message of found) workspace.messages.remove(message, at);
  if (found.length > 0) announcePruning(workspace, room, wanted, found);
  return found.length;
}

function isChosen({ ts, u, pinned, t, tmid, _hidden }: MessageDocument, wanted: Pruning): boolean {
  const { oldest, latest, inclusive, users } = wanted;
  const inRange = inclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest;
  if (!inRange || _hidden === true || (users.length > 0 && !users.includes(u.username))) return false;
  if (wanted.excludePinned && pinned === true) return false;
  return !(wanted.ignoreDiscussion && t === 'discussion-created') && !(wanted.ignoreThreads && tmid !== undefined);
}

function replaceFile(workspace: Workspace, message: MessageDocument): void {
  delete message.file;
  message.attachments = [{ color: '#FD745E', text: '_File removed by prune_' }];
  touchMessage(workspace, message);
}

function announcePruning(
  workspace: Workspace,
  room: RoomDocument,
  { oldest, latest, inclusive, excludePinned, ignoreDiscussion, users, limit }: Pruning,
  found: readonly MessageDocument[],
): void {
  room.msgs -= found.length;
  if (room.lastMessage !== undefined && found.includes(room.lastMessage)) delete room.lastMessage;
  touchRoom(workspace, room);
  const ts = inclusive ? { $gte: oldest, $lte: latest } : { $gt: oldest, $lt: latest };
  const ids = limit > 0 && workspace.dialect.major >= 7 ? { ids: found.map(({ _id }) => _id) } : {};
  const args = [{ rid: room._id, excludePinned, ignoreDiscussion, ts, users, ...ids }];
  workspace.bus.emit({ kind: 'notify-room', rid: room._id, event: 'deleteMessageBulk', args });
}
