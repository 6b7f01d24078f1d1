import { canonicalJson, type JsonObject } from './json.ts';
import { forbidden, invalid, MatrixError, notFound } from './matrix-error.ts';
import { powerFor, powerOf } from './power-levels.ts';
import { assertRelation } from './relations.ts';
import type { Requester } from './requester.ts';
import { canSee, membershipOf, stateEvent } from './room-state.ts';
import type { Homeserver, Room, StoredEvent } from './state.ts';
import { appendEvent } from './timeline.ts';
import { storedTransaction } from './transaction-ids.ts';

/** The room, or the answer of a server that doesn't tell strangers which rooms exist. */
export function roomOf(hs: Homeserver, roomId: string, requester: Requester): Room {
  const room = hs.disk.rooms.get(roomId);
  if (room === undefined) throw forbidden(`User ${requester.userId} not in room ${roomId}`);
  return room;
}

/** Rooms one may read: those one is or was in, and world-readable ones. */
export function readableRoom(hs: Homeserver, roomId: string, requester: Requester): Room {
  const room = roomOf(hs, roomId, requester);
  const membership = membershipOf(room, requester.userId);
  const wasIn = (room.memberships.get(requester.userId) ?? []).some((change) => change.membership === 'join');
  const isOpen = stateEvent(room, 'm.room.history_visibility')?.content['history_visibility'] === 'world_readable';
  if (membership !== 'join' && !wasIn && !isOpen) {
    throw forbidden(`User ${requester.userId} not in room ${roomId}, and room previews are disabled`);
  }
  return room;
}

/** An event of the room that the requester may see. */
export function visibleEvent(room: Room, eventId: string, hs: Homeserver, requester: Requester): StoredEvent {
  const event = hs.disk.events.get(eventId);
  if (event === undefined || event.roomId !== room.roomId || !canSee(room, requester.userId, event))
    throw notFound('Event not found.');
  return event;
}

export interface Sending {
  readonly transactionId?: string;
  /** `ts` massaging, for application services only. */
  readonly originServerTs?: number | undefined;
}

function origin(requester: Requester, sending: Sending) {
  return {
    sender: requester.userId,
    deviceId: requester.deviceId,
    accessToken: requester.accessToken,
    ...(sending.transactionId === undefined ? {} : { transactionId: sending.transactionId }),
    ...(sending.originServerTs === undefined || requester.service === undefined
      ? {}
      : { originServerTs: sending.originServerTs }),
  };
}

/** Sends a message event, or answers the one that was made under the transaction id by the same device. */
export function sendMessage(
  hs: Homeserver,
  requester: Requester,
  roomId: string,
  type: string,
  content: JsonObject,
  sending: Sending,
): StoredEvent {
  const known =
    sending.transactionId === undefined ? undefined : storedTransaction(hs, requester, roomId, sending.transactionId);
  if (known !== undefined) return known;
  const room = roomOf(hs, roomId, requester);
  if (type === 'm.room.redaction' && typeof content['redacts'] === 'string')
    return redact(hs, requester, roomId, content['redacts'], content, sending);
  if (membershipOf(room, requester.userId) === 'join') {
    assertRelation(hs, room, requester.userId, content);
    refusePublicCall(room, type);
  }
  return appendEvent(hs, room, { type, content, stateKey: undefined, ...origin(requester, sending) });
}

function refusePublicCall(room: Room, type: string): void {
  const isPublic = stateEvent(room, 'm.room.join_rules')?.content['join_rule'] === 'public';
  if (type === 'm.call.invite' && isPublic) throw forbidden('Call invites are not allowed in public rooms.');
}

/** One's own events need no power; those of others the room's `redact` level. Unknown events may be redacted, the create event not. */
export function redact(
  hs: Homeserver,
  requester: Requester,
  roomId: string,
  eventId: string,
  content: JsonObject,
  sending: Sending,
): StoredEvent {
  const known =
    sending.transactionId === undefined ? undefined : storedTransaction(hs, requester, roomId, sending.transactionId);
  if (known !== undefined) return known;
  const room = roomOf(hs, roomId, requester);
  if ('redacts' in content && content['redacts'] !== eventId && room.version >= 11) {
    throw invalid('Cannot provide a redacts value incoherent with the event_id of the URL parameter');
  }
  const target = hs.disk.events.get(eventId);
  if (target !== undefined && membershipOf(room, requester.userId) === 'join') {
    if (target.roomId !== roomId) throw new MatrixError(400, 'M_UNKNOWN', 'Cannot redact event from a different room');
    if (target.type === 'm.room.create') throw forbidden('Redacting create events is not permitted');
    if (target.type === 'm.room.server_acl') throw forbidden('Redacting server ACL events is not permitted');
    if (target.sender !== requester.userId && powerOf(room, requester.userId) < powerFor(room, 'redact')) {
      throw forbidden("You don't have permission to redact events");
    }
  }
  return appendEvent(hs, room, {
    type: 'm.room.redaction',
    stateKey: undefined,
    content: room.version >= 11 ? { ...content, redacts: eventId } : content,
    redacts: eventId,
    ...origin(requester, sending),
  });
}

/** Sets state. The same content by the same sender again is the event that's there already. */
export function sendState(
  hs: Homeserver,
  requester: Requester,
  roomId: string,
  type: string,
  stateKey: string,
  content: JsonObject,
  sending: Sending,
): StoredEvent {
  const room = roomOf(hs, roomId, requester);
  const current = stateEvent(room, type, stateKey);
  const isSame = current?.sender === requester.userId && canonicalJson(current.content) === canonicalJson(content);
  if (isSame && membershipOf(room, requester.userId) === 'join') return current;
  return appendEvent(hs, room, { type, content, stateKey, ...origin(requester, sending) });
}
