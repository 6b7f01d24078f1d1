import { userRef } from '../access.ts';
import { ban, bannedFrom, unban } from '../bans.ts';
import type { RoomDocument } from '../documents.ts';
import { MeteorError } from '../meteor.ts';
import { type AuthenticatedCall, paged, type Route, textOf } from '../route.ts';
import { nullable, number, shape, text } from '../validation.ts';
import { targetPerson } from './room-target.ts';

const roomAndPerson: Route['params'] = {
  oneOf: ['userId', 'username'].map((key) => shape({ roomId: text({ minLength: 1 }), [key]: text({ minLength: 1 }) })),
};

const since8: Route['exists'] = ({ major }) => major >= 8;

/** `rooms.banUser`, `rooms.unbanUser`, `rooms.bannedUsers`. */
export const banRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'rooms.banUser',
    exists: since8,
    params: roomAndPerson,
    act(call) {
      ban(call.workspace, call.caller, roomIn(call), targetPerson(call));
      return {};
    },
  },
  {
    method: 'POST',
    path: 'rooms.unbanUser',
    exists: since8,
    params: roomAndPerson,
    act(call) {
      unban(call.workspace, call.caller, roomIn(call), targetPerson(call));
      return {};
    },
  },
  {
    method: 'GET',
    path: 'rooms.bannedUsers',
    exists: since8,
    params: shape({ roomId: text({ minLength: 1 }), count: nullable(number()), offset: nullable(number()) }),
    act(call) {
      const { items, ...page } = paged(call, bannedFrom(call.workspace, call.caller, roomIn(call)));
      return { bannedUsers: items.map(userRef), ...page };
    },
  },
];

function roomIn({ workspace, params }: AuthenticatedCall): RoomDocument {
  const room = workspace.rooms.byId(textOf(params, 'roomId'));
  if (room === undefined) throw new MeteorError('error-invalid-room', 'Invalid room');
  return room;
}
