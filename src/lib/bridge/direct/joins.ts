import type { MatrixRoomId } from '../../core/ids.ts';
import { isOutOfReach } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';

/** A ghost follows an invitation. False: it was taken back meanwhile. */
export async function joins(ghost: MatrixApi, { roomId }: { readonly roomId: MatrixRoomId }): Promise<boolean> {
  try {
    await ghost.join(roomId);
    return true;
  } catch (error) {
    if (isOutOfReach(error)) return false;
    throw error;
  }
}

/** For `federation trace`. */
export const TAKEN_BACK = 'the invitation was taken back';
