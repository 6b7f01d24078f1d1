import type { MatrixRoomAlias, MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { homeserverIn } from '../direct/hands.ts';
import type { BridgeParts } from '../parts.ts';
import { noBridgeInfo } from '../homeserver/bridge-info.ts';
import { BRIDGE_STATE, isClaimedFor } from '../homeserver/room-claim.ts';

/** Runs a step of which a refusal does not keep the others from being done. */
export type Step = (what: string, task: () => Promise<unknown>) => Promise<void>;

/**
 * Gives up all that is ours of a Matrix room: the claim on it, the alias, its entry in the directory, then our ghosts
 * leave and at last the bot. Whoever is not ours stays. What is done already is done.
 */
export async function leaveMatrixRoom(parts: BridgeParts, portal: Portal, step: Step): Promise<void> {
  const { matrixRoomId: roomId, alias } = portal;
  if (roomId === undefined) return;
  const hand = homeserverIn(parts, portal);
  await step('The claim on the Matrix room stays', async () => {
    // Where the bot has no power it could not be written.
    const { identity } = parts;
    if (!(await isClaimedFor({ identity, homeserver: hand }, roomId, portal.workspaceRoomId))) return;
    if (portal.direct === undefined)
      for (const { type, stateKey, content } of noBridgeInfo(parts, portal.workspaceRoomId))
        await hand.sendState(roomId, type, stateKey, content);
    await hand.sendState(roomId, BRIDGE_STATE, parts.identity.workspaceId, {});
  });
  if (alias !== undefined) await step('The alias stays', () => parts.homeserver.deleteAlias(alias as MatrixRoomAlias));
  if (portal.direct === undefined) {
    await step('The room stays in the directory', async () => {
      if (await hand.isListed(roomId)) await hand.setListed(roomId, false);
    });
  }
  await leaveAsGhosts(parts, portal, roomId, step);
  if (portal.direct === undefined) await step('The bot stays', () => parts.homeserver.leave(roomId));
}

/**
 * Those whom the store has as members, and those whom the room shows: the bot may be in it no longer. Of a direct
 * message, the ghost by whom the members are read leaves last.
 */
async function leaveAsGhosts(parts: BridgeParts, portal: Portal, roomId: MatrixRoomId, step: Step): Promise<void> {
  const last = portal.direct?.ghost;
  const known = await parts.store.people.members(portal.id, 'ghost');
  const shown = await homeserverIn(parts, portal)
    .joinedMembers(roomId)
    .catch(() => []);
  const all = [...new Set([...known.map(({ matrixUserId }) => matrixUserId), ...shown])];
  for (const member of all.toSorted((one, other) => Number(one === last) - Number(other === last))) {
    const person = await parts.store.people.byMatrixUser(member);
    if (person?.kind !== 'ghost') continue;
    await step(`${member} stays`, () => parts.homeserver.as(member).leave(roomId));
    await parts.store.people.setMember(portal.id, person.id, false);
  }
}

/** Puts everybody out who is not ours, as far as the power of the bot reaches; it has to be in the room still. */
export async function emptyMatrixRoom(parts: BridgeParts, portal: Portal, why: string, step: Step): Promise<void> {
  const { matrixRoomId: roomId } = portal;
  if (roomId === undefined) return;
  const hand = homeserverIn(parts, portal);
  await step('Others stay in the Matrix room', async () => {
    for (const member of (await hand.membersAndInvited(roomId)).keys()) {
      if (!(await isOurs(parts, hand, member))) await step(`${member} stays`, () => hand.kick(roomId, member, why));
    }
  });
}

async function isOurs(parts: BridgeParts, hand: MatrixApi, member: MatrixUserId): Promise<boolean> {
  if (member === hand.userId || member === parts.identity.matrixBot) return true;
  return (await parts.store.people.byMatrixUser(member))?.kind === 'ghost';
}
