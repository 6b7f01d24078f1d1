import { eventFor } from '../client-event.ts';
import { type Answer, integerQuery, jsonBody, type MatrixRequest } from '../http.ts';
import { invalid, notFound } from '../matrix-error.ts';
import { relationOf } from '../relations.ts';
import { requesterOf } from '../requester.ts';
import { canSee, membershipOf, placeBefore, stateEvent } from '../room-state.ts';
import { param, type Routes } from '../router.ts';
import { readableRoom, redact, sendMessage, sendState, visibleEvent } from '../sending.ts';
import type { Homeserver, Room, StoredEvent } from '../state.ts';
import type { Requester } from '../requester.ts';
import { onceByPath } from '../transaction-ids.ts';

const statePath = '/_matrix/client/v3/rooms/:roomId/state/:type';

export const eventRoutes: Routes = {
  'PUT /_matrix/client/v3/rooms/:roomId/send/:type/:transactionId': (hs, request) => {
    const requester = requesterOf(hs, request);
    return onceByPath(hs, request, requester, () => {
      const sending = { transactionId: param(request, 'transactionId'), originServerTs: wishedTs(request) };
      const event = sendMessage(
        hs,
        requester,
        param(request, 'roomId'),
        param(request, 'type'),
        jsonBody(request),
        sending,
      );
      return { json: { event_id: event.eventId } };
    });
  },
  'PUT /_matrix/client/v3/rooms/:roomId/redact/:eventId/:transactionId': (hs, request) => {
    const requester = requesterOf(hs, request);
    return onceByPath(hs, request, requester, () => {
      const sending = { transactionId: param(request, 'transactionId') };
      const event = redact(
        hs,
        requester,
        param(request, 'roomId'),
        param(request, 'eventId'),
        jsonBody(request, 'allowed'),
        sending,
      );
      return { json: { event_id: event.eventId } };
    });
  },
  'GET /_matrix/client/v3/rooms/:roomId/state': (hs, request) => {
    const requester = requesterOf(hs, request);
    const room = readableRoom(hs, param(request, 'roomId'), requester);
    return { json: [...room.state.values()].map((event) => eventFor(hs, room, event, requester)) };
  },
  [`GET ${statePath}`]: getState,
  [`GET ${statePath}/:stateKey`]: getState,
  [`PUT ${statePath}`]: putState,
  [`PUT ${statePath}/:stateKey`]: putState,
  'GET /_matrix/client/v3/rooms/:roomId/event/:eventId': (hs, request) => {
    const requester = requesterOf(hs, request);
    const room = readableRoom(hs, param(request, 'roomId'), requester);
    return { json: eventFor(hs, room, visibleEvent(room, param(request, 'eventId'), hs, requester), requester) };
  },
  'GET /_matrix/client/v3/rooms/:roomId/context/:eventId': context,
  'GET /_matrix/client/v3/rooms/:roomId/messages': messages,
  'GET /_matrix/client/v3/rooms/:roomId/members': (hs, request) => {
    const requester = requesterOf(hs, request);
    const room = readableRoom(hs, param(request, 'roomId'), requester);
    const wanted = request.query.get('membership');
    const unwanted = request.query.get('not_membership');
    const events = [...room.state.values()].filter((event) => {
      const membership = event.content['membership'];
      return (
        event.type === 'm.room.member' &&
        (wanted === null || membership === wanted) &&
        (unwanted === null || membership !== unwanted)
      );
    });
    return { json: { chunk: events.map((event) => eventFor(hs, room, event, requester)) } };
  },
  'GET /_matrix/client/v1/rooms/:roomId/relations/:eventId': relations,
  'GET /_matrix/client/v1/rooms/:roomId/relations/:eventId/:relType': relations,
  'GET /_matrix/client/v1/rooms/:roomId/relations/:eventId/:relType/:eventType': relations,
};

function wishedTs(request: MatrixRequest): number | undefined {
  return request.query.has('ts') ? integerQuery(request.query, 'ts', 0) : undefined;
}

function getState(hs: Homeserver, request: MatrixRequest): Answer {
  const requester = requesterOf(hs, request);
  const room = readableRoom(hs, param(request, 'roomId'), requester);
  const event = stateEvent(room, param(request, 'type'), request.params['stateKey'] ?? '');
  if (event === undefined) throw notFound('Event not found.');
  return { json: request.query.get('format') === 'event' ? eventFor(hs, room, event, requester) : event.content };
}

function putState(hs: Homeserver, request: MatrixRequest): Answer {
  const requester = requesterOf(hs, request);
  const sending = { originServerTs: wishedTs(request) };
  const event = sendState(
    hs,
    requester,
    param(request, 'roomId'),
    param(request, 'type'),
    request.params['stateKey'] ?? '',
    jsonBody(request),
    sending,
  );
  return { json: { event_id: event.eventId } };
}

const tokenAt = (stream: number): string => `t${stream}-${stream}_0_0_0_0_0_0_0_0_0_0`;

/** Tokens of /messages (`t…`) and of /sync (`s…`) both name a place between two events of the stream. */
function placeOf(token: string): number {
  const place = /^(?:t[\d.]+-|s)([\d.]+)/.exec(token)?.[1];
  if (place === undefined) throw invalid("'from' is not a valid token");
  return Number(place);
}

function messages(hs: Homeserver, request: MatrixRequest): Answer {
  const requester = requesterOf(hs, request);
  const room = readableRoom(hs, param(request, 'roomId'), requester);
  const backwards = (request.query.get('dir') ?? 'f') === 'b';
  const limit = Math.min(integerQuery(request.query, 'limit', 10), 1000);
  const from = request.query.get('from');
  const newest = lastReadable(hs, room, requester);
  const start = from === null ? (backwards ? newest : 0) : Math.min(placeOf(from), newest);
  const to = request.query.get('to');
  const stop = to === null ? undefined : placeOf(to);
  const inRange = backwards
    ? room.timeline.filter((event) => event.stream <= start && (stop === undefined || event.stream > stop)).toReversed()
    : room.timeline.filter((event) => event.stream > start && event.stream <= (stop ?? newest));
  const read = inRange.slice(0, limit);
  const last = read.at(-1);
  const seen = read.filter((event) => canSee(room, requester.userId, event));
  return {
    json: {
      start: from ?? tokenAt(start),
      ...(last === undefined ? {} : { end: tokenAt(backwards ? placeBefore(room, last) : last.stream) }),
      chunk: seen.map((event) => eventFor(hs, room, event, requester)),
    },
  };
}

/** The newest place of the room for the requester: now, or when they left. */
function lastReadable(hs: Homeserver, room: Room, requester: Requester): number {
  if (membershipOf(room, requester.userId) === 'join') return hs.disk.stream.length;
  return stateEvent(room, 'm.room.member', requester.userId)?.stream ?? hs.disk.stream.length;
}

function context(hs: Homeserver, request: MatrixRequest): Answer {
  const requester = requesterOf(hs, request);
  const room = readableRoom(hs, param(request, 'roomId'), requester);
  const event = visibleEvent(room, param(request, 'eventId'), hs, requester);
  const each = Math.floor(integerQuery(request.query, 'limit', 10) / 2);
  const visible = room.timeline.filter((other) => canSee(room, requester.userId, other));
  const index = visible.indexOf(event);
  const before = visible.slice(Math.max(0, index - each), index).toReversed();
  const after = visible.slice(index + 1, index + 1 + each);
  const show = (list: readonly StoredEvent[]) => list.map((other) => eventFor(hs, room, other, requester));
  return {
    json: {
      event: eventFor(hs, room, event, requester),
      events_before: show(before),
      events_after: show(after),
      start: tokenAt(placeBefore(room, before.at(-1) ?? event)),
      end: tokenAt((after.at(-1) ?? event).stream),
      state: show([...room.state.values()]),
    },
  };
}

function relations(hs: Homeserver, request: MatrixRequest): Answer {
  const requester = requesterOf(hs, request);
  const room = readableRoom(hs, param(request, 'roomId'), requester);
  const parent = visibleEvent(room, param(request, 'eventId'), hs, requester);
  const { relType, eventType } = request.params;
  const found = (room.relations.get(parent.eventId) ?? []).filter(
    (event) =>
      event.redactedBy === undefined &&
      canSee(room, requester.userId, event) &&
      (relType === undefined || relationOf(event.content)?.type === relType) &&
      (eventType === undefined || event.type === eventType),
  );
  const ordered = request.query.get('dir') === 'f' ? found : found.toReversed();
  const offset = Number(request.query.get('from') ?? '0');
  const limit = integerQuery(request.query, 'limit', 5);
  const chunk = ordered.slice(offset, offset + limit).map((event) => eventFor(hs, room, event, requester));
  return { json: { chunk, ...(offset + limit < ordered.length ? { next_batch: String(offset + limit) } : {}) } };
}
