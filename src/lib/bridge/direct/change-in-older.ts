import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import { isOutOfReach } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { Work } from '../homeserver/acting.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import type { Outcome } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { homeserverIn, partsIn } from './hands.ts';
import { olderRoomOf } from './older-rooms.ts';

/** For `federation trace`. */
const LEFT: Outcome = { outcome: 'of an older room that our side has left' };
const NOT_ITS_ROOM: Outcome = { outcome: 'of a room that is not this conversation’s any more' };

interface OlderMessage {
  readonly target: LedgerEntry;
  readonly isDeletion: boolean;
}

/**
 * Changes a message in the room that a direct message had on Matrix when it was sent. Nobody is brought back there:
 * where our side is in it no longer, the message stays as it is. A room that went on with more people, or with another
 * room of Rocket.Chat, shows them nothing of what is said here now; only what is deleted goes there too.
 *
 * @param parts as none's in particular: in that room somebody else may act for us.
 */
export async function changeInOlderRoom(
  parts: BridgeParts,
  work: Work,
  { target, isDeletion }: OlderMessage,
  change: (there: Work) => Promise<Outcome>,
): Promise<Outcome> {
  const { store } = parts;
  const portal = await store.portals.byId(target.portalId);
  const roomId = portal?.matrixRoomId;
  if (portal === undefined || roomId === undefined) return LEFT;
  // It was the older one for a while.
  if (roomId === work.roomId) return change(work);
  const members = await membersOf(homeserverIn(parts, portal), roomId);
  if (members === undefined) return LEFT;
  const isCarried = (await olderRoomOf(store, roomId))?.workspaceRoomId === work.portal.workspaceRoomId;
  if (!isCarried && !isDeletion) return NOT_ITS_ROOM;
  const ghosts = stayingGhosts(parts, work.ghosts, members);
  try {
    return await change({ ...work, parts: await partsIn(parts, portal), portal, roomId, ghosts });
  } catch (error) {
    if (error instanceof GhostLeftError) return LEFT;
    throw error;
  }
}

/** undefined: our side is in that room no longer, or nobody is. */
async function membersOf(hand: MatrixApi, roomId: MatrixRoomId): Promise<ReadonlySet<MatrixUserId> | undefined> {
  try {
    return new Set(await hand.joinedMembers(roomId));
  } catch (error) {
    if (isOutOfReach(error)) return undefined;
    throw error;
  }
}

class GhostLeftError extends Error {
  override readonly name = 'GhostLeftError';
}

/** Those who are in the room still; others are not made to join it. */
function stayingGhosts({ homeserver }: BridgeParts, ghosts: Ghosts, members: ReadonlySet<MatrixUserId>): Ghosts {
  const speakAs = (id: MatrixUserId): MatrixApi => {
    if (!members.has(id)) throw new GhostLeftError(`${id} has left the room`);
    return homeserver.as(id);
  };
  return {
    ...ghosts,
    inRoom: async (_, author) => speakAs((await ghosts.account(author)).userId),
    again: async (_, id) => speakAs(id),
  };
}
