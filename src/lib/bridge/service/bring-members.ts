import type { MatrixRoomId, MatrixUserId, WorkspaceRoomId } from '../../core/ids.ts';
import { createLocalNames } from '../../matrix/look-alike.ts';
import type { Bridge } from '../running-bridge.ts';
import { mayBeGhost } from '../direct/invite.ts';
import type { BridgeParts } from '../parts.ts';
import { type Puppets, createPuppets } from '../workspace/puppets.ts';

/** Unless told otherwise: each takes the workspace some requests, and a seat. */
export const MAX_MEMBERS = 20;

/**
 * Gives everybody in a portal's Matrix room an account in Rocket.Chat, unless they are more than `most`: then each gets
 * one when they first say something. Answers who could not be brought in, or that nobody was.
 */
export async function bringMembers(
  parts: BridgeParts,
  bridge: Pick<Bridge, 'puppets'> | undefined,
  roomId: WorkspaceRoomId,
  most: number,
): Promise<readonly string[]> {
  const portal = await parts.store.portals.byWorkspaceRoom(roomId);
  if (portal?.matrixRoomId === undefined || parts.identity.mode === 'alias') return [];
  const others = await othersIn(parts, portal.matrixRoomId);
  if (others.length > most) return [tooMany(others.length)];
  const puppets: Puppets = bridge?.puppets ?? createPuppets(parts, createLocalNames());
  const warnings: string[] = [];
  for (const person of others) {
    if (!parts.access.admitsUser(person)) continue;
    try {
      await puppets.inRoom(portal, person);
    } catch (error) {
      warnings.push(`${person} appears when they first say something: ${(error as Error).message}`);
    }
  }
  return warnings;
}

export const tooMany = (others: number): string =>
  `${others} people are in the Matrix room: each appears in Rocket.Chat when they first say something`;

/** Everybody in a room that the bot is in, but accounts of the bridge. */
export async function othersIn(parts: BridgeParts, roomId: MatrixRoomId): Promise<readonly MatrixUserId[]> {
  const others: MatrixUserId[] = [];
  for (const member of await parts.homeserver.joinedMembers(roomId))
    if (!(await isOurs(parts, member))) others.push(member);
  return others;
}

async function isOurs({ identity, store }: BridgeParts, member: MatrixUserId): Promise<boolean> {
  if (member === identity.matrixBot || (identity.prefix !== '' && mayBeGhost(identity, member))) return true;
  return (await store.people.byMatrixUser(member))?.kind === 'ghost';
}
