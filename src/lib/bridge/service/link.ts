import { RcfedError } from '../../core/errors.ts';
import type { MatrixRoomId } from '../../core/ids.ts';
import { serverNameOf } from '../../matrix/server-name.ts';
import type { RoomReference } from '../../matrix/room-id.ts';
import type { WorkspaceRoom } from '../../rocketchat/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Bridge } from '../running-bridge.ts';
import { prepareBot } from '../homeserver/bot.ts';
import { newestEvent, wholeUpTo } from '../homeserver/catch-up.ts';
import { claimMatrixRoom, refuseUnbridgeable } from '../homeserver/room-claim.ts';
import { writeServerAcl } from '../homeserver/server-acl.ts';
import type { BridgeParts } from '../parts.ts';
import { agreeOnRoom } from '../room-state/seed.ts';
import { linkedAtCursor } from '../portal-index.ts';
import { compareMatrixRoles, compareWorkspaceRoles } from '../roles/row.ts';
import { caughtUpTo } from '../workspace/catch-up.ts';
import { assertAdmitted } from './access.ts';
import { joinAsBot } from './enter-room.ts';
import { federableRoom, joinWorkspaceRoom } from './federable.ts';
import { inTurn } from './in-turn.ts';
import { roomIdOf, roomReference } from './matrix-room.ts';
import { type NewRoomWishes, createMatrixRoom } from './new-matrix-room.ts';
import { viewOf } from './rooms.ts';
import type { LinkRequest, LinkView } from './views.ts';

/** What of the running bridge is told of a link. */
export type LinkListener = Pick<Bridge, 'portalChanged' | 'problemsOf'>;

/**
 * Makes a portal of a Rocket.Chat room and a Matrix room, from this moment on. Each step can be done
 * again: a link that was cut short goes on where it stopped.
 * @throws RcfedError as {@link federableRoom} and {@link joinAsBot}, RCFED_ROOM_LINKED, RCFED_ROOM_ENCRYPTED,
 *   RCFED_ROOM_BRIDGED, RCFED_SERVER_BLOCKED, RCFED_ALIAS_TAKEN
 */
export async function linkRooms(
  parts: BridgeParts,
  bridge: LinkListener | undefined,
  request: LinkRequest & NewRoomWishes,
): Promise<LinkView> {
  const room = await federableRoom(parts, request.room);
  return inTurn(parts, `link:${room.id}`, () => linkRoom(parts, bridge, room, request));
}

async function linkRoom(
  parts: BridgeParts,
  bridge: LinkListener | undefined,
  room: WorkspaceRoom,
  request: LinkRequest & NewRoomWishes,
): Promise<LinkView> {
  for (const server of request.via ?? []) assertAdmitted(parts, serverNameOf(server));
  const reference = request.matrixRoom === undefined ? undefined : roomReference(parts, request.matrixRoom);
  const wanted = reference === undefined ? undefined : await roomIdOf(parts, reference);
  const existing = await parts.store.portals.byWorkspaceRoom(room.id);
  if (existing?.state === 'active') return alreadyLinked(parts, bridge, { portal: existing, wanted, request });
  // Made at the bridge's start, unless the homeserver did not answer then or no bridge ever ran.
  await prepareBot(parts);
  await joinWorkspaceRoom(parts, room);
  const { serverTime } = await parts.workspace.info();
  const portal = existing ?? (await claimed(parts, room, wanted, request.retention));
  if (wanted !== undefined && portal.matrixRoomId !== wanted) throw linkedElsewhere(room.name, portal);
  const matrixRoomId = portal.matrixRoomId ?? (await createMatrixRoom(parts, portal, room, request));
  await enter(parts, portal, matrixRoomId, throughServers(request, reference));
  const warnings = await claimMatrixRoom(parts, matrixRoomId, room);
  await agreeOnRoom(parts, portal, matrixRoomId, wanted === undefined ? 'workspace' : 'both');
  const active = await activate(parts, portal, matrixRoomId, serverTime, request.retention);
  const unwritten = await writeServerAcl(parts, active);
  if (bridge !== undefined) await beginIn(parts, bridge, active, serverTime);
  return {
    room: viewOf(active, 0, bridge?.problemsOf(active) ?? []),
    changed: true,
    warnings: [...warnings, ...(unwritten === undefined ? [] : [unwritten])],
  };
}

/** Without a running bridge its start compares what is to be compared. */
async function beginIn(parts: BridgeParts, bridge: LinkListener, portal: Portal, linkedAt: number): Promise<void> {
  await compareMatrixRoles(parts, portal);
  await compareWorkspaceRoles(parts, portal);
  await bridge.portalChanged(portal, linkedAt);
}

/** An id says of itself, at most, who made the room; the server of an alias is in it. */
function throughServers({ via = [] }: LinkRequest, reference: RoomReference | undefined): readonly string[] {
  if (via.length > 0 || reference?.serverName === undefined) return via;
  return [reference.serverName];
}

interface Linked {
  readonly portal: Portal;
  readonly wanted: MatrixRoomId | undefined;
  readonly request: LinkRequest;
}

/** What the link is to be like may be said again, and otherwise. */
async function alreadyLinked(
  parts: BridgeParts,
  bridge: LinkListener | undefined,
  { portal, wanted, request }: Linked,
): Promise<LinkView> {
  if (wanted !== undefined && portal.matrixRoomId !== wanted) throw linkedElsewhere(request.room, portal);
  const { retention } = request;
  if (retention === undefined || retention === portal.retention) {
    return { room: viewOf(portal, 0, []), changed: false, warnings: [] };
  }
  const changed = await parts.store.portals.update(portal.id, { retention });
  await bridge?.portalChanged(changed);
  return { room: viewOf(changed, 0, []), changed: true, warnings: [] };
}

export function linkedElsewhere(room: string, portal: Portal): RcfedError {
  return new RcfedError(
    'RCFED_ROOM_LINKED',
    `${room} is linked with ${portal.alias ?? portal.matrixRoomId ?? 'another room'}`,
  );
}

async function claimed(
  parts: BridgeParts,
  room: WorkspaceRoom,
  matrixRoomId: MatrixRoomId | undefined,
  retention: LinkRequest['retention'],
): Promise<Portal> {
  const { portal } = await parts.store.portals.create({
    workspaceRoomId: room.id,
    matrixRoomId,
    state: 'linking',
    roomType: room.type === 'p' ? 'p' : 'c',
    name: room.name,
    alias: undefined,
    retention: retention ?? 'keep',
  });
  if (portal.workspaceRoomId !== room.id)
    throw linkedElsewhere('The Matrix room', { ...portal, alias: `#${portal.name}` });
  return portal;
}

/** Where the bot may not be, or nothing could be relayed, the portal is given up: another room may be linked. */
async function enter(parts: BridgeParts, portal: Portal, roomId: MatrixRoomId, via: readonly string[]): Promise<void> {
  let isIn = false;
  try {
    await joinAsBot(parts, roomId, via);
    isIn = true;
    await refuseUnbridgeable(parts, roomId);
  } catch (error) {
    if (!(error instanceof RcfedError)) throw error;
    await parts.store.portals.update(portal.id, { state: 'closed' });
    if (isIn) await parts.homeserver.leave(roomId);
    throw error;
  }
}

async function activate(
  parts: BridgeParts,
  portal: Portal,
  matrixRoomId: MatrixRoomId,
  linkedAt: number,
  retention: LinkRequest['retention'],
): Promise<Portal> {
  const { store } = parts;
  const newest = await newestEvent(parts, matrixRoomId);
  await store.setCursor(linkedAtCursor(portal), String(linkedAt));
  await store.setCursor(caughtUpTo(portal), String(linkedAt));
  if (newest !== undefined) await store.setCursor(wholeUpTo(portal), newest);
  return store.portals.update(portal.id, { state: 'active', matrixRoomId, ...(retention && { retention }) });
}
