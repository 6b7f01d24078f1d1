import type { EventId, MatrixRoomId, MatrixUserId } from '../core/ids.ts';
import { isRecord } from '../core/record.ts';
import { RemoteError } from '../core/remote-error.ts';
import { type Acting, asUser, unlessCode } from './acting.ts';
import { invitedIn, readProfile, requiredString, segment, statePath } from './client-shapes.ts';
import type { HomeserverRequest } from './homeserver-http.ts';
import type { RoomAdminApi, StateEvent } from './room-admin-types.ts';

/** Bytes. A member's event is about 700, so this is a room of some 90,000. */
const STATE_LIMIT = 64 * 1024 * 1024;

export function roomAdminRequests(acting: Acting): RoomAdminApi {
  const { http } = acting;
  const me = asUser(acting);
  const roomPath = (roomId: MatrixRoomId, rest: string): string =>
    `/_matrix/client/v3/rooms/${segment(roomId)}/${rest}`;
  const listPath = (roomId: MatrixRoomId): string => `/_matrix/client/v3/directory/list/room/${segment(roomId)}`;

  /** @param done memberships with which nothing is left to do: the wording of a refusal is not to be relied on */
  const move = async (
    verb: 'kick' | 'ban' | 'unban',
    roomId: MatrixRoomId,
    { userId, reason }: { readonly userId: MatrixUserId; readonly reason: string | undefined },
    done: readonly (string | undefined)[],
  ): Promise<void> => {
    const json = { user_id: userId, ...(reason === undefined ? {} : { reason }) };
    try {
      await http.json({ method: 'POST', path: roomPath(roomId, verb), query: me, json });
    } catch (error) {
      if (!(error instanceof RemoteError) || error.failure !== 'refused') throw error;
      const path = statePath(roomId, 'm.room.member', userId);
      const asked = unlessCode(http.json({ method: 'GET', path, query: me }), 'M_NOT_FOUND');
      const member = await asked.catch(() => {
        throw error;
      });
      const membership = member?.['membership'];
      if (!done.includes(typeof membership === 'string' ? membership : undefined)) throw error;
    }
  };

  return {
    async fullState(roomId) {
      const request: HomeserverRequest = {
        method: 'GET',
        path: roomPath(roomId, 'state'),
        query: me,
        limit: STATE_LIMIT,
      };
      const events = listOf((await http.bytes(request)).bytes);
      if (events !== undefined) return events.flatMap((event) => readState(event) ?? []);
      const name = `${request.method} ${request.path}`;
      throw new RemoteError({ side: 'homeserver', failure: 'not-json', request: name });
    },
    async stateEvent(roomId, type, stateKey) {
      const path = statePath(roomId, type, stateKey);
      const request: HomeserverRequest = { method: 'GET', path, query: { ...me, format: 'event' } };
      const answer = await unlessCode(http.json(request), 'M_NOT_FOUND');
      if (answer === undefined) return undefined;
      const event = readState(answer);
      if (event !== undefined) return event;
      throw new RemoteError({ side: 'homeserver', failure: 'not-json', request: `${request.method} ${path}` });
    },
    async membersWho(roomId, membership) {
      const answer = await http.json({
        method: 'GET',
        path: roomPath(roomId, 'members'),
        query: { ...me, membership },
      });
      const events: readonly unknown[] = Array.isArray(answer['chunk']) ? answer['chunk'] : [];
      const people = events.flatMap((event) => readState(event) ?? []);
      return new Map(people.map(({ stateKey, content }) => [stateKey as MatrixUserId, readProfile(content)]));
    },
    async invited(roomId) {
      const query = { ...me, membership: 'invite' };
      return invitedIn(await http.json({ method: 'GET', path: roomPath(roomId, 'members'), query }));
    },
    kick: (roomId, userId, reason) => move('kick', roomId, { userId, reason }, ['leave', 'ban', undefined]),
    ban: (roomId, userId, reason) => move('ban', roomId, { userId, reason }, ['ban']),
    unban: (roomId, userId, reason) =>
      move('unban', roomId, { userId, reason }, ['leave', 'invite', 'join', 'knock', undefined]),
    async isListed(roomId) {
      return (await http.json({ method: 'GET', path: listPath(roomId), query: me }))['visibility'] === 'public';
    },
    async setListed(roomId, listed) {
      const json = { visibility: listed ? 'public' : 'private' };
      await http.json({ method: 'PUT', path: listPath(roomId), query: me, json });
    },
    async setAlias(alias, roomId) {
      const path = `/_matrix/client/v3/directory/room/${segment(alias)}`;
      await http.json({ method: 'PUT', path, query: me, json: { room_id: roomId } });
    },
    async upgradeRoom(roomId, version) {
      const json = { new_version: version };
      const request: HomeserverRequest = { method: 'POST', path: roomPath(roomId, 'upgrade'), query: me, json };
      return requiredString(request, await http.json(request), 'replacement_room') as MatrixRoomId;
    },
    async roomVersions() {
      const answer = await http.json({ method: 'GET', path: '/_matrix/client/v3/capabilities', query: me });
      const capabilities = answer['capabilities'];
      const versions = isRecord(capabilities) ? capabilities['m.room_versions'] : undefined;
      if (!isRecord(versions)) return { standard: undefined, known: [] };
      const { default: standard, available } = versions;
      return {
        standard: typeof standard === 'string' ? standard : undefined,
        known: isRecord(available) ? Object.keys(available) : [],
      };
    },
  };
}

function listOf(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readState(event: unknown): StateEvent | undefined {
  if (!isRecord(event) || !isRecord(event['content'])) return undefined;
  const { type, state_key: stateKey, sender, content, event_id: eventId } = event;
  if (typeof type !== 'string' || typeof stateKey !== 'string' || typeof sender !== 'string') return undefined;
  return {
    type,
    stateKey,
    sender: sender as MatrixUserId,
    content,
    eventId: typeof eventId === 'string' ? (eventId as EventId) : undefined,
  };
}
