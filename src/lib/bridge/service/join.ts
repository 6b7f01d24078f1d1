import type { WorkspaceRoom } from '../../rocketchat/types.ts';
import type { Bridge } from '../running-bridge.ts';
import { prepareBot } from '../homeserver/bot.ts';
import type { BridgeParts } from '../parts.ts';
import { type EnteredRoom, enterRoom } from './enter-room.ts';
import { MAX_MEMBERS, bringMembers } from './bring-members.ts';
import { joinInWords } from './join-plan.ts';
import type { JoinRequest, JoinView } from './join-view.ts';
import { type LinkListener, linkRooms } from './link.ts';
import { makeWorkspaceRoom, roomIsMade } from './make-workspace-room.ts';
import { roomIdOf, roomReference } from './matrix-room.ts';
import { assertOpenToAll, forAdmins } from './open-to-all.ts';
import { viewOf } from './rooms.ts';
import type { LinkView } from './views.ts';
import { joinKey, wantedRoom } from './wanted-room.ts';

/** What of the running bridge takes part. */
export type JoinListener = LinkListener & Pick<Bridge, 'puppets'>;

/**
 * Joins a room that is on Matrix: a channel of Rocket.Chat is made for one that anybody may join, a private group for
 * any other, and linked with it. Each step can be done again.
 * @throws RcfedError as {@link enterRoom}, and RCFED_MATRIX_ID_INVALID, RCFED_SERVER_BLOCKED, RCFED_ROOM_NAME_TAKEN,
 *   RCFED_NOT_ALLOWED
 */
export async function joinRoom(
  parts: BridgeParts,
  bridge: JoinListener | undefined,
  request: JoinRequest,
): Promise<JoinView> {
  const reference = roomReference(parts, request.room);
  const portal = await parts.store.portals.byMatrixRoom(await roomIdOf(parts, reference));
  if (portal?.state === 'active') {
    const plan = request.dryRun === true ? [`= ${request.room} is ${portal.name} in Rocket.Chat already`] : undefined;
    return { room: viewOf(portal, 0, []), changed: false, warnings: [], plan };
  }
  if (request.openOnly === true) await assertOpenToAll(parts, reference, request.via);
  if (request.dryRun === true) return joinInWords(parts, reference, request);
  await prepareBot(parts);
  const entered = await enterRoom(parts, reference, request.via);
  if (request.openOnly === true && !entered.isPublic) {
    await parts.homeserver.leave(entered.id);
    throw forAdmins(request.room);
  }
  return bringIn(parts, bridge, entered, request);
}

/** Makes and links the Rocket.Chat room of a Matrix room that the bot is in. */
export async function bringIn(
  parts: BridgeParts,
  bridge: JoinListener | undefined,
  entered: EnteredRoom,
  { name, maxMembers = MAX_MEMBERS }: Pick<JoinRequest, 'name' | 'maxMembers'> = {},
): Promise<LinkView> {
  const { room, warnings } = await workspaceRoomFor(parts, entered, name);
  const linked = await linkRooms(parts, bridge, { room: room.id, matrixRoom: entered.id });
  await roomIsMade(parts, joinKey(entered.id));
  const absent = await bringMembers(parts, bridge, room.id, maxMembers);
  return { ...linked, warnings: [...warnings, ...linked.warnings, ...absent] };
}

/** The Rocket.Chat room that stands for it; one that was made before a link was cut short is that. */
export async function workspaceRoomFor(
  parts: BridgeParts,
  entered: EnteredRoom,
  name?: string,
): Promise<{ readonly room: WorkspaceRoom; readonly warnings: readonly string[] }> {
  const half = await parts.store.portals.byMatrixRoom(entered.id);
  const known = half === undefined ? undefined : await parts.workspace.roomById(half.workspaceRoomId);
  if (known !== undefined) return { room: known, warnings: [] };
  // Whose room in Rocket.Chat is gone by now.
  if (half !== undefined) await parts.store.portals.update(half.id, { state: 'closed' });
  const wanted = await wantedRoom(parts, entered, name);
  const { names } = wanted;
  const room = await makeWorkspaceRoom(parts, wanted);
  const isOther = room.name !== names[0] && room.displayName !== names[0];
  return {
    room,
    warnings: isOther ? [`Rocket.Chat has a room ${names[0]} already: this one is called ${room.name}`] : [],
  };
}
