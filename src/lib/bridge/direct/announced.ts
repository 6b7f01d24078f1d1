import type { MatrixUserId } from '../../core/ids.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import { BRIDGE_STATE } from '../homeserver/room-claim.ts';
import type { Invite } from './invite.ts';

/** In the state event with which a bridge claims a room: the Matrix ids of all who are to be in it. */
export const ANNOUNCED = 'people';

/**
 * Who is still to come into a direct message that another workspace's bridge has begun: it invites one person
 * after the other, and what is opened here can't take in a third. Nobody is brought in for being named: it
 * only says how long to wait. Empty where nobody says so.
 */
export async function announcedBy(ghost: MatrixApi, { roomId, inviter }: Invite): Promise<readonly MatrixUserId[]> {
  for (const { type, sender, content } of await ghost.fullState(roomId)) {
    const people: unknown = content[ANNOUNCED];
    if (type === BRIDGE_STATE && sender === inviter && Array.isArray(people))
      return people.filter((id): id is MatrixUserId => typeof id === 'string');
  }
  return [];
}
