import type { WorkspaceRoom } from '../../rocketchat/types.ts';
import type { BridgeParts } from '../parts.ts';
import { roomLink } from '../workspace/room-link.ts';

/** The name that the proposal asks for, and the one that clients and other bridges use meanwhile. */
const INFO_TYPES = ['m.bridge', 'uk.half-shot.bridge'] as const;

interface RoomState {
  readonly type: string;
  readonly stateKey: string;
  readonly content: Record<string, unknown>;
}

/** One for each room of each workspace, since a Matrix room may be bridged several times. */
const stateKeyOf = (parts: Pick<BridgeParts, 'identity'>, roomId: string): string =>
  `chat.rocket://${parts.identity.workspaceId}/${roomId}`;

/**
 * What clients show as "This room is bridged", with a link to its other half.
 * https://github.com/matrix-org/matrix-spec-proposals/blob/hs/bridge-inf/proposals/2346-bridge-info-state-event.md
 */
export async function bridgeInfo(
  parts: BridgeParts,
  room: Pick<WorkspaceRoom, 'id' | 'type' | 'name' | 'displayName'>,
): Promise<readonly RoomState[]> {
  const { siteUrl } = await parts.settings();
  const url = (address: string | undefined) => (address === undefined ? {} : { external_url: address });
  const roomType = room.type === 'p' ? 'p' : 'c';
  const content = {
    bridgebot: parts.identity.matrixBot,
    protocol: { id: 'rocketchat', displayname: 'Rocket.Chat', external_url: 'https://rocket.chat' },
    network: { id: parts.identity.workspaceId, ...url(siteUrl) },
    channel: {
      id: room.id,
      displayname: room.displayName,
      ...url(siteUrl && roomLink(siteUrl, { roomType, name: room.name, workspaceRoomId: room.id })),
    },
  };
  return INFO_TYPES.map((type) => ({ type, stateKey: stateKeyOf(parts, room.id), content }));
}

/** The same, taken back: a state event can't be removed, only emptied. */
export const noBridgeInfo = (parts: Pick<BridgeParts, 'identity'>, roomId: string): readonly RoomState[] =>
  INFO_TYPES.map((type) => ({ type, stateKey: stateKeyOf(parts, roomId), content: {} }));
