import { may, userRef } from './access.ts';
import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { meteorId, MeteorError } from './meteor.ts';
import { announceRoom } from './room-events.ts';
import { subscribe } from './rooms.ts';
import type { Workspace } from './workspace.ts';

/**
 * `im.create`: the room of exactly these people, made if there is none. A room of two has their ids,
 * sorted and joined, as its own; one with oneself alone is an ordinary one. Unknown usernames are dropped, as the real server does.
 */
export function openDirectMessage(
  workspace: Workspace,
  account: Account,
  usernames: readonly string[],
): { room: RoomDocument; inserted: boolean } {
  if (!may(workspace, account, 'create-d'))
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'createDirectMessage' });
  const isToOneself = usernames.length === 1 && usernames[0] === account.user.username;
  if (isToOneself && !workspace.settings.get<boolean>('Message_AllowDirectMessagesToYourself'))
    throw new MeteorError('error-invalid-user', 'Invalid user', { method: 'createDirectMessage' });
  const others = usernames.flatMap((username) => workspace.accounts.byUsername(username) ?? []);
  const members = [...new Set([account, ...others])].toSorted((a, b) => (a.user._id < b.user._id ? -1 : 1));
  if (members.length > workspace.settings.get<number>('DirectMesssage_maxUsers')) {
    throw new MeteorError('error-direct-message-max-user-exceeded', 'You cannot add so many users to a direct message');
  }
  const uids = members.map(({ user }) => user._id);
  const key = uids.join();
  const found = workspace.rooms.all().find((room) => room.t === 'd' && room.uids?.join() === key);
  if (found !== undefined) return { room: found, inserted: false };
  const now = workspace.stamp();
  const room: RoomDocument = {
    _id: uids.length === 2 ? uids.join('') : meteorId(),
    t: 'd',
    u: userRef(account),
    usernames: members.map(({ user }) => user.username),
    uids,
    msgs: 0,
    usersCount: 0,
    ts: now,
    _updatedAt: now,
  };
  workspace.rooms.add(room);
  for (const member of members) subscribe(workspace, room, member);
  announceRoom(workspace, room, 'inserted');
  return { room, inserted: true };
}
