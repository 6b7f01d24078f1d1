import type { WorkspaceRoomId, WorkspaceUserId } from '../core/ids.ts';
import { orAbsent } from './absence.ts';
import type { ApiParts } from './api.ts';
import type { WorkspaceApi } from './types.ts';
import { allPages } from './paging.ts';
import { listIn, objectIn, roomFrom, userFrom } from './records.ts';
import { isObject } from './rest-answer.ts';
import { family, refuseDirect } from './room-family.ts';
import { directRequests } from './direct-requests.ts';
import { isoSince } from './sync.ts';

type RoomRequests = Pick<
  WorkspaceApi,
  | 'changedRooms'
  | 'roomById'
  | 'roomByName'
  | 'createRoom'
  | 'openDirect'
  | 'changedDirectRooms'
  | 'addToRoom'
  | 'joinRoom'
  | 'members'
  | 'membersPage'
  | 'roomRoles'
>;

export function roomRequests({ rest }: ApiParts): RoomRequests {
  const info = async (query: { roomId: string } | { roomName: string }) => {
    const answer = await orAbsent(rest.get('rooms.info', { query }));
    const room = answer?.body['room'];
    return isObject(room) ? roomFrom(room, 'GET /api/v1/rooms.info') : undefined;
  };
  return {
    async changedRooms(since) {
      const request = 'GET /api/v1/rooms.get';
      const { body } = await rest.get('rooms.get', { query: { updatedSince: isoSince(since) } });
      const removed = listIn(body, 'remove', request).map((room) => room['_id']);
      return {
        updated: listIn(body, 'update', request).map((room) => roomFrom(room, request)),
        removed: removed.filter((id) => typeof id === 'string') as WorkspaceRoomId[],
      };
    },
    roomById: (id) => info({ roomId: id }),
    roomByName: (name) => info({ roomName: name }),
    async createRoom(type, name, members = []) {
      const endpoint = `${family(type)}.create`;
      const body = { name, ...(members.length === 0 ? {} : { members }) };
      const answer = await rest.post(endpoint, { body });
      const request = `POST /api/v1/${endpoint}`;
      return roomFrom(objectIn(answer.body, type === 'p' ? 'group' : 'channel', request), request);
    },
    ...directRequests(rest),
    async addToRoom({ id, type }, userId) {
      const endpoint = `${family(type)}.invite`;
      refuseDirect(type, `POST /api/v1/${endpoint}`);
      await rest.post(endpoint, { body: { roomId: id, userId } });
    },
    async joinRoom(roomId) {
      await rest.post('channels.join', { body: { roomId } });
    },
    async members({ id, type }) {
      const endpoint = `${family(type)}.members`;
      const members = await allPages(rest, endpoint, { roomId: id }, 'members');
      return members.map((member) => userFrom(member, `GET /api/v1/${endpoint}`));
    },
    async membersPage({ id, type }, page) {
      const endpoint = `${family(type)}.members`;
      const request = `GET /api/v1/${endpoint}`;
      const { body } = await rest.get(endpoint, { query: { roomId: id, ...page } });
      const members = listIn(body, 'members', request).map((member) => userFrom(member, request));
      return { members, total: typeof body['total'] === 'number' ? body['total'] : members.length };
    },
    async roomRoles({ id, type }) {
      const roles = new Map<WorkspaceUserId, readonly string[]>();
      if (type === 'd') return roles;
      const endpoint = `${family(type)}.roles`;
      const { body } = await rest.get(endpoint, { query: { roomId: id } });
      for (const { u: user, roles: held } of listIn(body, 'roles', `GET /api/v1/${endpoint}`)) {
        if (!isObject(user) || typeof user['_id'] !== 'string' || !Array.isArray(held)) continue;
        roles.set(
          user['_id'] as WorkspaceUserId,
          held.filter((role) => typeof role === 'string'),
        );
      }
      return roles;
    },
  };
}
