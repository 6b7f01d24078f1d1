import { RcfedError } from '../../core/errors.ts';
import type { MatrixRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { RoomReference } from '../../matrix/room-id.ts';
import { serverNameOf } from '../../matrix/server-name.ts';
import { refuseUnbridgeable } from '../homeserver/room-claim.ts';
import type { BridgeParts } from '../parts.ts';
import { assertAdmitted } from './access.ts';

/** What a Matrix room is, as its state says. */
export interface EnteredRoom {
  readonly id: MatrixRoomId;
  /** Anybody may join: a channel. */
  readonly isPublic: boolean;
  readonly name: string;
  readonly topic: string;
}

/**
 * The bot joins a Matrix room. It does not stay in one that can't be bridged.
 * @throws RcfedError RCFED_ROOM_NOT_JOINABLE, RCFED_ROOM_UNKNOWN, RCFED_SERVER_UNREACHABLE, RCFED_ROOM_ENCRYPTED,
 *   RCFED_ROOM_BRIDGED, RCFED_ROOM_NOT_FEDERABLE
 */
export async function enterRoom(
  parts: BridgeParts,
  reference: RoomReference,
  via: readonly string[] = [],
): Promise<EnteredRoom> {
  const id = await joinAsBot(parts, reference.room, throughServers(parts, reference, via));
  try {
    return await bridgeable(parts, reference, id);
  } catch (error) {
    if (error instanceof RcfedError) await parts.homeserver.leave(id);
    throw error;
  }
}

/** @throws RcfedError RCFED_SERVER_BLOCKED */
export function throughServers(
  parts: BridgeParts,
  { kind, serverName }: RoomReference,
  via: readonly string[],
): readonly string[] {
  for (const server of via) assertAdmitted(parts, serverNameOf(server));
  if (via.length > 0) return via;
  return kind === 'id' && serverName !== undefined ? [serverName] : [];
}

/**
 * What a room that the bot is in is.
 * @throws RcfedError RCFED_ROOM_ENCRYPTED, RCFED_ROOM_BRIDGED, RCFED_ROOM_NOT_FEDERABLE
 */
export async function bridgeable(parts: BridgeParts, reference: RoomReference, id: MatrixRoomId): Promise<EnteredRoom> {
  await refuseUnbridgeable(parts, id);
  return described(parts, reference, id);
}

/** @throws RcfedError RCFED_ROOM_NOT_JOINABLE, RCFED_ROOM_UNKNOWN, RCFED_SERVER_UNREACHABLE, RCFED_ROOM_NOT_FEDERABLE */
export async function joinAsBot(
  { homeserver }: BridgeParts,
  room: RoomReference['room'],
  via: readonly string[],
): Promise<MatrixRoomId> {
  try {
    return await homeserver.join(room, via);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    throw refusalOf(error, room, homeserver.userId) ?? error;
  }
}

/** undefined: it is not about the room. */
function refusalOf(error: RemoteError, room: string, bot: string): RcfedError | undefined {
  const { status = 0, code, answer, failure } = error;
  const why = answer === undefined ? {} : { why: `The homeserver says: ${answer}` };
  if (status === 502 || status === 504)
    return new RcfedError('RCFED_SERVER_UNREACHABLE', `No server of ${room} answers the homeserver`, {
      ...why,
      cause: error,
    });
  if (failure !== 'refused') return undefined;
  if (status === 404)
    return new RcfedError('RCFED_ROOM_UNKNOWN', `The homeserver finds no Matrix room ${room}`, {
      ...why,
      try: [`Name a server that is in it: rcfed rooms join ${shellWord(room)} --via example.org`],
      cause: error,
    });
  if (code === 'M_INCOMPATIBLE_ROOM_VERSION' || code === 'M_UNSUPPORTED_ROOM_VERSION')
    return new RcfedError('RCFED_ROOM_NOT_FEDERABLE', `The homeserver does not know the version of ${room}`, {
      ...why,
      try: ['Update the homeserver.'],
      cause: error,
    });
  // With a token that does not work nothing works: that is not about this room.
  if (status !== 403) return undefined;
  return notJoinable(bot, room, { ...why, cause: error });
}

export const notJoinable = (bot: string, room: string, more: { readonly why?: string; readonly cause?: unknown }) =>
  new RcfedError('RCFED_ROOM_NOT_JOINABLE', `${bot} may not join ${room}`, {
    ...more,
    try: [
      `Have somebody in the room lift a ban and invite the bot: /invite ${bot}`,
      `rcfed invite accept ${shellWord(room)}`,
    ],
  });

export const isSpace = (room: string): RcfedError =>
  new RcfedError('RCFED_ROOM_NOT_FEDERABLE', `${room} is a space: it groups rooms, nobody talks in it`, {
    try: [`Find its rooms: rcfed rooms search`],
  });

/** Until the room says what it is called. */
export const nameInAlias = (alias: string): string => alias.slice(1).replace(/:.*/, '');

async function described({ homeserver }: BridgeParts, { room }: RoomReference, id: MatrixRoomId): Promise<EnteredRoom> {
  const text = async (type: string, field: string): Promise<string> => {
    const value = (await homeserver.state(id, type, ''))?.[field];
    return typeof value === 'string' ? value : '';
  };
  if ((await text('m.room.create', 'type')) === 'm.space') throw isSpace(room);
  const newer = await text('m.room.tombstone', 'replacement_room');
  if (newer !== '')
    throw new RcfedError('RCFED_ROOM_NOT_FEDERABLE', `${room} was replaced by another room`, {
      try: [`rcfed rooms join ${shellWord(newer)}`],
    });
  const alias = (await text('m.room.canonical_alias', 'alias')) || (room.startsWith('#') ? room : '');
  return {
    id,
    isPublic: (await text('m.room.join_rules', 'join_rule')) === 'public',
    name: (await text('m.room.name', 'name')) || nameInAlias(alias),
    topic: await text('m.room.topic', 'topic'),
  };
}
