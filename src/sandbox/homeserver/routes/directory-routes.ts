import { assertMayUseAlias, deleteAlias, localAliases, publicRooms, roomSummary } from '../directory.ts';
import { isElsewhere, peerOf } from '../federation/network.ts';
import { type Answer, integerQuery, jsonBody, type MatrixRequest } from '../http.ts';
import { objectOr, stringOr } from '../json.ts';
import { forbidden, MatrixError, notFound } from '../matrix-error.ts';
import { resolveAlias } from '../membership.ts';
import { powerOf, powerToSend } from '../power-levels.ts';
import { isAdmin, requesterOf } from '../requester.ts';
import { param, type Routes } from '../router.ts';
import { readableRoom } from '../sending.ts';
import type { Homeserver } from '../state.ts';

const aliasPath = '/_matrix/client/v3/directory/room/:alias';
const listPath = '/_matrix/client/v3/directory/list/room/:roomId';

export const directoryRoutes: Routes = {
  [`GET ${aliasPath}`]: async (hs, request) => {
    const { roomId, servers } = await resolveAlias(hs, param(request, 'alias'));
    return { json: { room_id: roomId, servers } };
  },
  [`PUT ${aliasPath}`]: (hs, request) => {
    const requester = requesterOf(hs, request);
    const alias = param(request, 'alias');
    const roomId = stringOr(jsonBody(request)['room_id']);
    assertMayUseAlias(hs, requester, alias);
    if (roomId === undefined || !hs.disk.rooms.has(roomId))
      throw new MatrixError(400, 'M_UNKNOWN', 'Room does not exist');
    if (hs.disk.aliases.has(alias)) throw new MatrixError(409, 'M_UNKNOWN', `Room alias ${alias} already exists`);
    hs.disk.aliases.set(alias, { roomId, creator: requester.userId });
    return { json: {} };
  },
  [`DELETE ${aliasPath}`]: (hs, request) => {
    deleteAlias(hs, requesterOf(hs, request), param(request, 'alias'));
    return { json: {} };
  },
  'GET /_matrix/client/v3/rooms/:roomId/aliases': (hs, request) => {
    const room = readableRoom(hs, param(request, 'roomId'), requesterOf(hs, request));
    return { json: { aliases: localAliases(hs, room) } };
  },
  [`GET ${listPath}`]: (hs, request) => ({
    json: { visibility: roomById(hs, param(request, 'roomId')).isPublic ? 'public' : 'private' },
  }),
  [`PUT ${listPath}`]: (hs, request) => {
    const requester = requesterOf(hs, request);
    const room = roomById(hs, param(request, 'roomId'));
    const hasPower = powerOf(room, requester.userId) >= powerToSend(room, 'm.room.canonical_alias', true);
    if (!hasPower && !isAdmin(hs, requester)) throw forbidden("You don't have permission to change the room list");
    room.isPublic = (jsonBody(request, 'allowed')['visibility'] ?? 'public') === 'public';
    return { json: {} };
  },
  'GET /_matrix/client/v3/publicRooms': (hs, request) => ({ json: list(directoryOf(hs, request), request, '') }),
  'POST /_matrix/client/v3/publicRooms': (hs, request) => {
    requesterOf(hs, request);
    const body = jsonBody(request, 'allowed');
    const term = stringOr(objectOr(body['filter'])['generic_search_term']) ?? '';
    const asked = directoryOf(hs, request);
    return { json: publicRooms(asked, term, Number(body['limit'] ?? 100), Number(body['since'] ?? 0)) };
  },
  'GET /_matrix/client/v1/room_summary/:room': async (hs, request) => {
    const { userId } = requesterOf(hs, request);
    const named = param(request, 'room');
    const { roomId, servers } = named.startsWith('#')
      ? await resolveAlias(hs, named)
      : { roomId: named, servers: request.query.getAll('via') };
    const own = hs.disk.rooms.get(roomId);
    if (own !== undefined && !isElsewhere(hs, own)) return { json: roomSummary(hs, own, userId) };
    if (servers.length === 0) throw new MatrixError(400, 'M_UNKNOWN', 'Missing via to query remote room');
    const peer = servers.flatMap((name) => peerOf(hs, name) ?? []).find((each) => each.disk.rooms.has(roomId));
    const room = peer?.disk.rooms.get(roomId);
    if (peer === undefined || room === undefined) throw notFound('Room not found or is not accessible');
    return { json: roomSummary(peer, room, userId) };
  },
  'POST /_matrix/client/v3/user_directory/search': (hs, request): Answer => {
    requesterOf(hs, request);
    const term = (stringOr(jsonBody(request)['search_term']) ?? '').toLowerCase();
    const found = [...hs.disk.accounts.values()].filter((account) =>
      `${account.userId} ${account.displayName ?? ''}`.toLowerCase().includes(term),
    );
    const results = found.map((account) => ({
      user_id: account.userId,
      display_name: account.displayName ?? null,
      avatar_url: account.avatarUrl ?? null,
    }));
    return { json: { limited: false, results } };
  },
};

/** The server whose rooms are asked for; Synapse answers 502 for one that does not answer. */
function directoryOf(hs: Homeserver, request: MatrixRequest): Homeserver {
  const name = request.query.get('server') ?? hs.serverName;
  const asked = name === hs.serverName ? hs : peerOf(hs, name);
  if (asked === undefined) throw new MatrixError(502, 'M_UNKNOWN', 'Failed to fetch room list');
  return asked;
}

function roomById(hs: Homeserver, roomId: string) {
  const room = hs.disk.rooms.get(roomId);
  if (room === undefined) throw notFound('Unknown room');
  return room;
}

const list = (hs: Homeserver, request: MatrixRequest, term: string): Record<string, unknown> =>
  publicRooms(hs, term, integerQuery(request.query, 'limit', 100), integerQuery(request.query, 'since', 0));
