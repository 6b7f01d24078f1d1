import { may, userRef } from './access.ts';
import type { Account } from './account-book.ts';
import type { RoomDocument, SubscriptionDocument } from './documents.ts';
import { meteorId, MeteorError } from './meteor.ts';
import { announceRoom, touchRoom } from './room-events.ts';
import { systemMessage } from './system-messages.ts';
import { matchesNameSetting } from './user-rules.ts';
import type { Workspace } from './workspace.ts';

export interface NewRoom {
  readonly type: 'c' | 'p';
  readonly name: string;
  /** Usernames; unknown ones are dropped silently, as the real server does. */
  readonly members?: readonly string[];
  readonly readOnly?: boolean;
  readonly topic?: string | undefined;
  readonly encrypted?: boolean;
  /** Read-only by its nature. */
  readonly broadcast?: boolean;
  readonly customFields?: Record<string, unknown>;
  readonly excludeSelf?: boolean;
}

/** `channels.create` and `groups.create`: the creator becomes owner. */
export function createRoom(workspace: Workspace, creator: Account, wanted: NewRoom): RoomDocument {
  if (!may(workspace, creator, `create-${wanted.type}`)) {
    throw new MeteorError('error-not-allowed', 'Not allowed', {
      method: wanted.type === 'c' ? 'createChannel' : 'createPrivateGroup',
    });
  }
  return openRoom(workspace, creator, { ...wanted, ...validRoomName(workspace, wanted.name) });
}

/** A room without asking whether it may be: with a name that is known to be free, and the creator as owner. */
export function openRoom(
  workspace: Workspace,
  creator: Account,
  wanted: NewRoom & { readonly displayName: string; readonly fields?: Partial<RoomDocument> },
): RoomDocument {
  const now = workspace.stamp();
  const room: RoomDocument = {
    _id: meteorId(),
    t: wanted.type,
    name: wanted.name,
    fname: wanted.displayName,
    u: userRef(creator),
    msgs: 0,
    usersCount: 0,
    ts: now,
    _updatedAt: now,
    ro: wanted.broadcast === true || wanted.readOnly === true,
    default: false,
    sysMes: [],
    ...(wanted.topic === undefined ? {} : { topic: wanted.topic }),
    ...(wanted.encrypted === true ? { encrypted: true } : {}),
    ...(wanted.broadcast === true ? { broadcast: true } : {}),
    ...(wanted.customFields === undefined ? {} : { customFields: wanted.customFields }),
    ...wanted.fields,
  };
  workspace.rooms.add(room);
  if (wanted.excludeSelf !== true) subscribe(workspace, room, creator, ['owner']);
  for (const username of new Set(wanted.members)) {
    const account = workspace.accounts.byUsername(username);
    if (account?.user.active === true && account !== creator) subscribe(workspace, room, account);
  }
  announceRoom(workspace, room, 'inserted');
  return room;
}

/** @throws MeteorError for a name that is malformed or taken. */
function validRoomName(
  workspace: Workspace,
  displayName: string,
  self?: RoomDocument,
): { name: string; displayName: string } {
  const special = workspace.settings.get<boolean>('UI_Allow_room_names_with_special_chars');
  const name = special ? slug(displayName) : displayName;
  if (name === '' || !matchesNameSetting(workspace, 'UTF8_Channel_Names_Validation', name)) {
    throw new MeteorError('error-invalid-room-name', `${displayName} is not a valid room name.`, {
      channel_name: displayName,
    });
  }
  const taken = workspace.rooms.byName(name);
  if (taken === undefined || taken === self) return { name, displayName };
  if (special) return validRoomName(workspace, `${displayName}-1`, self);
  if (taken.archived === true) {
    throw new MeteorError('error-archived-duplicate-name', `There's an archived channel with name ${name}`, {
      channel_name: name,
    });
  }
  throw new MeteorError('error-duplicate-channel-name', `A channel with name '${name}' exists`, { channel_name: name });
}

function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^0-9a-zA-Z-_. ]/g, '')
    .trim()
    .replace(/ +/g, '-');
}

/** Makes an account a member without a word in the room. */
export function subscribe(
  workspace: Workspace,
  room: RoomDocument,
  account: Account,
  roles?: string[],
): SubscriptionDocument {
  const now = workspace.stamp();
  const subscription: SubscriptionDocument = {
    _id: meteorId(),
    rid: room._id,
    u: userRef(account),
    name: room.name ?? room.usernames?.filter((one) => one !== account.user.username).join(', ') ?? '',
    ...(room.fname === undefined ? {} : { fname: room.fname }),
    t: room.t,
    open: true,
    alert: false,
    unread: 0,
    userMentions: 0,
    groupMentions: 0,
    ts: now,
    _updatedAt: now,
    ...(roles === undefined ? {} : { roles }),
  };
  workspace.rooms.subscribe(subscription);
  room.usersCount += 1;
  room._updatedAt = now;
  workspace.bus.emit({ kind: 'subscription', action: 'inserted', subscription });
  return subscription;
}

export function unsubscribe(workspace: Workspace, room: RoomDocument, subscription: SubscriptionDocument): void {
  workspace.rooms.unsubscribe(subscription, workspace.stamp());
  room.usersCount -= 1;
  touchRoom(workspace, room);
  workspace.bus.emit({ kind: 'subscription', action: 'removed', subscription });
}

/** `channels.delete`, `groups.delete`, `rooms.delete`: room, subscriptions and messages go to the trash. */
export function deleteRoom(workspace: Workspace, account: Account, room: RoomDocument): void {
  if (!may(workspace, account, `delete-${room.t}`, room._id))
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'eraseRoom' });
  const members = workspace.rooms.members(room._id);
  const at = workspace.stamp();
  workspace.messages.removeRoom(room._id, at);
  for (const subscription of members) {
    workspace.rooms.unsubscribe(subscription, at);
    workspace.bus.emit({ kind: 'subscription', action: 'removed', subscription });
  }
  workspace.rooms.remove(room, at);
  workspace.bus.emit({ kind: 'room', action: 'removed', room, members: members.map(({ u }) => u._id) });
}

/** A room's new name; the old one is free at once. */
export function renameRoom(workspace: Workspace, account: Account, room: RoomDocument, wanted: string): void {
  if (!may(workspace, account, 'edit-room', room._id))
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'saveRoomSettings' });
  const { name, displayName } = validRoomName(workspace, wanted, room);
  workspace.rooms.rename(room, name);
  room.fname = displayName;
  for (const subscription of workspace.rooms.members(room._id)) {
    subscription.name = name;
    subscription.fname = displayName;
    subscription._updatedAt = workspace.stamp();
  }
  touchRoom(workspace, room);
  systemMessage(workspace, { type: 'r', room, by: account, text: displayName });
}

/** `topic`, `announcement` or `description`, with the system message that tells of it. */
export function describeRoom(
  workspace: Workspace,
  account: Account,
  room: RoomDocument,
  field: 'topic' | 'announcement' | 'description',
  text: string,
): void {
  if (!may(workspace, account, 'edit-room', room._id))
    throw new MeteorError('error-action-not-allowed', 'Editing room is not allowed');
  room[field] = text;
  touchRoom(workspace, room);
  systemMessage(workspace, { type: `room_changed_${field}`, room, by: account, text });
}
