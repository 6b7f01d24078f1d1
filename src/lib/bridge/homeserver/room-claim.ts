import { RcfedError } from '../../core/errors.ts';
import type { MatrixRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { WorkspaceRoom } from '../../rocketchat/types.ts';
import type { BridgeParts } from '../parts.ts';
import { bridgeInfo } from './bridge-info.ts';
import { turnsEncryptionOn } from './content.ts';

/** State event that claims a Matrix room for a workspace; its state key is the workspace's id. */
export const BRIDGE_STATE = 'chat.rocket.bridge';

export const claimContent = (parts: Pick<BridgeParts, 'identity'>, roomId: string): Record<string, unknown> => ({
  bridge: parts.identity.bridgeId,
  room: roomId,
});

/** Our own claim, for that room. */
export async function isClaimedFor(
  { identity, homeserver }: Pick<BridgeParts, 'identity' | 'homeserver'>,
  matrixRoomId: MatrixRoomId,
  roomId: string,
): Promise<boolean> {
  const { workspaceId, bridgeId } = identity;
  const claim = await homeserver.state(matrixRoomId, BRIDGE_STATE, workspaceId);
  return claim?.['bridge'] === bridgeId && claim['room'] === roomId;
}

/**
 * Throws where nothing could be relayed: encryption can't be turned off again, and two bridges of one workspace would
 * say everything twice.
 * @throws RcfedError RCFED_ROOM_ENCRYPTED, RCFED_ROOM_BRIDGED
 */
export async function refuseUnbridgeable(parts: BridgeParts, roomId: MatrixRoomId): Promise<void> {
  const encryption = await parts.homeserver.state(roomId, 'm.room.encryption', '');
  if (encryption !== undefined && turnsEncryptionOn('m.room.encryption', '', encryption)) throw isEncrypted(roomId);
  const { workspaceId, bridgeId } = parts.identity;
  const other = (await parts.homeserver.state(roomId, BRIDGE_STATE, workspaceId))?.['bridge'];
  if (typeof other === 'string' && other !== bridgeId)
    throw new RcfedError('RCFED_ROOM_BRIDGED', `Another bridge serves ${roomId} for this workspace`);
}

export const isEncrypted = (roomId: MatrixRoomId): RcfedError =>
  new RcfedError('RCFED_ROOM_ENCRYPTED', `${roomId} is encrypted: nobody but its members can read it`);

/** Writes into a Matrix room what it is linked with. Answers what the bot lacks there. */
export async function claimMatrixRoom(
  parts: BridgeParts,
  roomId: MatrixRoomId,
  room: WorkspaceRoom,
): Promise<readonly string[]> {
  if (await isClaimedFor(parts, roomId, room.id)) return [];
  try {
    for (const { type, stateKey, content } of await bridgeInfo(parts, room))
      await parts.homeserver.sendState(roomId, type, stateKey, content);
    // Last: where it is there, the others are.
    await parts.homeserver.sendState(roomId, BRIDGE_STATE, parts.identity.workspaceId, claimContent(parts, room.id));
    return [];
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 403) throw error;
    const bot = parts.homeserver.userId;
    return [
      `${bot} may not change the Matrix room: give it power level 50, so that deletions by moderators carry over`,
    ];
  }
}
