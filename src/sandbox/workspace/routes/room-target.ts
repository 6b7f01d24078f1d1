import { canAccess } from '../access.ts';
import type { Account } from '../account-book.ts';
import type { RoomDocument } from '../documents.ts';
import { MeteorError } from '../meteor.ts';
import { type AuthenticatedCall, optionalText, optionalTexts } from '../route.ts';
import { type Field, list, nullable, type Schema, shape, text } from '../validation.ts';

/** A group's routes are the channel's with another word. */
export interface RoomKind {
  readonly prefix: 'channels' | 'groups';
  readonly type: 'c' | 'p';
  /** The key of the room in answers. */
  readonly key: 'channel' | 'group';
}

export const roomKinds: readonly RoomKind[] = [
  { prefix: 'channels', type: 'c', key: 'channel' },
  { prefix: 'groups', type: 'p', key: 'group' },
];

/** `roomId` or `roomName`, and other fields. */
export function roomAnd(fields: Record<string, Field> = {}): Schema {
  return { oneOf: [shape({ roomId: text(), ...fields }), shape({ roomName: text(), ...fields })] };
}

/** How one person is named. */
export const onePerson: Record<string, Field> = {
  userId: nullable(text()),
  username: nullable(text()),
  user: nullable(text()),
};

/** How people are named in invite, in a group's kick and in its role routes. */
export const personFields: Record<string, Field> = {
  ...onePerson,
  userIds: nullable(list(text())),
  usernames: nullable(list(text())),
};

/** The room named in the parameters: of the right kind, and visible to the caller. */
export function targetRoom({ workspace, caller, params }: AuthenticatedCall, kind: RoomKind): RoomDocument {
  const id = optionalText(params, 'roomId');
  const name = optionalText(params, 'roomName');
  const room = id !== undefined ? workspace.rooms.byId(id) : workspace.rooms.byName(name ?? '');
  // A private group that one isn't in does not exist.
  if (room === undefined || room.t !== kind.type || !canAccess(workspace, caller, room)) {
    throw new MeteorError(
      'error-room-not-found',
      `The required "roomId" or "roomName" param provided does not match any ${kind.key}`,
    );
  }
  return room;
}

/** Exactly one person. */
export function targetPerson(call: AuthenticatedCall): Account {
  const [person] = targetPeople(call);
  if (person === undefined)
    throw new MeteorError(
      'error-user-param-not-provided',
      'The required "userId" or "username" param was not provided',
    );
  return person;
}

/** Everybody named in the parameters; one unknown name refuses all. */
export function targetPeople({ workspace, params }: AuthenticatedCall): Account[] {
  const { accounts } = workspace;
  const ids = [optionalText(params, 'userId') ?? [], optionalTexts(params, 'userIds') ?? []].flat();
  const names = [
    optionalText(params, 'username') ?? [],
    optionalText(params, 'user') ?? [],
    optionalTexts(params, 'usernames') ?? [],
  ].flat();
  const found = [...ids.map((id) => accounts.byId(id)), ...names.map((name) => accounts.byUsername(name))];
  return found.map((account) => {
    if (account !== undefined) return account;
    throw new MeteorError(
      'error-invalid-user',
      'The required "userId" or "username" param provided does not match any users',
    );
  });
}
