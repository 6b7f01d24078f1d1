import type { MatrixRoomId } from '../../core/ids.ts';
import { isOutOfReach } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Bridge } from '../running-bridge.ts';
import { partsIn } from '../direct/hands.ts';
import { turnsEncryptionOn } from '../homeserver/content.ts';
import { readEvent } from '../homeserver/event.ts';
import { readPower } from '../homeserver/power.ts';
import { rememberCount } from '../membership/count.ts';
import type { BridgeParts } from '../parts.ts';
import { portalNamed } from './portal-named.ts';
import { viewOf } from './rooms.ts';
import type { MatrixHalfView, ShowView, WorkspaceHalfView } from './show-view.ts';

/**
 * Everything about a federated room, asked of both servers now.
 * @throws RcfedError RCFED_ROOM_UNKNOWN
 */
export async function showRoom(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  { room }: { readonly room: string },
): Promise<ShowView> {
  const portal = await portalNamed(parts, room);
  const here = await partsIn(parts, portal);
  const waiting = (await parts.store.inbox.waiting()).find(({ lane }) => lane === portal.lane)?.count ?? 0;
  const aside = (await parts.store.quarantine.list()).filter(({ row }) => row.lane === portal.lane);
  const matrix = portal.matrixRoomId === undefined ? null : await matrixHalf(here.homeserver, portal.matrixRoomId);
  if (matrix !== null) await rememberCount(parts, portal, matrix.members);
  return {
    room: viewOf(portal, waiting, bridge?.problemsOf(portal) ?? []),
    workspace: await workspaceHalf(here.workspace, portal),
    matrix,
    setAside: aside.length,
  };
}

async function workspaceHalf(workspace: WorkspaceApi, portal: Portal): Promise<WorkspaceHalfView | null> {
  const details = await workspace.roomDetails(portal.workspaceRoomId);
  if (details === undefined) return null;
  const { displayName, topic, members, archived, readOnly, encrypted, lastMessageAt } = details;
  const lastMessage = lastMessageAt === 0 ? null : new Date(lastMessageAt).toISOString();
  return { displayName, topic, members, archived, readOnly, encrypted, lastMessage };
}

/** Also what `rooms link --dry-run` looks at. null: the acting user is not in the room. */
export async function matrixHalf(homeserver: MatrixApi, roomId: MatrixRoomId): Promise<MatrixHalfView | null> {
  try {
    return await described(homeserver, roomId);
  } catch (error) {
    if (isOutOfReach(error)) return null;
    throw error;
  }
}

async function described(homeserver: MatrixApi, roomId: MatrixRoomId): Promise<MatrixHalfView> {
  const text = async (type: string, field: string): Promise<string | undefined> => {
    const value = (await homeserver.state(roomId, type, ''))?.[field];
    return typeof value === 'string' ? value : undefined;
  };
  const encryption = await homeserver.state(roomId, 'm.room.encryption', '');
  const power = (await readPower({ homeserver }, roomId)).of(homeserver.userId);
  const { events } = await homeserver.messages(roomId, { dir: 'b', limit: 1 });
  const last = readEvent(events[0])?.at;
  return {
    name: (await text('m.room.name', 'name')) ?? null,
    topic: (await text('m.room.topic', 'topic')) ?? null,
    // A room of the first version does not say which it is.
    version: (await text('m.room.create', 'room_version')) ?? '1',
    joinRule: (await text('m.room.join_rules', 'join_rule')) ?? 'invite',
    historyVisibility: (await text('m.room.history_visibility', 'history_visibility')) ?? 'shared',
    listed: await homeserver.isListed(roomId),
    encrypted: encryption !== undefined && turnsEncryptionOn('m.room.encryption', '', encryption),
    members: (await homeserver.joinedMembers(roomId)).length,
    power: Number.isFinite(power) ? power : null,
    lastEvent: last === undefined || last === 0 ? null : new Date(last).toISOString(),
  };
}
