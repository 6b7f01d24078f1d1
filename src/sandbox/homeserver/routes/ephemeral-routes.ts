import { setReceipt, setTyping } from '../ephemeral.ts';
import { type Answer, jsonBody, type MatrixRequest } from '../http.ts';
import { stringOr } from '../json.ts';
import { badJson, forbidden, MatrixError } from '../matrix-error.ts';
import { requesterOf } from '../requester.ts';
import { membershipOf } from '../room-state.ts';
import { param, type Routes } from '../router.ts';
import { roomOf } from '../sending.ts';
import type { Homeserver } from '../state.ts';

const receiptTypes = ['m.read', 'm.read.private', 'm.fully_read'];

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
    const thread = stringOr(jsonBody(request, 'allowed')['thread_id']);
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
    return { json: { presence: 'offline' } };
  },
  'PUT /_matrix/client/v3/presence/:userId/status': (hs, request) => {
    requesterOf(hs, request);
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
  if (!receiptTypes.includes(type))
    throw new MatrixError(400, 'M_INVALID_PARAM', `Receipt type must be one of ${receiptTypes.join(', ')}`);
  if (membershipOf(room, requester.userId) !== 'join')
    throw forbidden(`User ${requester.userId} not in room ${room.roomId}`);
  if (type !== 'm.fully_read') setReceipt(hs, room, { userId: requester.userId, type, eventId, thread });
  return { json: {} };
}
