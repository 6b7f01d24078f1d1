import type { MatrixRoomId } from '../../core/ids.ts';
import type { RoomReference } from '../../matrix/room-id.ts';
import type { RoomSummary } from '../../matrix/types.ts';
import { isEncrypted } from '../homeserver/room-claim.ts';
import type { ReceivedInvitation } from '../invitations/received.ts';
import type { BridgeParts } from '../parts.ts';
import { othersIn } from './bring-members.ts';
import { type EnteredRoom, bridgeable, isSpace, nameInAlias, notJoinable, throughServers } from './enter-room.ts';
import { roomIdOf } from './matrix-room.ts';

/** What a Matrix room is, as far as it is told before the bot is in it. */
export interface RoomPreview extends EnteredRoom {
  /** People in it; undefined: not told. */
  readonly members: number | undefined;
}

/** Join rules under which somebody who is not invited may get in; whether they do, `restricted` rooms decide then. */
const JOINABLE: readonly string[] = ['public', 'restricted', 'knock_restricted'];

/**
 * Looks at a room without joining it. undefined: it shows nothing of itself to the bot.
 * @param invitation of the bot, which says something of the room too
 * @throws RcfedError as `enterRoom`, as far as it can be told
 */
export async function previewRoom(
  parts: BridgeParts,
  reference: RoomReference,
  via: readonly string[] = [],
  invitation?: ReceivedInvitation,
): Promise<RoomPreview | undefined> {
  const { homeserver } = parts;
  const through = throughServers(parts, reference, via);
  const id = await roomIdOf(parts, reference);
  if ((await homeserver.joinedRooms()).includes(id)) {
    const entered = await bridgeable(parts, reference, id);
    return { ...entered, members: (await othersIn(parts, id)).length };
  }
  if (invitation?.isEncrypted === true) throw isEncrypted(id);
  const summary = await homeserver.roomSummary(reference.room, through);
  if (summary !== undefined) return summarised(parts, reference, id, summary);
  if (invitation === undefined) return undefined;
  const { name = '', isPublic } = invitation;
  return { id, isPublic, name, topic: '', members: undefined };
}

function summarised(
  { homeserver }: BridgeParts,
  { room }: RoomReference,
  id: MatrixRoomId,
  summary: RoomSummary,
): RoomPreview {
  const { alias, joinRule, membership, members, name, topic = '' } = summary;
  if (summary.isEncrypted) throw isEncrypted(id);
  if (summary.isSpace) throw isSpace(room);
  if (membership === 'ban' || (membership !== 'invite' && !JOINABLE.includes(joinRule)))
    throw notJoinable(homeserver.userId, room, {
      why: membership === 'ban' ? 'It is banned there.' : `The room's join rule is ${joinRule}.`,
    });
  const called = alias ?? (room.startsWith('#') ? room : '');
  return { id, isPublic: joinRule === 'public', name: name ?? nameInAlias(called), topic, members };
}
