import { presenceOf, setPresence, setReceipt, setTyping } from '../ephemeral.ts';
import { type Answer, jsonBody, type MatrixRequest } from '../http.ts';
import { badJson, forbidden, invalid, MatrixError } from '../matrix-error.ts';
import { requesterOf } from '../requester.ts';
import { threadForReceipts } from '../relations.ts';
import { membershipOf } from '../room-state.ts';
import { param, type Routes } from '../router.ts';
import { roomOf } from '../sending.ts';
import type { Homeserver } from '../state.ts';

const receiptTypes = ['m.read', 'm.read.private', 'm.fully_read'];
const presences = ['online', 'unavailable', 'offline', 'busy', 'org.matrix.msc3026.busy'];
const unknown = (message: string): MatrixError => new MatrixError(400, 'M_UNKNOWN', message);

export const ephemeralRoutes: Routes = {
  'PUT /_matrix/client/v3/rooms/:roomId/typing/:userId': (hs, request) => {
    const requester = requesterOf(hs, request);
    const room = roomOf(hs, param(request, 'roomId'), requester);
    if (requester.userId !== param(request, 'userId'))
      throw new MatrixError(400, 'M_UNKNOWN', "Cannot set another user's typing state");
    if (membershipOf(room, requester.userId) !== 'join')
      throw forbidden(`User ${requester.userId} not in room ${room.roomId}`);
    const body = jsonBody(request);
    if (typeof body['typing'] !== 'boolean') throw badJson("Missing 'typing'");
    setTyping(
      hs,
      room.roomId,
      requester.userId,
      body['typing'] ? Math.min(Number(body['timeout'] ?? 30_000), 120_000) : 0,
    );
    return { json: {} };
  },
  'POST /_matrix/client/v3/rooms/:roomId/receipt/:type/:eventId': (hs, request) => {
    const thread = jsonBody(request)['thread_id'];
    if (thread !== undefined && (typeof thread !== 'string' || thread === ''))
      throw invalid('thread_id field must be a non-empty string');
    return receipt(hs, request, param(request, 'type'), param(request, 'eventId'), thread);
  },
  'POST /_matrix/client/v3/rooms/:roomId/read_markers': (hs, request) => {
    requesterOf(hs, request);
    const body = jsonBody(request);
    for (const type of receiptTypes) {
      const eventId = body[type];
      if (typeof eventId === 'string') receipt(hs, request, type, eventId, undefined);
    }
    return { json: {} };
  },
  'GET /_matrix/client/v3/presence/:userId/status': (hs, request) => {
    requesterOf(hs, request);
    return { json: presenceOf(hs, param(request, 'userId')) };
  },
  'PUT /_matrix/client/v3/presence/:userId/status': (hs, request) => {
    const requester = requesterOf(hs, request);
    if (requester.userId !== param(request, 'userId')) throw forbidden('Can only set your own presence state');
    const { presence, status_msg: statusMessage, ...others } = jsonBody(request);
    if (typeof presence !== 'string' || Object.keys(others).length > 0) throw unknown('Unable to parse state');
    if (statusMessage !== undefined && typeof statusMessage !== 'string') throw unknown('status_msg must be a string.');
    if (hs.withPresence && !presences.includes(presence)) throw unknown('Invalid presence state');
    setPresence(hs, requester.userId, presence, statusMessage);
    return { json: {} };
  },
};

function receipt(
  hs: Homeserver,
  request: MatrixRequest,
  type: string,
  eventId: string,
  thread: string | undefined,
): Answer {
  const requester = requesterOf(hs, request);
  const room = roomOf(hs, param(request, 'roomId'), requester);
  if (!eventId.startsWith('$')) throw unknown('A valid room ID and event ID must be specified');
  if (!receiptTypes.includes(type)) throw unknown(`Receipt type must be ${receiptTypes.join(', ')}`);
  if (thread !== undefined) assertInThread(hs, eventId, thread, type);
  if (membershipOf(room, requester.userId) !== 'join')
    throw forbidden(`User ${requester.userId} not in room ${room.roomId}`);
  if (type !== 'm.fully_read') setReceipt(hs, room, { userId: requester.userId, type, eventId, thread });
  return { json: {} };
}

function assertInThread(hs: Homeserver, eventId: string, thread: string, type: string): void {
  if (type === 'm.fully_read') throw invalid('thread_id is not compatible with m.fully_read receipts.');
  if (thread !== threadForReceipts(hs, eventId, thread === 'main' ? 'main' : 'thread'))
    throw invalid(`event_id ${eventId} is not related to thread ${thread}`);
}
