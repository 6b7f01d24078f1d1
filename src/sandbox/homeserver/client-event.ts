import type { JsonObject } from './json.ts';
import { latestEdit, threadOf } from './relations.ts';
import type { Requester } from './requester.ts';
import { membershipAt } from './room-state.ts';
import type { Homeserver, Room, StoredEvent } from './state.ts';

/** An event as an application service or a client gets it, without what depends on who asks. */
function plainEvent(hs: Homeserver, event: StoredEvent): JsonObject {
  const unsigned: JsonObject = { age: Math.max(0, hs.clock.now() - event.originServerTs) };
  if (event.replaced !== undefined) {
    unsigned['replaces_state'] = event.replaced.eventId;
    unsigned['prev_content'] = event.replaced.content;
    unsigned['prev_sender'] = event.replaced.sender;
  }
  if (event.redactedBy !== undefined) {
    unsigned['redacted_by'] = event.redactedBy.eventId;
    unsigned['redacted_because'] = plainEvent(hs, event.redactedBy);
  }
  const result: JsonObject = {
    type: event.type,
    room_id: event.roomId,
    sender: event.sender,
    content: event.content,
    origin_server_ts: event.originServerTs,
    unsigned,
    event_id: event.eventId,
  };
  if (event.stateKey !== undefined) result['state_key'] = event.stateKey;
  if (event.redacts !== undefined) {
    // Both places for every room version, so that clients of either kind find it.
    result['redacts'] = event.redacts;
    if (event.redactedBy === undefined) result['content'] = { ...event.content, redacts: event.redacts };
  }
  return result;
}

/** As it's pushed and as most endpoints answer it: with the fields of the first API version beside the rest. */
export function legacyEvent(hs: Homeserver, event: StoredEvent): JsonObject {
  const result = plainEvent(hs, event);
  const unsigned = result['unsigned'] as JsonObject;
  result['user_id'] = event.sender;
  for (const key of ['age', 'prev_content', 'replaces_state']) {
    if (key in unsigned) result[key] = unsigned[key];
  }
  return result;
}

/**
 * As the requester sees it. `unsigned.transaction_id` shows only to the sender, on the device that sent it
 * or, if it was sent without a device, with the same token or by the application service.
 */
export function eventFor(
  hs: Homeserver,
  room: Room,
  event: StoredEvent,
  requester: Requester,
  form: 'legacy' | 'plain' = 'legacy',
): JsonObject {
  const result = form === 'legacy' ? legacyEvent(hs, event) : plainEvent(hs, event);
  const unsigned = result['unsigned'] as JsonObject;
  if (event.transactionId !== undefined && event.sender === requester.userId) {
    const isOwn =
      event.deviceId !== undefined
        ? event.deviceId === requester.deviceId
        : requester.service !== undefined || event.accessToken === requester.accessToken;
    if (isOwn) unsigned['transaction_id'] = event.transactionId;
  }
  unsigned['membership'] = membershipAt(room, requester.userId, event.stream) ?? 'leave';
  const bundle = bundled(hs, room, event, requester);
  if (Object.keys(bundle).length > 0) unsigned['m.relations'] = bundle;
  return result;
}

function bundled(hs: Homeserver, room: Room, event: StoredEvent, requester: Requester): JsonObject {
  const relations: JsonObject = {};
  if (!room.relations.has(event.eventId)) return relations;
  const edit = latestEdit(room, event);
  if (edit !== undefined) relations['m.replace'] = plainEvent(hs, edit);
  const thread = threadOf(room, event);
  const last = thread.at(-1);
  if (last !== undefined) {
    relations['m.thread'] = {
      latest_event: plainEvent(hs, last),
      count: thread.length,
      current_user_participated:
        event.sender === requester.userId || thread.some((child) => child.sender === requester.userId),
    };
  }
  return relations;
}
