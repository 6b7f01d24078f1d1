import type { Account } from './account-book.ts';
import type { RoomDocument } from './documents.ts';
import { canAccess } from './access.ts';
import { meteorId, MeteorError } from './meteor.ts';
import type { Workspace } from './workspace.ts';

/** Somebody has seen everything in a room: `subscriptions.read`. */
export function markRead(workspace: Workspace, account: Account, room: RoomDocument): void {
  const subscription = workspace.rooms.subscription(room._id, account.user._id);
  if (subscription === undefined) return;
  subscription.ls = new Date(workspace.clock.now());
  subscription.unread = 0;
  subscription.alert = false;
  subscription._updatedAt = workspace.stamp();
  workspace.bus.emit({ kind: 'subscription', action: 'updated', subscription });
  if (offered(workspace) && workspace.settings.get<boolean>('Message_Read_Receipt_Enabled'))
    tellIfAllRead(workspace, room);
}

/** Up to when everybody in a room had read when that was last told, by room. */
const told = new WeakMap<RoomDocument, number>();

/** `messagesRead` is not told of each reader, but when the last member, bots included, has read some message. */
function tellIfAllRead(workspace: Workspace, room: RoomDocument): void {
  const members = workspace.rooms.members(room._id);
  const until = Math.min(...members.map(({ ls }) => ls?.getTime() ?? Number.NEGATIVE_INFINITY));
  const before = told.get(room) ?? Number.NEGATIVE_INFINITY;
  const isNews = workspace.messages.inRoom(room._id).some(({ ts }) => ts.getTime() > before && ts.getTime() <= until);
  if (!isNews) return;
  told.set(room, until);
  const args = [{ until: new Date(until) }];
  workspace.bus.emit({ kind: 'notify-room', rid: room._id, event: 'messagesRead', args });
}

/** `chat.getMessageReadReceipts`. @throws MeteorError on Community, which has none. */
export function receiptsOf(workspace: Workspace, account: Account, messageId: string): Record<string, unknown>[] {
  if (!offered(workspace)) throw new MeteorError('error-action-not-allowed', 'This is an enterprise feature');
  const message = workspace.messages.get(messageId);
  const room = workspace.rooms.byId(message?.rid);
  if (message === undefined || room === undefined)
    throw new MeteorError('error-invalid-message', 'Invalid message', { method: 'getReadReceipts' });
  if (!canAccess(workspace, account, room))
    throw new MeteorError('error-invalid-room', 'Invalid room', { method: 'getReadReceipts' });
  const { settings } = workspace;
  if (
    !settings.get<boolean>('Message_Read_Receipt_Enabled') ||
    !settings.get<boolean>('Message_Read_Receipt_Store_Users')
  )
    return [];
  return workspace.rooms
    .members(room._id)
    .filter(({ ls }) => ls !== undefined && ls >= message.ts)
    .map(({ u, ls }) => ({ _id: meteorId(), messageId, roomId: room._id, userId: u._id, ts: ls, user: { ...u } }));
}

const offered = ({ licence }: Workspace): boolean => licence.has('message-read-receipt');
