import type { Account } from '../account-book.ts';
import { addMembers, join, kick, leave, type RoomRole, setRoomRole } from '../membership.ts';
import { MeteorError } from '../meteor.ts';
import { type AuthenticatedCall, optionalText, paged, type Route } from '../route.ts';
import { list, nullable, number, text } from '../validation.ts';
import {
  onePerson,
  personFields,
  roomAnd,
  type RoomKind,
  roomKinds,
  targetPeople,
  targetPerson,
  targetRoom,
} from './room-target.ts';

/** `channels.*` and `groups.*` about who is in a room. */
export const roomMemberRoutes: readonly Route[] = roomKinds.flatMap((kind) => [
  ...movements(kind),
  ...lookups(kind),
  ...roleRoutes(kind),
]);

function movements(kind: RoomKind): Route[] {
  const moving = (verb: string, params: Route['params'], act: (call: AuthenticatedCall) => void): Route => ({
    method: 'POST',
    path: `${kind.prefix}.${verb}`,
    ...(params === undefined ? {} : { params }),
    act(call) {
      const room = targetRoom(call, kind);
      act(call);
      return { [kind.key]: room };
    },
  });
  return [
    moving('invite', roomAnd(personFields), (call) => {
      const people = targetPeople(call);
      if (people.length === 0)
        throw new MeteorError(
          'error-user-param-not-provided',
          'The required "userId" or "username" param was not provided',
        );
      addMembers(call.workspace, call.caller, targetRoom(call, kind), people);
    }),
    // channels.kick insists on an id; groups.kick takes any way of naming a person.
    moving('kick', roomAnd(kind.type === 'c' ? { userId: text() } : personFields), (call) =>
      kick(call.workspace, call.caller, targetRoom(call, kind), targetPerson(call)),
    ),
    moving('leave', roomAnd(), (call) => leave(call.workspace, call.caller, targetRoom(call, kind))),
    ...(kind.type === 'c'
      ? [
          moving('join', roomAnd({ joinCode: nullable(text()) }), (call) =>
            join(call.workspace, call.caller, targetRoom(call, kind)),
          ),
        ]
      : []),
  ];
}

function lookups(kind: RoomKind): Route[] {
  return [
    {
      method: 'GET',
      path: `${kind.prefix}.members`,
      params: roomAnd({
        offset: nullable(number()),
        count: nullable(number()),
        filter: nullable(text()),
        status: nullable(list(text(), false)),
        ...(kind.type === 'c' ? { sort: nullable(text()) } : {}),
      }),
      act: (call) => members(call, targetRoom(call, kind)._id),
    },
    {
      method: 'GET',
      path: `${kind.prefix}.roles`,
      params: roomAnd(),
      act: (call) => ({ roles: rolesOf(call, targetRoom(call, kind)._id) }),
    },
  ];
}

/** Active members, by username, one page. */
export function members(call: AuthenticatedCall, rid: string): Record<string, unknown> {
  const { workspace, params } = call;
  const filter = optionalText(params, 'filter')?.toLowerCase() ?? '';
  const people = workspace.rooms
    .members(rid)
    .flatMap(({ u }) => workspace.accounts.byId(u._id) ?? [])
    .filter(({ user }) => user.active && `${user.username} ${user.name}`.toLowerCase().includes(filter))
    .toSorted((a, b) => a.user.username.localeCompare(b.user.username));
  const { items, ...page } = paged(call, people);
  return { members: items.map(publicMember), ...page };
}

function publicMember({ user }: Account): Record<string, unknown> {
  const { _id, username, name, status, statusText, _updatedAt, avatarETag } = user;
  return { _id, username, name, status, statusText, _updatedAt, avatarETag };
}

/** Only those who have a role in the room. */
export function rolesOf({ workspace }: AuthenticatedCall, rid: string): Record<string, unknown>[] {
  return workspace.rooms
    .members(rid)
    .filter(({ roles }) => (roles?.length ?? 0) > 0)
    .map(({ _id, u, roles }) => ({ _id, rid, u, roles }));
}

function roleRoutes(kind: RoomKind): Route[] {
  const roles: readonly RoomRole[] = ['owner', 'moderator', 'leader'];
  return roles.flatMap((role) =>
    [true, false].map((given): Route => ({
      method: 'POST',
      path: `${kind.prefix}.${given ? 'add' : 'remove'}${role.charAt(0).toUpperCase()}${role.slice(1)}`,
      params: roomAnd(kind.type === 'c' ? onePerson : personFields),
      act(call) {
        setRoomRole(call.workspace, call.caller, targetRoom(call, kind), targetPerson(call), role, given);
        return {};
      },
    })),
  );
}
