import { accessibleRoom } from '../access.ts';
import { openDirectMessage } from '../direct-messages.ts';
import type { RoomDocument } from '../documents.ts';
import { MeteorError } from '../meteor.ts';
import { type AuthenticatedCall, optionalText, paged, type Route, textOf } from '../route.ts';
import { type Field, flag, list, maybe, number, type Schema, shape, text } from '../validation.ts';
import { history, roomMessages } from './room-history.ts';
import { members } from './room-members.ts';

const pages = { sort: maybe(text()), count: maybe(number()), offset: maybe(number()) };
const yesNo = maybe(text({ oneOf: ['true', 'false'] }));

function roomOrUser(fields: Record<string, Field>): Schema {
  return { oneOf: [shape({ roomId: text(), ...fields }), shape({ username: text(), ...fields })] };
}

/** `im.*`, and the same under `dm.*`. */
export const directMessageRoutes: readonly Route[] = ['im', 'dm'].flatMap((prefix): Route[] => [
  {
    method: 'POST',
    path: `${prefix}.create`,
    params: {
      oneOf: [
        shape({ usernames: text(), excludeSelf: maybe(flag()) }),
        shape({ username: text(), excludeSelf: maybe(flag()) }),
      ],
    },
    act: create,
  },
  {
    method: 'GET',
    path: `${prefix}.list`,
    act: (call) => {
      const rooms = call.workspace.rooms
        .subscriptionsOf(call.caller.user._id)
        .flatMap(({ rid, t }) => (t === 'd' ? (call.workspace.rooms.byId(rid) ?? []) : []));
      const { items, ...page } = paged(call, rooms);
      return { ims: items, ...page };
    },
  },
  {
    method: 'GET',
    path: `${prefix}.list.everyone`,
    permission: 'view-room-administration',
    act: (call) => {
      const rooms = call.workspace.rooms.all().filter(({ t }) => t === 'd');
      const { items, ...page } = paged(call, ordered(rooms, optionalText(call.params, 'sort')));
      return { ims: items, ...page };
    },
  },
  {
    method: 'GET',
    path: `${prefix}.members`,
    params: roomOrUser({ status: maybe(list(text())), filter: maybe(text()), query: maybe(text()), ...pages }),
    act: (call) => members(call, directRoom(call)._id),
  },
  {
    method: 'GET',
    path: `${prefix}.messages`,
    params: roomOrUser({
      mentionIds: maybe(text()),
      starredIds: maybe(text()),
      pinned: maybe(text()),
      fields: maybe(text()),
      query: maybe(text()),
      ...pages,
    }),
    act: (call) => roomMessages(call, directRoom(call)),
  },
  {
    method: 'GET',
    path: `${prefix}.history`,
    params: shape({
      roomId: text({ minLength: 1 }),
      latest: maybe(text({ minLength: 1 })),
      oldest: maybe(text({ minLength: 1 })),
      inclusive: yesNo,
      unreads: yesNo,
      showThreadMessages: yesNo,
      ...pages,
    }),
    act: (call) => ({
      messages: history(call, directRoom(call), optionalText(call.params, 'showThreadMessages') !== 'false'),
    }),
  },
]);

/** By name if nothing else is asked for, which is no order at all: direct messages have none. */
function ordered(rooms: readonly RoomDocument[], sort: string | undefined): readonly RoomDocument[] {
  const sign = /"_updatedAt"\s*:\s*(-?1)\b/.exec(sort ?? '')?.[1];
  if (sign === undefined) return rooms;
  return rooms.toSorted((a, b) => Number(sign) * (a._updatedAt.getTime() - b._updatedAt.getTime()));
}

function create({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const names = optionalText(params, 'username') ?? textOf(params, 'usernames');
  const usernames = names.split(',').map((name) => name.trim());
  if (usernames.length === 1 && workspace.accounts.byUsername(usernames[0] ?? '') === undefined) {
    throw new MeteorError('error-invalid-user', 'Invalid user', { method: 'createDirectMessage' });
  }
  const { room, inserted } = openDirectMessage(workspace, caller, usernames);
  return { room: { ...room, rid: room._id, ...(inserted ? { inserted } : {}) } };
}

function directRoom({ workspace, caller, params }: AuthenticatedCall): RoomDocument {
  const username = optionalText(params, 'username');
  if (username !== undefined) return openDirectMessage(workspace, caller, [username]).room;
  const room = accessibleRoom(workspace, caller, textOf(params, 'roomId'));
  if (room.t !== 'd')
    throw new MeteorError(
      'error-room-not-found',
      'The required "roomId" or "username" param provided does not match any direct message',
    );
  return room;
}
