import type { Portal } from '../../store/portal-types.ts';
import type { Bridge } from '../running-bridge.ts';
import { lastMatrixMemberCount } from '../membership/count.ts';
import type { BridgeParts } from '../parts.ts';
import type { RoomView } from './views.ts';

export async function listRooms(parts: BridgeParts, bridge: Bridge | undefined): Promise<readonly RoomView[]> {
  const waiting = new Map((await parts.store.inbox.waiting()).map(({ lane, count }) => [lane, count]));
  const portals = await parts.store.portals.list();
  return await Promise.all(
    portals.map(async (portal) => ({
      ...viewOf(portal, waiting.get(portal.lane) ?? 0, bridge?.problemsOf(portal) ?? []),
      matrixMembers: await lastMatrixMemberCount(parts, portal),
    })),
  );
}

const TYPES = { c: 'channel', p: 'group', d: 'direct message' } as const;

export function viewOf(portal: Portal, waiting: number, problems: readonly string[]): RoomView {
  return {
    room: portal.name,
    roomId: portal.workspaceRoomId,
    type: TYPES[portal.roomType],
    matrixRoomId: portal.matrixRoomId,
    alias: portal.alias,
    state: portal.state,
    retention: portal.retention,
    waiting,
    problems,
  };
}
