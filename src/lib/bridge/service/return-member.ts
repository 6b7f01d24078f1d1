import { RemoteError } from '../../core/remote-error.ts';
import { createGhosts } from '../homeserver/ghosts.ts';
import { refusalOf } from '../membership/refusal.ts';
import type { BridgeParts } from '../parts.ts';
import type { Bridge } from '../running-bridge.ts';
import { inviteUsers } from './invite.ts';
import type { ReturnRequest, ReturnView } from './members-view.ts';
import { personNamed } from './person-named.ts';
import { portalNamed } from './portal-named.ts';

/**
 * Brings somebody back into a room that they were removed from: a colleague is a member at once, on both sides,
 * people elsewhere are invited.
 * @throws RcfedError RCFED_ROOM_UNKNOWN
 */
export async function returnMember(
  parts: BridgeParts,
  bridge: Pick<Bridge, 'ghosts'> | undefined,
  { room, user }: ReturnRequest,
): Promise<ReturnView> {
  const portal = await portalNamed(parts, room);
  const person = await personNamed(parts, user);
  if ('reason' in person) return { outcome: 'refused', reason: person.reason };
  if (person.side === 'matrix') {
    const [invited] = await inviteUsers(parts, { room, users: [person.matrixUserId] });
    return invited?.outcome === 'refused'
      ? { outcome: 'refused', reason: invited.reason }
      : { outcome: 'invited', reason: null };
  }
  const account = await parts.workspace.userById(person.account.id);
  if (account === undefined) return { outcome: 'refused', reason: `${user} is gone from Rocket.Chat` };
  const asked = parts.workspace.addToRoom({ id: portal.workspaceRoomId, type: portal.roomType }, account.id);
  const refusal = await refusalOf(asked);
  if (refusal instanceof RemoteError)
    return { outcome: 'refused', reason: `Rocket.Chat: ${refusal.answer ?? refusal.inShort}` };
  const ghosts = bridge?.ghosts ?? createGhosts(parts, { onSeen() {}, onEntered() {} });
  await ghosts.inRoom(portal, account);
  return { outcome: 'member', reason: null };
}
