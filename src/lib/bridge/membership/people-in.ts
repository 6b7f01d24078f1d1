import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { isOutOfReach } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';

/** Who is in a Matrix room, or invited; where our side is in it no longer, nobody whom we could reach. */
export async function peopleIn(hand: MatrixApi, roomId: MatrixRoomId): Promise<readonly MatrixUserId[]> {
  try {
    return [...(await hand.membersAndInvited(roomId)).keys()];
  } catch (error) {
    if (isOutOfReach(error)) return [];
    throw error;
  }
}
