import type { WorkspaceRoomId, WorkspaceUserId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import { orAbsent, unlessCode, unlessNotOffered } from './absence.ts';
import type { ApiParts } from './api.ts';
import { avatarRequest } from './avatar-request.ts';
import { allPages } from './paging.ts';
import { listIn, roomFrom, textIn, timeOf } from './records.ts';
import { isObject, type JsonObject } from './rest-answer.ts';
import type { RoomAdminApi, RoomDetails } from './room-admin-types.ts';
import { family, refuseDirect } from './room-family.ts';
import { roomRequests } from './room-requests.ts';

/** Picture data as Rocket.Chat wants it; a text that is none takes the picture away. */
const dataUrl = (image: { bytes: Uint8Array; contentType: string } | undefined): string =>
  image === undefined ? '' : `data:${image.contentType};base64,${Buffer.from(image.bytes).toString('base64')}`;

export function roomAdminRequests(parts: ApiParts): RoomAdminApi {
  const { rest } = parts;
  const save = async (rid: WorkspaceRoomId, body: JsonObject): Promise<void> => {
    await rest.post('rooms.saveRoomSettings', { body: { rid, ...body } });
  };
  const bans = async (endpoint: string, roomId: WorkspaceRoomId, userId: WorkspaceUserId, already: string) => {
    const asked = unlessCode(rest.post(endpoint, { body: { roomId, userId } }), already).then(() => 'done' as const);
    return (await unlessNotOffered(asked)) ?? 'not-offered';
  };
  return {
    async roomDetails(id) {
      const answer = await orAbsent(rest.get('rooms.info', { query: { roomId: id } }));
      const room = answer?.body['room'];
      return isObject(room) ? detailsFrom(room) : undefined;
    },
    async roomExists(rid) {
      const asked = rest.get('rooms.adminRooms.getRoom', { query: { rid } });
      return (await unlessCode(asked, 'Room not found', 'error-invalid-room', 'error-room-not-found')) !== undefined;
    },
    async saveRoomSettings(id, { name, topic, announcement, description, type, readOnly }) {
      await save(id, {
        ...(name === undefined ? {} : { roomName: name }),
        ...(topic === undefined ? {} : { roomTopic: topic }),
        ...(announcement === undefined ? {} : { roomAnnouncement: announcement }),
        ...(description === undefined ? {} : { roomDescription: description }),
        ...(type === undefined ? {} : { roomType: type }),
        ...(readOnly === undefined ? {} : { readOnly }),
      });
    },
    setRoomAvatar: (id, image) => save(id, { roomAvatar: dataUrl(image) }),
    roomAvatar: (id, limit, etag) => avatarRequest(parts, `room/${encodeURIComponent(id)}`, limit, etag),
    async archiveRoom(rid, archived) {
      const action = archived ? 'archive' : 'unarchive';
      await unlessCode(rest.post('rooms.changeArchivationState', { body: { rid, action } }), 'error-room-archived');
    },
    async deleteRoom({ id, type }) {
      await unlessCode(
        rest.post(`${family(type)}.delete`, { body: { roomId: id } }),
        'error-room-not-found',
        'error-invalid-room',
      );
    },
    async leaveRoom({ id, type }) {
      await unlessCode(rest.post(`${family(type)}.leave`, { body: { roomId: id } }), 'error-user-not-in-room');
    },
    async removeFromRoom({ id, type }, userId) {
      const asked = rest.post(`${family(type)}.kick`, { body: { roomId: id, userId } });
      await unlessCode(asked, 'error-user-not-in-room');
    },
    banFromRoom: (id, userId) => bans('rooms.banUser', id, userId, 'error-user-already-banned'),
    unbanFromRoom: (id, userId) => bans('rooms.unbanUser', id, userId, 'error-user-not-banned'),
    async bannedFromRoom(id) {
      const request = 'GET /api/v1/rooms.bannedUsers';
      const asked = allPages(rest, 'rooms.bannedUsers', { roomId: id }, 'bannedUsers');
      const users = (await unlessNotOffered(asked)) ?? [];
      return users.map((user) => ({
        id: textIn(user, '_id', request) as WorkspaceUserId,
        username: textIn(user, 'username', request),
      }));
    },
    async isInRoom(room, userId) {
      const query = { roomId: room.id, userId };
      const asked = unlessNotOffered(rest.get('rooms.isMember', { query }));
      const answer = await asked.catch((error: unknown) => {
        if (error instanceof RemoteError && error.answer === 'error-user-not-found') return 'nobody' as const;
        throw error;
      });
      if (answer === 'nobody') return false;
      if (answer !== undefined) return answer.body['isMember'] === true;
      return (await roomRequests(parts).members(room)).some(({ id }) => id === userId);
    },
    async muteInRoom(roomId, username, muted) {
      await rest.post(muted ? 'rooms.muteUser' : 'rooms.unmuteUser', { body: { roomId, username } });
    },
    async setRoomRole({ id, type }, userId, role, given) {
      const endpoint = `${family(type)}.${given ? 'add' : 'remove'}${role.charAt(0).toUpperCase()}${role.slice(1)}`;
      refuseDirect(type, `POST /api/v1/${endpoint}`);
      const already = given ? `error-user-already-${role}` : `error-user-not-${role}`;
      await unlessCode(rest.post(endpoint, { body: { roomId: id, userId } }), already);
    },
    async deleteUser(userId) {
      const body = { userId, confirmRelinquish: true };
      await unlessCode(rest.post('users.delete', { body }), 'error-invalid-user', 'error-user-not-found');
    },
    async seats() {
      const { body } = await rest.get('licenses.maxActiveUsers', {});
      const { maxActiveUsers: max, activeUsers: active } = body;
      // 0 and -1 are how different versions say "no limit".
      return {
        active: typeof active === 'number' ? active : 0,
        max: typeof max === 'number' && max > 0 ? max : undefined,
      };
    },
    async permissions() {
      const request = 'GET /api/v1/permissions.listAll';
      const found = new Map<string, readonly string[]>();
      for (const { _id: id, roles } of listIn((await rest.get('permissions.listAll', {})).body, 'update', request)) {
        if (typeof id === 'string' && Array.isArray(roles))
          found.set(
            id,
            roles.filter((role) => typeof role === 'string'),
          );
      }
      return found;
    },
  };
}

function detailsFrom(room: JsonObject): RoomDetails {
  const {
    announcement,
    description,
    ro,
    broadcast,
    muted,
    unmuted,
    avatarETag: etag,
    usersCount,
    prid,
    ts,
    u: creator,
  } = room;
  return {
    ...roomFrom(room, 'GET /api/v1/rooms.info'),
    announcement: typeof announcement === 'string' ? announcement : '',
    description: typeof description === 'string' ? description : '',
    readOnly: ro === true,
    broadcast: broadcast === true,
    muted: texts(muted),
    unmuted: texts(unmuted),
    avatarEtag: typeof etag === 'string' && etag !== '' ? etag : undefined,
    members: typeof usersCount === 'number' ? usersCount : 0,
    parentId: typeof prid === 'string' && prid !== '' ? (prid as WorkspaceRoomId) : undefined,
    createdAt: timeOf(ts),
    creator: isObject(creator) && typeof creator['_id'] === 'string' ? (creator['_id'] as WorkspaceUserId) : undefined,
  };
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
