import { objectOr, stringOr } from './json.ts';
import { badJson, forbidden, MatrixError } from './matrix-error.ts';
import { allLevels, creatorsAreAbove, powerFor, powerOf, powerToSend } from './power-levels.ts';
import { membershipOf, stateContent } from './room-state.ts';
import type { Homeserver, Room } from './state.ts';

export interface ProposedEvent {
  readonly type: string;
  readonly sender: string;
  readonly stateKey: string | undefined;
  readonly content: Record<string, unknown>;
}

/** Throws what the server answers if the room's rules don't allow the event (spec: room versions, "Authorization rules"). */
export function assertAllowed(hs: Homeserver, room: Room, event: ProposedEvent): void {
  if (event.type === 'm.room.create') {
    if (room.timeline.length > 0) throw forbidden('The room has been created already');
    return;
  }
  if (event.type === 'm.room.member') return assertMembership(hs, room, event);
  if (membershipOf(room, event.sender) !== 'join') throw forbidden(`User ${event.sender} not in room ${room.roomId}`);
  const power = powerOf(room, event.sender);
  const needed = powerToSend(room, event.type, event.stateKey !== undefined);
  if (power < needed) {
    throw forbidden(
      `You don't have permission to post that to the room. user_level (${power}) < send_level (${needed})`,
    );
  }
  if (event.stateKey?.startsWith('@') === true && event.stateKey !== event.sender) {
    throw forbidden('You are not allowed to set others state');
  }
  if (event.type === 'm.room.power_levels') assertPowerLevels(room, event, power);
}

function assertPowerLevels(room: Room, event: ProposedEvent, power: number): void {
  const users = objectOr(event.content['users']);
  for (const [user, level] of Object.entries(users)) {
    if (typeof level !== 'number') throw badJson(`${user}'s power level is not an integer`);
    if (creatorsAreAbove(room) && room.creators.includes(user)) {
      throw new MatrixError(400, 'M_FORBIDDEN', `Creator user ${user} must not appear in content.users`);
    }
  }
  if (!room.state.has('m.room.power_levels\0')) return;
  const before = allLevels(stateContent(room, 'm.room.power_levels'));
  const after = allLevels(event.content);
  for (const place of new Set([...before.keys(), ...after.keys()])) {
    const old = before.get(place);
    const next = after.get(place);
    if (old === next) continue;
    const isOther = place.startsWith('users\0') && place !== `users\0${event.sender}`;
    if ((old ?? 0) > power || (next ?? 0) > power || (isOther && old === power)) {
      throw forbidden("You don't have permission to add ops level greater than your own");
    }
  }
}

function assertMembership(hs: Homeserver, room: Room, event: ProposedEvent): void {
  const target = event.stateKey ?? '';
  const wanted = stringOr(event.content['membership']);
  const isSelf = target === event.sender;
  const now = membershipOf(room, target);
  if (wanted === 'join') return assertJoin(hs, room, event, now);
  if (wanted === 'knock') return assertKnock(room, event, now);
  if (wanted === 'leave' && isSelf) {
    if (now !== 'join' && now !== 'invite' && now !== 'knock')
      throw forbidden(`User ${target} not in room ${room.roomId}`);
    return;
  }
  if (wanted !== 'invite' && wanted !== 'ban' && wanted !== 'leave')
    throw badJson(`Unknown membership ${String(wanted)}`);
  if (membershipOf(room, event.sender) !== 'join') throw forbidden(`${event.sender} not in room ${room.roomId}.`);
  const power = powerOf(room, event.sender);
  if (wanted === 'invite') return assertInvite(room, target, now, power);
  const act = wanted === 'ban' || now === 'ban' ? 'ban' : 'kick';
  if (wanted === 'leave' && now !== 'ban' && now !== 'join' && now !== 'invite' && now !== 'knock') {
    throw forbidden('The target user is not in the room');
  }
  const rank = powerOf(room, target);
  if (power < powerFor(room, act) || (act === 'ban' && wanted === 'leave' ? false : power <= rank)) {
    throw forbidden(
      now === 'ban' && wanted === 'leave' ? `You cannot unban user ${target}.` : `You cannot ${act} user ${target}.`,
    );
  }
}

function assertInvite(room: Room, target: string, now: string | undefined, power: number): void {
  if (now === 'ban') throw forbidden(`${target} is banned from the room`);
  if (now === 'join') throw forbidden(`${target} is already in the room.`);
  if (power < powerFor(room, 'invite')) throw forbidden("You don't have permission to invite users");
}

function assertKnock(room: Room, event: ProposedEvent, now: string | undefined): void {
  const rule = stateContent(room, 'm.room.join_rules')['join_rule'];
  if (rule !== 'knock' && rule !== 'knock_restricted') throw forbidden("You don't have permission to knock");
  if (now === 'ban' || now === 'join' || now === 'invite') throw forbidden(`${event.sender} cannot knock`);
}

function assertJoin(hs: Homeserver, room: Room, event: ProposedEvent, now: string | undefined): void {
  if (event.stateKey !== event.sender) throw forbidden('Cannot force another user to join.');
  if (now === 'ban') throw forbidden('You are banned from this room');
  const isCreation = room.timeline.length === 1 && room.creators[0] === event.sender;
  if (isCreation || now === 'join' || now === 'invite') return;
  const rules = stateContent(room, 'm.room.join_rules');
  const rule = rules['join_rule'] ?? 'invite';
  if (rule === 'public') return;
  const allow = Array.isArray(rules['allow']) ? (rules['allow'] as unknown[]).map(objectOr) : [];
  const isRestricted = rule === 'restricted' || rule === 'knock_restricted';
  const lets = allow.some((entry) => {
    const other = entry['type'] === 'm.room_membership' ? hs.disk.rooms.get(String(entry['room_id'])) : undefined;
    return other !== undefined && membershipOf(other, event.sender) === 'join';
  });
  if (isRestricted && lets) return;
  throw forbidden(
    isRestricted
      ? 'You do not belong to any of the required rooms/spaces to join this room.'
      : 'You are not invited to this room.',
  );
}
