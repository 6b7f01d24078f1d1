import type { Bridge } from '../running-bridge.ts';
import { type Closing, closePortal } from '../ends/close-portal.ts';
import { closingInWords } from '../ends/closing-plan.ts';
import type { BridgeParts } from '../parts.ts';
import { portalNamed } from './portal-named.ts';
import { viewOf } from './rooms.ts';
import type { EndRequest, LinkView } from './views.ts';

/**
 * Our side leaves the Matrix room, which goes on without it. The room in Rocket.Chat stays as it is, or is archived.
 * @throws RcfedError RCFED_ROOM_UNKNOWN
 */
export async function leaveRoom(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  { room, archive, dryRun }: EndRequest & { readonly archive?: boolean | undefined },
): Promise<LinkView> {
  const portal = await portalNamed(parts, room);
  const where = portal.alias ?? portal.matrixRoomId ?? 'its Matrix room';
  const closing: Closing = {
    outcome: 'left',
    inWorkspace: `This room has left ${where}: what is written here is not seen on Matrix any more.`,
    matrixRoom: 'leave',
    archive: archive === true,
  };
  if (dryRun === true)
    return {
      room: viewOf(portal, 0, []),
      changed: false,
      warnings: [],
      plan: await closingInWords(parts, portal, closing),
    };
  const closed = await closePortal(parts, bridge, portal, closing);
  return { room: viewOf(closed.portal, 0, []), changed: true, warnings: closed.warnings };
}
