import type { MatrixUserId, WorkspaceRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { Portal } from '../../store/types.ts';
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
  /** gone: the homeserver took the room away. Else what somebody did to the one who acts for us there. */
  readonly what: 'gone' | 'kicked' | 'banned';
  readonly by: MatrixUserId | undefined;
  readonly reason: string | undefined;
}

/**
 * What became of us in a Matrix room that we are not in. Somebody who left, or was made to, may still read their own
 * membership; where the room is purged or never was, nothing can be read, and an administrator who shuts a room down
 * makes everybody leave in their own name.
 */
export async function matrixFate(parts: BridgeParts, portal: Portal): Promise<MatrixFate> {
  const hand = homeserverIn(parts, portal);
  const { matrixRoomId: roomId } = portal;
  const gone: MatrixFate = { what: 'gone', by: undefined, reason: undefined };
  if (roomId === undefined) return gone;
  try {
    const state = await hand.fullState(roomId);
    const ours = state.find(({ type, stateKey }) => type === 'm.room.member' && stateKey === hand.userId);
    if (ours === undefined || ours.sender === hand.userId) return gone;
    const { membership, reason } = ours.content;
    return {
      what: membership === 'ban' ? 'banned' : 'kicked',
      by: ours.sender,
      reason: typeof reason === 'string' && reason !== '' ? reason : undefined,
    };
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || error.status === 429) throw error;
    return gone;
  }
}
