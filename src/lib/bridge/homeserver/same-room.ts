import type { PortalId, Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { isRoomOf } from '../room-upgrade/former-rooms.ts';
import type { MatrixEvent } from './event.ts';

/**
 * Whether what an event takes away, changes or reacts to is in the event's own room. Not every homeserver sees to
 * that, and the bridge has rights in rooms in which the event's sender has none. A message may belong to a portal
 * that is closed by now: of an older room of a direct message, or of the room before it was linked anew.
 */
export async function isInSameRoom(
  parts: Pick<BridgeParts, 'store'>,
  portal: Portal,
  { roomId }: MatrixEvent,
  target: { readonly portalId: PortalId },
): Promise<boolean> {
  if (target.portalId === portal.id) return true;
  const its = await parts.store.portals.byId(target.portalId);
  return its !== undefined && isRoomOf(parts, its, roomId);
}
