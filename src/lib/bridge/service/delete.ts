import { RcfedError } from '../../core/errors.ts';
import { withoutHash } from '../../core/room-text.ts';
import type { Bridge } from '../running-bridge.ts';
import { type Closing, closePortal } from '../ends/close-portal.ts';
import { closingInWords } from '../ends/closing-plan.ts';
import type { BridgeParts } from '../parts.ts';
import type { Portal } from '../../store/portal-types.ts';
import { portalNamed } from './portal-named.ts';
import { viewOf } from './rooms.ts';
import type { EndRequest, LinkView } from './views.ts';

/** Kept until the room in Rocket.Chat is gone too; the portal is closed before. */
const deletingCursor = (room: string): string => `deleting:${room}`;

/**
 * Removes a federated room on both sides. On Matrix people are told, alias and directory entry go, and our side leaves;
 * under the policy `delete` the others are put out besides. In Rocket.Chat the room goes with all its messages.
 * @throws RcfedError RCFED_ROOM_UNKNOWN, RCFED_ROOM_NOT_FEDERABLE: a direct message
 */
export async function deleteRoom(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  { room, dryRun }: EndRequest,
): Promise<LinkView> {
  const portal = await portalNamed(parts, room).catch(async (error: unknown) => {
    const half = await halfDeleted(parts, room);
    if (half === undefined) throw error;
    return half;
  });
  await assertIsNamed(parts, portal, room);
  if (portal.roomType === 'd')
    throw new RcfedError('RCFED_ROOM_NOT_FEDERABLE', `${room} is a direct message, which belongs to those in it`);
  const closing: Closing = {
    outcome: 'room deleted',
    onMatrix: 'This room was deleted in Rocket.Chat: what is written here is not seen there any more.',
    matrixRoom: parts.ends.roomEnds === 'delete' ? 'empty' : 'leave',
    patient: true,
  };
  const isClosed = portal.state === 'closed';
  if (dryRun === true) {
    const plan = isClosed ? [] : await closingInWords(parts, portal, closing);
    const gone = `- ${portal.name} in Rocket.Chat, with all its messages`;
    return { room: viewOf(portal, 0, []), changed: false, warnings: [], plan: [...plan, gone] };
  }
  for (const name of namesOf(portal)) await parts.store.setCursor(deletingCursor(name), String(portal.id));
  const { portal: closed, warnings } = isClosed
    ? { portal, warnings: [] }
    : await closePortal(parts, bridge, portal, closing);
  await parts.workspace.deleteRoom({ id: portal.workspaceRoomId, type: portal.roomType });
  for (const name of namesOf(portal)) await parts.store.setCursor(deletingCursor(name), '');
  return { room: viewOf(closed, 0, []), changed: true, warnings };
}

/** By a name that it had while a bridge last looked: another room may have that by now, and this one can't be had back. */
async function assertIsNamed({ workspace }: BridgeParts, portal: Portal, text: string): Promise<void> {
  if (withoutHash(text) !== portal.name) return;
  const now = await workspace.roomDetails(portal.workspaceRoomId);
  if (now === undefined || now.name === portal.name) return;
  throw new RcfedError('RCFED_ROOM_UNKNOWN', `The federated room ${text} is called ${now.name} by now`, {
    try: [`rcfed rooms delete ${portal.workspaceRoomId}`],
  });
}

/** The portal of a deletion that was cut short. */
async function halfDeleted({ store }: BridgeParts, text: string): Promise<Portal | undefined> {
  const id = Number((await store.cursor(deletingCursor(withoutHash(text)))) ?? 0);
  return id === 0 ? undefined : await store.portals.byId(id);
}

/** All by which {@link portalNamed} finds it. */
const namesOf = ({ name, workspaceRoomId, alias, matrixRoomId }: Portal): readonly string[] =>
  [name, workspaceRoomId, alias, matrixRoomId].filter((each) => each !== undefined);
