import { objectOr, stringOr } from './json.ts';
import { type Homeserver, type Room, type StoredEvent, stateKeyOf } from './state.ts';

export function stateEvent(room: Room, type: string, stateKey = ''): StoredEvent | undefined {
  return room.state.get(stateKeyOf(type, stateKey));
}

export function stateContent(room: Room, type: string, stateKey = ''): Record<string, unknown> {
  return objectOr(stateEvent(room, type, stateKey)?.content);
}

/** `join`, `invite`, `knock`, `ban`, `leave`, or undefined for somebody the room never heard of. */
export function membershipOf(room: Room, userId: string): string | undefined {
  return stringOr(stateContent(room, 'm.room.member', userId)['membership']);
}

export function membersOf(room: Room, membership: string): string[] {
  const members: string[] = [];
  for (const event of room.state.values()) {
    if (event.type === 'm.room.member' && event.content['membership'] === membership && event.stateKey !== undefined)
      members.push(event.stateKey);
  }
  return members;
}

/** The user's membership just after the event at that stream position. */
export function membershipAt(room: Room, userId: string, stream: number): string | undefined {
  let found: string | undefined;
  for (const change of room.memberships.get(userId) ?? []) {
    if (change.stream > stream) break;
    found = change.membership;
  }
  return found;
}

export function historyVisibility(room: Room): string {
  return stringOr(stateContent(room, 'm.room.history_visibility')['history_visibility']) ?? 'shared';
}

/**
 * Whether the user may see the event: by the history visibility at its time, by their membership then and,
 * for `shared`, by ever having joined (spec: Client-Server API, "Room history visibility"). After leaving
 * only what was sent until then.
 */
export function canSee(room: Room, userId: string, event: StoredEvent): boolean {
  if (event.visibility === 'world_readable') return true;
  if (event.type === 'm.room.member' && event.stateKey === userId) return true;
  const then = membershipAt(room, userId, event.stream);
  if (then === 'join') return true;
  if (event.visibility === 'invited' && then === 'invite') return true;
  if (event.visibility !== 'shared') return false;
  return (room.memberships.get(userId) ?? []).some(
    (change) => change.stream > event.stream && change.membership === 'join',
  );
}

/** The place in the stream that is just before the event, for those who page backwards. */
export const placeBefore = (room: Room, event: StoredEvent): number =>
  room.timeline[room.timeline.indexOf(event) - 1]?.stream ?? 0;

export function aliasesOf(hs: Homeserver, roomId: string): string[] {
  return [...hs.disk.aliases].filter(([, target]) => target.roomId === roomId).map(([alias]) => alias);
}
