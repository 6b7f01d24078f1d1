import type { EventId, MatrixRoomId, MessageId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverPinsChanged } from '../events.ts';
import { MARKER, type MatrixEvent, readEvent } from '../homeserver/event.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { changeOf, intentOf } from './intent.ts';
import { PINNED_EVENTS, pairOfEvent, pinnedIn } from './pinned.ts';

/**
 * What is pinned on Matrix now and was not when it was last settled, and the other way round. The room's present
 * state counts, not the event's: it may have been changed again. Pins of events that Rocket.Chat does not have are
 * nobody's business.
 */
export async function interpretMatrixPins(
  parts: BridgeParts,
  portal: Portal,
  row: InboxRow,
  event: MatrixEvent,
  ownSendingUnsettled: boolean,
): Promise<HomeserverPinsChanged | Nothing> {
  const settled = await parts.store.pins.of(portal.id);
  const listed = pinnedIn(await parts.homeserver.state(event.roomId, PINNED_EVENTS, ''));
  const present = new Set<MessageId>();
  const gone = new Set<MessageId>();
  for (const id of listed) {
    const pair = await pairOfEvent(parts, portal, id);
    const messageId = pair?.messageId ?? (ownSendingUnsettled ? await sentAs(parts, event.roomId, id) : undefined);
    if (messageId === undefined) continue;
    present.add(messageId);
    if (pair?.gone === true) gone.add(messageId);
  }
  const change = changeOf(present, settled, await intentOf(parts, row));
  const pinned = change.pinned.filter((id) => !gone.has(id));
  if (pinned.length === 0 && change.unpinned.length === 0) return nothing('unchanged');
  const { sender, id: eventId } = event;
  return { kind: 'pins.changed', origin: 'homeserver', sender, eventId, pinned, unpinned: change.unpinned };
}

/** Sent by one of our own, and never settled before the bridge ended: the event itself says what it was made of. */
async function sentAs(parts: BridgeParts, roomId: MatrixRoomId, eventId: EventId): Promise<MessageId | undefined> {
  const raw = await parts.homeserver.event(roomId, eventId);
  const event = raw === undefined ? undefined : readEvent(raw);
  const marker = event?.content[MARKER];
  if (event === undefined || !isRecord(marker) || marker['bridge'] !== parts.identity.bridgeId) return undefined;
  const isOurs =
    event.sender === parts.identity.matrixBot ||
    (await parts.store.people.byMatrixUser(event.sender))?.kind === 'ghost';
  const { id } = marker;
  return isOurs && typeof id === 'string' ? (id as MessageId) : undefined;
}
