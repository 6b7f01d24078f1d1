import type { MatrixRoomId, MatrixUserId } from '../../core/ids.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverRoomReplaced } from '../events.ts';
import type { MatrixEvent } from '../homeserver/event.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';

/** State that ends a room and names the one that goes on. https://spec.matrix.org/v1.17/client-server-api/#mroomtombstone */
const TOMBSTONE = 'm.room.tombstone';

export const isTombstone = ({ type, stateKey }: Pick<MatrixEvent, 'type' | 'stateKey'>): boolean =>
  type === TOMBSTONE && stateKey === '';

/** The room's present state counts: the homeserver has made sure that whoever set it might. */
export async function interpretTombstone(
  parts: BridgeParts,
  event: MatrixEvent,
): Promise<HomeserverRoomReplaced | Nothing> {
  const tombstone = await parts.homeserver.stateEvent(event.roomId, TOMBSTONE, '');
  const by = tombstone?.content['replacement_room'];
  if (tombstone === undefined) return nothing('not replaced');
  // A room can't go on in itself, whatever somebody writes.
  const isOther = typeof by === 'string' && by.startsWith('!') && by !== event.roomId;
  const replacement = isOther ? (by as MatrixRoomId) : undefined;
  const { sender } = tombstone;
  return { kind: 'room.replaced', origin: 'homeserver', sender, eventId: event.id, old: event.roomId, replacement };
}

export const isReplaced = async ({ homeserver }: BridgeParts, roomId: MatrixRoomId): Promise<boolean> =>
  (await homeserver.state(roomId, TOMBSTONE, '')) !== undefined;

/** A row that has the tombstone of a portal's room looked at again. */
export function tombstoneRow({ id, lane }: Portal, old: MatrixRoomId, sender: MatrixUserId, key: string): NewInboxRow {
  const ref = `tombstone:${id}:${key}`;
  const event = { event_id: ref, room_id: old, sender, type: TOMBSTONE, state_key: '', content: {} };
  return { side: 'homeserver', lane, key: ref, ref, type: TOMBSTONE, body: JSON.stringify(event) };
}
