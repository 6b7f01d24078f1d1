import type { MatrixRoomId } from '../../core/ids.ts';
import type { Portal, PortalId } from '../../store/portal-types.ts';
import { readEvent } from '../homeserver/event.ts';
import type { LiveFeature } from '../live/live-feature.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { tombstoneRow } from './tombstone.ts';

const waitsFor = (roomId: MatrixRoomId): string => `replacement:${roomId}`;

interface Waiting {
  readonly portalId: PortalId;
  readonly old: MatrixRoomId;
}

/** A replacement that can't be joined yet is tried again when somebody invites the bridge there. */
export async function waitForInvite(
  { store }: Pick<BridgeParts, 'store'>,
  portal: Portal,
  old: MatrixRoomId,
  replacement: MatrixRoomId,
): Promise<void> {
  const waiting: Waiting = { portalId: portal.id, old };
  await store.setCursor(waitsFor(replacement), JSON.stringify(waiting));
}

interface InvitedOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly wake: (lane: string) => void;
}

/** Clients invite everybody of the old room a moment after they replaced it, our side among them. */
export function createInvitedToReplacement({ parts, portals, wake }: InvitedOptions): LiveFeature {
  const look = async (raw: unknown): Promise<void> => {
    const event = readEvent(raw);
    if (event?.type !== 'm.room.member' || event.content['membership'] !== 'invite') return;
    const kept = await parts.store.cursor(waitsFor(event.roomId));
    if (kept === undefined) return;
    const { portalId, old } = JSON.parse(kept) as Waiting;
    const portal = portals.byId(portalId);
    if (portal?.matrixRoomId !== old) return;
    await parts.store.inbox.record({ rows: [tombstoneRow(portal, old, parts.homeserver.userId, event.id)] });
    wake(portal.lane);
  };
  return {
    onRecorded(events) {
      for (const raw of events)
        look(raw).catch((error: unknown) => {
          parts.log('warn', 'room.invite-missed', { reason: (error as Error).message });
        });
    },
  };
}
