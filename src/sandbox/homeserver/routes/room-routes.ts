import { type Answer, jsonBody, type MatrixRequest } from '../http.ts';
import { objectOr, stringOr } from '../json.ts';
import { badJson, forbidden, invalid } from '../matrix-error.ts';
import { joinThrough, rejectThrough } from '../federation/membership.ts';
import { isElsewhere } from '../federation/network.ts';
import { changeMembership, findRoom, kickOrUnban, resolveAlias } from '../membership.ts';
import { type Requester, requesterOf } from '../requester.ts';
import { createRoom } from '../room-creation.ts';
import { upgradeRoom } from '../room-upgrade.ts';
import { membershipOf, membersOf, stateEvent } from '../room-state.ts';
import { roomOf } from '../sending.ts';
import { type Handler, param, type Routes } from '../router.ts';
import type { Homeserver } from '../state.ts';

export const roomRoutes: Routes = {
  'POST /_matrix/client/v3/createRoom': (hs, request) => {
    const room = createRoom(hs, requesterOf(hs, request), jsonBody(request));
    const alias = stateEvent(room, 'm.room.canonical_alias')?.content['alias'];
    return { json: { room_id: room.roomId, ...(typeof alias === 'string' ? { room_alias: alias } : {}) } };
  },
  'POST /_matrix/client/v3/join/:roomIdOrAlias': (hs, request) => join(hs, request, param(request, 'roomIdOrAlias')),
  'POST /_matrix/client/v3/knock/:roomIdOrAlias': async (hs, request) => {
    const requester = requesterOf(hs, request);
    const room = await findRoom(hs, param(request, 'roomIdOrAlias'), requester);
    changeMembership(hs, room, requester, requester.userId, 'knock', reason(request));
    return { json: { room_id: room.roomId } };
  },
  'POST /_matrix/client/v3/rooms/:roomId/join': (hs, request) => join(hs, request, param(request, 'roomId')),
  'POST /_matrix/client/v3/rooms/:roomId/leave': (hs, request) => {
    const requester = requesterOf(hs, request);
    const room = roomOf(hs, param(request, 'roomId'), requester);
    if (rejectThrough(hs, room, requester.userId, reason(request))) return { json: {} };
    if (membershipOf(room, requester.userId) !== 'leave')
      changeMembership(hs, room, requester, requester.userId, 'leave', reason(request));
    return { json: {} };
  },
  'POST /_matrix/client/v3/rooms/:roomId/forget': (hs, request) => {
    const requester = requesterOf(hs, request);
    const membership = membershipOf(roomOf(hs, param(request, 'roomId'), requester), requester.userId);
    if (membership === 'join' || membership === 'invite')
      throw invalid(`User ${requester.userId} is in room ${param(request, 'roomId')}`);
    return { json: {} };
  },
  'POST /_matrix/client/v3/rooms/:roomId/invite': onTarget((hs, requester, roomId, target, extra) => {
    changeMembership(hs, roomOf(hs, roomId, requester), requester, target, 'invite', extra);
  }),
  'POST /_matrix/client/v3/rooms/:roomId/kick': onTarget((hs, requester, roomId, target, extra) => {
    kickOrUnban(hs, roomOf(hs, roomId, requester), requester, target, 'kick', extra);
  }),
  'POST /_matrix/client/v3/rooms/:roomId/ban': onTarget((hs, requester, roomId, target, extra) => {
    changeMembership(hs, roomOf(hs, roomId, requester), requester, target, 'ban', extra);
  }),
  'POST /_matrix/client/v3/rooms/:roomId/unban': onTarget((hs, requester, roomId, target, extra) => {
    kickOrUnban(hs, roomOf(hs, roomId, requester), requester, target, 'unban', extra);
  }),
  'POST /_matrix/client/v3/rooms/:roomId/upgrade': (hs, request) => {
    const requester = requesterOf(hs, request);
    const old = roomOf(hs, param(request, 'roomId'), requester);
    const { roomId } = upgradeRoom(hs, requester, old, jsonBody(request)['new_version']);
    return { json: { replacement_room: roomId } };
  },
  'GET /_matrix/client/v3/joined_rooms': (hs, request) => {
    const { userId } = requesterOf(hs, request);
    return {
      json: {
        joined_rooms: [...hs.disk.rooms.values()]
          .filter((room) => membershipOf(room, userId) === 'join')
          .map((room) => room.roomId),
      },
    };
  },
  'GET /_matrix/client/v3/rooms/:roomId/joined_members': (hs, request) => {
    const requester = requesterOf(hs, request);
    const room = roomOf(hs, param(request, 'roomId'), requester);
    const isOurs =
      requester.service !== undefined && membersOf(room, 'join').some((userId) => requester.service?.ownsUser(userId));
    if (membershipOf(room, requester.userId) !== 'join' && !isOurs)
      throw forbidden(`User ${requester.userId} not in room ${room.roomId}`);
    const joined = membersOf(room, 'join').map((userId) => {
      const content = objectOr(stateEvent(room, 'm.room.member', userId)?.content);
      return [
        userId,
        { display_name: content['displayname'] ?? null, avatar_url: content['avatar_url'] ?? null },
      ] as const;
    });
    return { json: { joined: Object.fromEntries(joined) } };
  },
};

const reason = (request: MatrixRequest): Record<string, unknown> => {
  const text = stringOr(jsonBody(request, 'allowed')['reason']);
  return text === undefined ? {} : { reason: text };
};

async function join(hs: Homeserver, request: MatrixRequest, idOrAlias: string): Promise<Answer> {
  const requester = requesterOf(hs, request);
  const { roomId, servers } = idOrAlias.startsWith('#')
    ? await resolveAlias(hs, idOrAlias)
    : { roomId: idOrAlias, servers: [...request.query.getAll('via'), ...request.query.getAll('server_name')] };
  const room = hs.disk.rooms.get(roomId);
  if (room === undefined || isElsewhere(hs, room)) await joinThrough(hs, requester, roomId, servers, reason(request));
  else if (membershipOf(room, requester.userId) !== 'join')
    changeMembership(hs, room, requester, requester.userId, 'join', reason(request));
  return { json: { room_id: roomId } };
}

type TargetAct = (
  hs: Homeserver,
  requester: Requester,
  roomId: string,
  target: string,
  extra: Record<string, unknown>,
) => void;

/** A membership request about another user, named by `user_id` in the body. */
function onTarget(act: TargetAct): Handler {
  return (hs, request) => {
    const requester = requesterOf(hs, request);
    const target = jsonBody(request)['user_id'];
    if (typeof target !== 'string') throw badJson("Missing params: ['user_id']");
    act(hs, requester, param(request, 'roomId'), target, reason(request));
    return { json: {} };
  };
}
