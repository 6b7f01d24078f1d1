import { isTime } from '../core/clock.ts';
import { isRecord } from '../core/record.ts';
import type { MatrixRoomId, MatrixUserId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { HomeserverRequest } from './homeserver-http.ts';
import type { Invited } from './room-admin-types.ts';
import type { MatrixProfile, MessagesPage, NewMatrixRoom } from './types.ts';

type Answer = Record<string, unknown>;

/**
 * One segment of a path. `.` and `..` can't be said in a URL: its parser takes even `%2E` for a step
 * up, and the request would reach another endpoint.
 */
export function segment(value: string): string {
  if (value !== '' && value !== '.' && value !== '..') return encodeURIComponent(value.toWellFormed());
  throw new RemoteError({
    side: 'homeserver',
    failure: 'refused',
    request: 'a request that was not sent',
    code: 'M_INVALID_PARAM',
    answer: `${JSON.stringify(value)} can't be part of a path`,
  });
}

/** A field without which the answer is not one of a Matrix homeserver. */
export function requiredString(request: HomeserverRequest, answer: Answer, field: string): string {
  const value = answer[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new RemoteError({
    side: 'homeserver',
    failure: 'not-json',
    request: `${request.method} ${request.path}`,
    answer: `no ${field} in the answer`,
  });
}

export function readFeatures(answer: Answer): {
  versions: readonly string[];
  unstableFeatures: Readonly<Record<string, boolean>>;
} {
  const versions = Array.isArray(answer['versions'])
    ? answer['versions'].filter((version) => typeof version === 'string')
    : [];
  const features: Record<string, boolean> = {};
  if (isRecord(answer['unstable_features'])) {
    for (const [name, on] of Object.entries(answer['unstable_features']))
      if (typeof on === 'boolean') features[name] = on;
  }
  return { versions, unstableFeatures: features };
}

export function memberIds(answer: Answer): readonly MatrixUserId[] {
  return isRecord(answer['joined']) ? (Object.keys(answer['joined']) as MatrixUserId[]) : [];
}

/** Of a list of membership events. */
export function memberships(answer: Answer): ReadonlyMap<MatrixUserId, 'join' | 'invite'> {
  const found = new Map<MatrixUserId, 'join' | 'invite'>();
  const chunk: readonly unknown[] = Array.isArray(answer['chunk']) ? answer['chunk'] : [];
  for (const event of chunk.filter(isRecord)) {
    const membership = isRecord(event['content']) ? event['content']['membership'] : undefined;
    const isThere = membership === 'join' || membership === 'invite';
    if (isThere && typeof event['state_key'] === 'string') found.set(event['state_key'] as MatrixUserId, membership);
  }
  return found;
}

/** The invitations among a list of membership events. */
export function invitedIn(answer: Answer): readonly Invited[] {
  const chunk: readonly unknown[] = Array.isArray(answer['chunk']) ? answer['chunk'] : [];
  return chunk.filter(isRecord).flatMap(({ content, state_key: userId, sender: by, origin_server_ts: at }) => {
    if (!isRecord(content) || content['membership'] !== 'invite') return [];
    if (typeof userId !== 'string' || typeof by !== 'string') return [];
    return [{ userId: userId as MatrixUserId, by: by as MatrixUserId, at: isTime(at) ? at : 0 }];
  });
}

/** `displayname` as profiles and member events have it, `display_name` as `/joined_members` does. */
export function readProfile(fields: Readonly<Record<string, unknown>>): MatrixProfile {
  const name = fields['displayname'] ?? fields['display_name'];
  const avatar = fields['avatar_url'];
  return {
    displayName: typeof name === 'string' && name !== '' ? name : undefined,
    avatarUrl: typeof avatar === 'string' && avatar !== '' ? avatar : undefined,
  };
}

export function memberProfiles(answer: Answer): ReadonlyMap<MatrixUserId, MatrixProfile> {
  const joined = isRecord(answer['joined']) ? Object.entries(answer['joined']) : [];
  return new Map(joined.map(([id, fields]) => [id as MatrixUserId, readProfile(isRecord(fields) ? fields : {})]));
}

export function readEvents(answer: Answer): MessagesPage {
  const chunk: readonly unknown[] = Array.isArray(answer['chunk']) ? answer['chunk'] : [];
  const end = answer['end'];
  return { events: chunk.filter(isRecord), end: typeof end === 'string' ? end : undefined };
}

export function createRoomBody(room: NewMatrixRoom): Record<string, unknown> {
  return {
    preset: room.preset,
    visibility: room.visibility,
    ...(room.isDirect === undefined ? {} : { is_direct: room.isDirect }),
    ...(room.aliasLocalpart === undefined ? {} : { room_alias_name: room.aliasLocalpart }),
    ...(room.name === undefined ? {} : { name: room.name }),
    ...(room.topic === undefined ? {} : { topic: room.topic }),
    ...(room.invite === undefined ? {} : { invite: room.invite }),
    ...(room.powerLevels === undefined ? {} : { power_level_content_override: room.powerLevels }),
    ...(room.version === undefined ? {} : { room_version: room.version }),
    ...(room.initialState === undefined
      ? {}
      : {
          initial_state: room.initialState.map(({ type, stateKey, content }) => ({
            type,
            state_key: stateKey,
            content,
          })),
        }),
  };
}

/** Where one piece of a room's state is read and written. */
export const statePath = (roomId: MatrixRoomId, type: string, stateKey: string): string =>
  `/_matrix/client/v3/rooms/${segment(roomId)}/state/${segment(type)}/${stateKey === '' ? '' : segment(stateKey)}`;
