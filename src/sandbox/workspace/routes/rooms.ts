import { canAccess, may } from '../access.ts';
import { setArchived } from '../archiving.ts';
import type { RoomDocument } from '../documents.ts';
import { join, leave } from '../membership.ts';
import { MeteorError } from '../meteor.ts';
import { saveRoomSettings } from '../room-settings.ts';
import { deleteRoom } from '../rooms.ts';
import { type AuthenticatedCall, optionalText, optionalTexts, paged, type Route, textOf } from '../route.ts';
import { either, flag, list, maybe, nullable, number, object, shape, text } from '../validation.ts';
import { rolesOf } from './room-members.ts';
import { roomAnd } from './room-target.ts';

/** `rooms.*`: what is the same for channels, groups and direct messages. */
export const roomRoutes: readonly Route[] = [
  { method: 'GET', path: 'rooms.get', params: shape({ updatedSince: maybe(text()) }), act: ownRooms },
  { method: 'GET', path: 'rooms.info', params: roomAnd(), act: (call) => ({ room: anyRoom(call) }) },
  {
    method: 'GET',
    path: 'rooms.adminRooms',
    permission: 'view-room-administration',
    params: shape({
      filter: nullable(text()),
      types: nullable(list(text({ oneOf: ['c', 'd', 'p', 'l', 'discussions', 'teams'] }))),
      count: nullable(number()),
      offset: nullable(number()),
      sort: nullable(text()),
      query: nullable(text()),
    }),
    act: adminRooms,
  },
  {
    method: 'GET',
    path: 'rooms.adminRooms.getRoom',
    permission: 'view-room-administration',
    params: shape({ rid: maybe(text()) }),
    act({ workspace, params }) {
      const room = workspace.rooms.byId(optionalText(params, 'rid') ?? '');
      // `API.v1.failure('not-allowed', 'Room not found')`
      if (room === undefined) throw new MeteorError('Room not found', 'not-allowed');
      return { ...room };
    },
  },
  {
    method: 'GET',
    path: 'rooms.isMember',
    params: {
      oneOf: ['userId', 'username'].map((key) =>
        shape({ roomId: text({ minLength: 1 }), [key]: text({ minLength: 1 }) }),
      ),
    },
    act: isMember,
  },
  {
    method: 'GET',
    path: 'rooms.roles',
    exists: ({ major, version }) => major >= 8 || (major === 7 && Number(version.split('.')[1]) >= 10),
    params: shape({ rid: text() }),
    act: (call) => ({ roles: rolesOf(call, anyRoom({ ...call, params: { roomId: call.params['rid'] } })._id) }),
  },
  { method: 'POST', path: 'rooms.saveRoomSettings', params: settingsShape(), act: save },
  {
    method: 'POST',
    path: 'rooms.changeArchivationState',
    params: shape({ rid: text(), action: nullable(text()) }),
    act(call) {
      const room = anyRoom({ ...call, params: { roomId: call.params['rid'] } });
      setArchived(call.workspace, call.caller, room, call.params['action'] === 'archive');
      return {};
    },
  },
  {
    method: 'POST',
    path: 'rooms.join',
    exists: ({ major }) => major >= 8,
    params: {
      oneOf: [
        shape({ roomId: text({ minLength: 1 }), joinCode: nullable(text()) }),
        shape({ roomName: text({ minLength: 1 }), joinCode: nullable(text()) }),
      ],
    },
    act(call) {
      const room = anyRoom(call);
      join(call.workspace, call.caller, room);
      return { room };
    },
  },
  {
    method: 'POST',
    path: 'rooms.leave',
    params: roomAnd(),
    act(call) {
      leave(call.workspace, call.caller, anyRoom(call));
      return {};
    },
  },
  {
    method: 'POST',
    path: 'rooms.delete',
    params: shape({ roomId: text() }),
    act(call) {
      deleteRoom(call.workspace, call.caller, anyRoom(call));
      return {};
    },
  },
];

function anyRoom({ workspace, caller, params }: AuthenticatedCall): RoomDocument {
  const id = optionalText(params, 'roomId');
  const room = id !== undefined ? workspace.rooms.byId(id) : workspace.rooms.byName(textOf(params, 'roomName'));
  if (room === undefined || !canAccess(workspace, caller, room)) {
    throw new MeteorError(
      'error-room-not-found',
      'The required "roomId" or "roomName" param provided does not match any channel',
    );
  }
  return room;
}

/** The caller's rooms that changed, and every room trashed since, the caller's or not. */
function ownRooms({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const since = optionalText(params, 'updatedSince');
  const after = since === undefined ? -1 : Date.parse(since);
  if (Number.isNaN(after))
    throw new MeteorError(
      'error-updatedSince-param-invalid',
      'The "updatedSince" query parameter must be a valid date.',
    );
  const update = workspace.rooms
    .subscriptionsOf(caller.user._id)
    .flatMap(({ rid }) => workspace.rooms.byId(rid) ?? [])
    .filter((room) => room._updatedAt.getTime() > after);
  return { update, remove: since === undefined ? [] : workspace.rooms.removedAfter(after) };
}

function adminRooms(call: AuthenticatedCall): Record<string, unknown> {
  const types = optionalTexts(call.params, 'types');
  const filter = optionalText(call.params, 'filter')?.toLowerCase() ?? '';
  const rooms = call.workspace.rooms
    .all()
    .filter(
      (room) =>
        (types === undefined || types.includes(room.t)) &&
        (room.name ?? room.usernames?.join() ?? '').toLowerCase().includes(filter),
    );
  const { items, ...page } = paged(call, rooms);
  return { rooms: items, ...page };
}

function isMember({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const room = workspace.rooms.byId(textOf(params, 'roomId'));
  const userId = optionalText(params, 'userId');
  const account =
    userId !== undefined ? workspace.accounts.byId(userId) : workspace.accounts.byUsername(textOf(params, 'username'));
  if (room === undefined) throw new Error('error-room-not-found');
  if (account === undefined) throw new Error('error-user-not-found');
  if (!canAccess(workspace, caller, room) && !may(workspace, caller, 'view-room-administration'))
    throw new Error('error-not-allowed');
  const { _id } = account.user;
  // A ban keeps the subscription, and that is what is counted.
  const isCounted = workspace.rooms.isBanned(room._id, _id);
  return { isMember: isCounted || workspace.rooms.subscription(room._id, _id) !== undefined };
}

function save(call: AuthenticatedCall): Record<string, unknown> {
  const room = call.workspace.rooms.byId(textOf(call.params, 'rid'));
  if (room === undefined) throw new MeteorError('error-invalid-room', 'Invalid room', { method: 'saveRoomSettings' });
  saveRoomSettings(call.workspace, call.caller, room, call.params);
  return { rid: room._id };
}

function settingsShape(): ReturnType<typeof shape> {
  const names = ['roomAvatar', 'roomName', 'roomTopic', 'roomAnnouncement', 'roomDescription', 'roomType', 'joinCode'];
  const flags = [
    'featured',
    'readOnly',
    'reactWhenReadOnly',
    'default',
    'encrypted',
    'retentionEnabled',
    'retentionExcludePinned',
    'retentionFilesOnly',
    'retentionIgnoreThreads',
    'retentionOverrideGlobal',
  ];
  return shape({
    rid: text(),
    ...Object.fromEntries(names.map((name) => [name, nullable(text())])),
    ...Object.fromEntries(flags.map((name) => [name, nullable(flag())])),
    roomCustomFields: nullable(object()),
    systemMessages: nullable(list(text())),
    favorite: nullable(object(shape({ defaultValue: flag(), favorite: flag() }, true))),
    retentionMaxAge: nullable(either(number())),
  });
}
