import type { MatrixRoomId, MatrixUserId, WorkspaceRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { StateEvent } from '../../matrix/room-admin-types.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { homeserverIn } from '../direct/hands.ts';
import type { BridgeParts } from '../parts.ts';

/** What became of a Rocket.Chat room that the bot is not in. unknown: it may not see which. */
type WorkspaceFate = 'deleted' | 'removed' | 'unknown';

/** Asked as an admin: to everybody else a private group that they are not in looks like one that is gone. */
export async function workspaceFate({ workspace }: BridgeParts, id: WorkspaceRoomId): Promise<WorkspaceFate> {
  try {
    return (await workspace.roomExists(id)) ? 'removed' : 'deleted';
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || error.status === 429) throw error;
    return (await workspace.roomById(id)) === undefined ? 'unknown' : 'removed';
  }
}

/** Why we are in a Matrix room no longer. */
export interface MatrixFate {
  /** gone: nobody of ours can read the room. Else what somebody did to the one who acts for us there. */
  readonly what: 'gone' | 'kicked' | 'banned';
  readonly by: MatrixUserId | undefined;
  readonly reason: string | undefined;
}

const GONE: MatrixFate = { what: 'gone', by: undefined, reason: undefined };
/** So many ghosts are asked what the bot itself may not read. */
const WITNESSES = 3;

/**
 * What became of us in a Matrix room that we are not in. Who was kicked may still read the room's state; who was
 * banned may not (Synapse 1.160), so ghosts are asked that were members. Where the room is purged nobody can read
 * anything, and an administrator who shuts a room down makes everybody leave in their own name.
 */
export async function matrixFate(parts: BridgeParts, portal: Portal): Promise<MatrixFate> {
  const hand = homeserverIn(parts, portal);
  const { matrixRoomId: roomId } = portal;
  if (roomId === undefined) return GONE;
  const ghosts = await parts.store.people.members(portal.id, 'ghost');
  const witnesses = ghosts.slice(0, WITNESSES).map(({ matrixUserId }) => parts.homeserver.as(matrixUserId));
  for (const witness of [hand, ...witnesses]) {
    const state = await stateSeenBy(witness, roomId);
    const ours = state?.find(({ type, stateKey }) => type === 'm.room.member' && stateKey === hand.userId);
    if (ours !== undefined) return ours.sender === hand.userId ? GONE : fateFrom(ours);
  }
  return GONE;
}

async function stateSeenBy(api: MatrixApi, roomId: MatrixRoomId): Promise<readonly StateEvent[] | undefined> {
  try {
    return await api.fullState(roomId);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || error.status === 429) throw error;
    return undefined;
  }
}

function fateFrom({ sender, content: { membership, reason } }: StateEvent): MatrixFate {
  return {
    what: membership === 'ban' ? 'banned' : 'kicked',
    by: sender,
    reason: typeof reason === 'string' && reason !== '' ? reason : undefined,
  };
}
