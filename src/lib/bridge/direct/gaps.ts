import { isOutOfReach } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import { fillGap } from '../homeserver/catch-up.ts';
import type { Recorded } from '../homeserver/source.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { homeserverIn } from './hands.ts';

/**
 * Finds what the homeserver never pushed of a portal: of its room, and of the older ones that a direct message had
 * before. One room after the other, since each look deals the lane's places anew among the rows from before it.
 * Answers how many events were missing.
 *
 * @param parts as in the portal.
 */
export async function fillGaps(
  parts: BridgeParts,
  portals: PortalIndex,
  portal: Portal,
  recorded: Recorded,
): Promise<number> {
  let missing = await fillGap(parts, portals, portal, recorded);
  if (portal.direct === undefined) return missing;
  for (const { portalId } of portals.older.all(portal.workspaceRoomId)) {
    const older = await parts.store.portals.byId(portalId);
    if (older !== undefined) missing += await fillOlder(parts, portals, portal, recorded, older);
  }
  return missing;
}

/** A room that our side may not read any more must not keep the conversation waiting for it. */
async function fillOlder(
  parts: BridgeParts,
  portals: PortalIndex,
  portal: Portal,
  recorded: Recorded,
  older: Portal,
): Promise<number> {
  try {
    return await fillGap({ ...parts, homeserver: homeserverIn(parts, older) }, portals, portal, recorded, older);
  } catch (error) {
    if (!isOutOfReach(error)) throw error;
    parts.log('warn', 'direct.older-unread', { portal: portal.name, room: older.matrixRoomId, reason: error.message });
    return 0;
  }
}
