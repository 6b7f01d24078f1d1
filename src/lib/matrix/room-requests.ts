import type { EventId, MatrixRoomId, MatrixUserId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import { type Acting, asUser, unlessCode } from './acting.ts';
import {
  createRoomBody,
  memberIds,
  memberProfiles,
  memberships,
  requiredString,
  segment,
  statePath,
} from './client-shapes.ts';
import type { HomeserverRequest } from './homeserver-http.ts';
import type { MatrixApi } from './types.ts';

type RoomRequests = Pick<
  MatrixApi,
  | 'createRoom'
  | 'resolveAlias'
  | 'deleteAlias'
  | 'join'
  | 'invite'
  | 'inviteDirect'
  | 'leave'
  | 'membersAndInvited'
  | 'joinedRooms'
  | 'joinedMembers'
  | 'memberProfiles'
  | 'sendState'
  | 'state'
>;

export function roomRequests(acting: Acting): RoomRequests {
  const { http } = acting;
  const me = asUser(acting);
  const state: MatrixApi['state'] = async (roomId, type, stateKey) =>
    unlessCode(http.json({ method: 'GET', path: statePath(roomId, type, stateKey), query: me }), 'M_NOT_FOUND');
  /** `done`: already so, as the room's state says; the wording of the refusal is not to be relied on. */
  const unlessAlready = async (
    request: HomeserverRequest,
    of: MatrixUserId,
    roomId: MatrixRoomId,
    done: readonly string[],
  ): Promise<void> => {
    try {
      await http.json(request);
    } catch (error) {
      if (!(error instanceof RemoteError) || error.code !== 'M_FORBIDDEN') throw error;
      const member = await state(roomId, 'm.room.member', of).catch(() => undefined);
      if (typeof member?.['membership'] !== 'string' || !done.includes(member['membership'])) throw error;
    }
  };
  return {
    state,
    async createRoom(room) {
      const request: HomeserverRequest = {
        method: 'POST',
        path: '/_matrix/client/v3/createRoom',
        query: me,
        json: createRoomBody(room),
      };
      return requiredString(request, await http.json(request), 'room_id') as MatrixRoomId;
    },
    async resolveAlias(alias) {
      const request: HomeserverRequest = {
        method: 'GET',
        path: `/_matrix/client/v3/directory/room/${segment(alias)}`,
        query: me,
      };
      const answer = await unlessCode(http.json(request), 'M_NOT_FOUND');
      return answer === undefined ? undefined : (requiredString(request, answer, 'room_id') as MatrixRoomId);
    },
    async deleteAlias(alias) {
      const path = `/_matrix/client/v3/directory/room/${segment(alias)}`;
      await unlessCode(http.json({ method: 'DELETE', path, query: me }), 'M_NOT_FOUND');
    },
    async join(room, via) {
      // `via` since spec v1.12, `server_name` before; a server ignores the one that it doesn't know.
      const query = { ...me, via, server_name: via };
      const request: HomeserverRequest = {
        method: 'POST',
        path: `/_matrix/client/v3/join/${segment(room)}`,
        query,
        json: {},
      };
      return requiredString(request, await http.json(request), 'room_id') as MatrixRoomId;
    },
    async invite(roomId, invited) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/invite`;
      await unlessAlready({ method: 'POST', path, query: me, json: { user_id: invited } }, invited, roomId, [
        'join',
        'invite',
      ]);
    },
    async inviteDirect(roomId, invited) {
      // Only a state event can say `is_direct` outside of createRoom: `POST /invite` takes no content.
      const json = { membership: 'invite', is_direct: true };
      const path = statePath(roomId, 'm.room.member', invited);
      await unlessAlready({ method: 'PUT', path, query: me, json }, invited, roomId, ['join', 'invite']);
    },
    async membersAndInvited(roomId) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/members`;
      return memberships(await http.json({ method: 'GET', path, query: { ...me, not_membership: 'leave' } }));
    },
    async joinedRooms() {
      const answer = await http.json({ method: 'GET', path: '/_matrix/client/v3/joined_rooms', query: me });
      const ids: readonly unknown[] = Array.isArray(answer['joined_rooms']) ? answer['joined_rooms'] : [];
      return ids.filter((id) => typeof id === 'string') as MatrixRoomId[];
    },
    async leave(roomId) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/leave`;
      await unlessAlready({ method: 'POST', path, query: me, json: {} }, acting.userId, roomId, ['leave', 'ban']);
    },
    async joinedMembers(roomId) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/joined_members`;
      return memberIds(await http.json({ method: 'GET', path, query: me }));
    },
    async memberProfiles(roomId) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/joined_members`;
      return memberProfiles(await http.json({ method: 'GET', path, query: me }));
    },
    async sendState(roomId, type, stateKey, content) {
      const request: HomeserverRequest = {
        method: 'PUT',
        path: statePath(roomId, type, stateKey),
        query: me,
        json: content,
      };
      return requiredString(request, await http.json(request), 'event_id') as EventId;
    },
  };
}
