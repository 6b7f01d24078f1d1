import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';

/** Name of the cursor that holds how many people a portal's Matrix room had when it was last asked. */
const counted = (portal: Pick<Portal, 'id'>): string => `matrix-members:${portal.id}`;

export function rememberCount({ store }: Pick<BridgeParts, 'store'>, portal: Portal, count: number): Promise<void> {
  return store.setCursor(counted(portal), String(count));
}

/** How many had joined a portal's Matrix room when they were last listed, ghosts and the bot among them. */
export async function lastMatrixMemberCount(
  { store }: Pick<BridgeParts, 'store'>,
  portal: Pick<Portal, 'id'>,
): Promise<number | undefined> {
  const known = await store.cursor(counted(portal));
  return known === undefined ? undefined : Number(known);
}
