import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal, PortalId } from '../../store/portal-types.ts';
import type { HomeserverEvent } from '../events.ts';
import { readEvent } from '../homeserver/event.ts';
import type { BridgeParts } from '../parts.ts';
import { olderRoomOf } from './older-rooms.ts';

/**
 * The portal that something on Matrix belongs to. A direct message may have had other rooms on either side before:
 * a change of a message goes where that message is, and what is written in an older Matrix room belongs to the
 * closed portal of that room. Else the portal whose lane it is in.
 */
export async function actingPortal(
  { store }: Pick<BridgeParts, 'store'>,
  portal: Portal,
  row: InboxRow,
  event: HomeserverEvent,
): Promise<Portal> {
  if (portal.direct === undefined) return portal;
  const roomId = row.body === undefined || row.body === '' ? undefined : readEvent(JSON.parse(row.body))?.roomId;
  const isElsewhere = roomId !== undefined && roomId !== portal.matrixRoomId;
  const id = targetOf(event) ?? (isElsewhere ? (await olderRoomOf(store, roomId))?.portalId : undefined);
  return id === undefined || id === portal.id ? portal : ((await store.portals.byId(id)) ?? portal);
}

/** Where the message is that it changes. */
export function targetOf(event: HomeserverEvent): PortalId | undefined {
  if (event.kind === 'reaction.removed') return event.entry.portalId;
  return 'target' in event ? event.target.portalId : undefined;
}
