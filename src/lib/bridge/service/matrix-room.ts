import { RcfedError } from '../../core/errors.ts';
import type { MatrixRoomId } from '../../core/ids.ts';
import { type RoomReference, parseRoomReference } from '../../matrix/room-id.ts';
import type { BridgeParts } from '../parts.ts';
import { assertAdmitted } from './access.ts';

const FULL = 'Write an alias or an id in full: #general:example.org, !abcdef:example.org';

/**
 * The Matrix room that somebody names, of a server that is let in.
 * @throws RcfedError RCFED_MATRIX_ID_INVALID, RCFED_SERVER_BLOCKED
 */
export function roomReference(parts: Pick<BridgeParts, 'access'>, text: string): RoomReference {
  const reference = parseRoomReference(text);
  if (reference === undefined)
    throw new RcfedError('RCFED_MATRIX_ID_INVALID', `${text} is no Matrix room`, { try: [FULL] });
  if (reference.serverName !== undefined) assertAdmitted(parts, reference.serverName);
  return reference;
}

/**
 * Its id; nothing is joined.
 * @throws RcfedError RCFED_ROOM_UNKNOWN: no room has that alias
 */
export async function roomIdOf(parts: BridgeParts, reference: RoomReference): Promise<MatrixRoomId> {
  if (reference.kind === 'id') return reference.room;
  const id = await parts.homeserver.resolveAlias(reference.room);
  if (id !== undefined) return id;
  throw new RcfedError('RCFED_ROOM_UNKNOWN', `No Matrix room ${reference.room} is found`, { try: [FULL] });
}
