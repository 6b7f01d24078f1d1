import type { Portal } from '../../store/types.ts';
import { homeserverIn } from '../direct/hands.ts';
import type { BridgeParts } from '../parts.ts';

/** Name of the cursor that holds how many people a portal's Matrix room had when it was last asked. */
const counted = (portal: Pick<Portal, 'id'>): string => `matrix-members:${portal.id}`;

export function rememberCount({ store }: Pick<BridgeParts, 'store'>, portal: Portal, count: number): Promise<void> {
  return store.setCursor(counted(portal), String(count));
}

/**
 * How many have joined a portal's Matrix room, ghosts and the bot among them, as clients there show it. Asked of the
 * homeserver, at the cost of the whole list; undefined for a room that was never asked for and can't be now.
 */
export async function matrixMemberCount(parts: BridgeParts, portal: Portal): Promise<number | undefined> {
  const { matrixRoomId } = portal;
  if (matrixRoomId === undefined) return undefined;
  try {
    const count = (await homeserverIn(parts, portal).joinedMembers(matrixRoomId)).length;
    await rememberCount(parts, portal, count);
    return count;
  } catch {
    return lastMatrixMemberCount(parts, portal);
  }
}

/** The same as of some minutes ago, without asking: for many rooms at once. */
export async function lastMatrixMemberCount(
  { store }: Pick<BridgeParts, 'store'>,
  portal: Pick<Portal, 'id'>,
): Promise<number | undefined> {
  const known = await store.cursor(counted(portal));
  return known === undefined ? undefined : Number(known);
}
