import { isAliasReserved } from './application-services.ts';
import { forbidden, invalid, MatrixError, notFound } from './matrix-error.ts';
import { powerOf, powerToSend } from './power-levels.ts';
import { isAdmin, type Requester } from './requester.ts';
import { aliasesOf, historyVisibility, membershipOf, membersOf, stateContent } from './room-state.ts';
import type { Homeserver, Room } from './state.ts';

/** `M_EXCLUSIVE` both ways: a person in a service's namespace, and a service outside its own. */
export function assertMayUseAlias(hs: Homeserver, requester: Requester, alias: string): void {
  if (!/^#[^:\s]+:.+$/.test(alias)) throw invalid('Invalid room alias');
  if (!alias.endsWith(`:${hs.serverName}`)) throw invalid('Room alias must be local');
  if (requester.service !== undefined && !requester.service.ownsAlias(alias)) {
    throw new MatrixError(400, 'M_EXCLUSIVE', 'This application service has not reserved this kind of alias.');
  }
  if (isAliasReserved(hs, alias, requester.service)) {
    throw new MatrixError(400, 'M_EXCLUSIVE', 'This alias is reserved by an application service.');
  }
}

/** The creator may remove their alias, so may who could change the canonical alias, an administrator and the owning service. */
export function deleteAlias(hs: Homeserver, requester: Requester, alias: string): void {
  const target = hs.disk.aliases.get(alias);
  if (target === undefined) throw notFound(`Room alias ${alias} not found`);
  const room = hs.disk.rooms.get(target.roomId);
  const hasPower =
    room !== undefined && powerOf(room, requester.userId) >= powerToSend(room, 'm.room.canonical_alias', true);
  assertMayUseAlias(hs, requester, alias);
  const owns = target.creator === requester.userId || requester.service !== undefined;
  if (!owns && !hasPower && !isAdmin(hs, requester)) throw forbidden("You don't have permission to delete the alias.");
  hs.disk.aliases.delete(alias);
}

/** A line of the room directory (spec: Client-Server API, "Listing rooms"). */
function publicRoom(hs: Homeserver, room: Room): Record<string, unknown> {
  const text = (type: string, key: string): Record<string, unknown> => {
    const value = stateContent(room, type)[key];
    return typeof value === 'string' ? { [key]: value } : {};
  };
  const alias = stateContent(room, 'm.room.canonical_alias')['alias'];
  const type = stateContent(room, 'm.room.create')['type'];
  return {
    room_id: room.roomId,
    num_joined_members: membersOf(room, 'join').length,
    world_readable: stateContent(room, 'm.room.history_visibility')['history_visibility'] === 'world_readable',
    guest_can_join: stateContent(room, 'm.room.guest_access')['guest_access'] === 'can_join',
    join_rule: stateContent(room, 'm.room.join_rules')['join_rule'] ?? 'invite',
    ...(typeof alias === 'string' ? { canonical_alias: alias } : {}),
    ...(typeof type === 'string' ? { room_type: type } : {}),
    ...text('m.room.name', 'name'),
    ...text('m.room.topic', 'topic'),
    ...(typeof stateContent(room, 'm.room.avatar')['url'] === 'string'
      ? { avatar_url: stateContent(room, 'm.room.avatar')['url'] }
      : {}),
  };
}

const SHOWN_TO_ALL: readonly unknown[] = ['public', 'knock', 'knock_restricted'];

/**
 * What a room shows of itself to somebody who may join it, is invited or in it; 404 as Synapse for all others.
 * `hs` is a server that is in the room.
 */
export function roomSummary(hs: Homeserver, room: Room, userId: string): Record<string, unknown> {
  const membership = membershipOf(room, userId) ?? 'leave';
  const { join_rule: joinRule } = stateContent(room, 'm.room.join_rules');
  const isOpen = SHOWN_TO_ALL.includes(joinRule) || historyVisibility(room) === 'world_readable';
  if (!isOpen && membership !== 'join' && membership !== 'invite')
    throw notFound('Room not found or is not accessible');
  const { algorithm } = stateContent(room, 'm.room.encryption');
  return {
    ...publicRoom(hs, room),
    room_version: stateContent(room, 'm.room.create')['room_version'],
    ...(typeof algorithm === 'string' ? { encryption: algorithm } : {}),
    membership,
  };
}

/** Public rooms, the largest first, those whose name, topic or alias has the term. */
export function publicRooms(hs: Homeserver, term: string, limit: number, since: number): Record<string, unknown> {
  const matches = [...hs.disk.rooms.values()]
    .filter((room) => room.isPublic)
    .map((room) => publicRoom(hs, room))
    .filter((entry) =>
      [entry['name'], entry['topic'], entry['canonical_alias']].some(
        (text) => term === '' || (typeof text === 'string' && text.toLowerCase().includes(term.toLowerCase())),
      ),
    )
    .toSorted((a, b) => Number(b['num_joined_members']) - Number(a['num_joined_members']));
  const next = since + limit;
  return {
    chunk: matches.slice(since, next),
    total_room_count_estimate: matches.length,
    ...(next < matches.length ? { next_batch: String(next) } : {}),
    ...(since > 0 ? { prev_batch: String(Math.max(0, since - limit)) } : {}),
  };
}

export function localAliases(hs: Homeserver, room: Room): string[] {
  return aliasesOf(hs, room.roomId);
}
