import { randomBytes } from 'node:crypto';
import { assertAllowed, type ProposedEvent } from './auth-rules.ts';
import { assertEventContent, stringOr } from './json.ts';
import { badJson, MatrixError } from './matrix-error.ts';
import { destinationsOf, distribute } from './federation/distribute.ts';
import { assertCanInvite, deliverInvite } from './federation/invite.ts';
import { prunedContent } from './redaction.ts';
import { relationOf } from './relations.ts';
import { historyVisibility, stateEvent } from './room-state.ts';
import { type Homeserver, type Room, stateKeyOf, type StoredEvent, wakeWaiters } from './state.ts';
import { readStream } from './stream-reader.ts';
import { storeTransaction } from './transaction-ids.ts';

export interface NewEvent extends ProposedEvent {
  readonly originServerTs?: number;
  readonly redacts?: string;
  readonly transactionId?: string;
  readonly deviceId?: string | undefined;
  readonly accessToken?: string;
}

/** Spec: Client-Server API, "Size limits"; measured on the event with its hashes and signatures. */
const maxEventBytes = 65_536;

/** Checks the event against the room's rules and size limits, and appends it. */
export function appendEvent(hs: Homeserver, room: Room, event: NewEvent): StoredEvent {
  assertEventContent(event.content);
  assertSize(hs, room, event);
  assertAllowed(hs, room, event);
  const isInvite = event.type === 'm.room.member' && event.content['membership'] === 'invite';
  if (isInvite) assertCanInvite(hs, room, event.stateKey ?? '');
  const stored: StoredEvent = {
    eventId: `$${randomBytes(32).toString('base64url')}`,
    roomId: room.roomId,
    type: event.type,
    sender: event.sender,
    stateKey: event.stateKey,
    content: event.content,
    originServerTs: event.originServerTs ?? hs.clock.now(),
    receivedAt: hs.clock.now(),
    depth: room.depth + 1,
    stream: hs.disk.stream.length + 1,
    redacts: event.redacts,
    replaced: event.stateKey === undefined ? undefined : stateEvent(room, event.type, event.stateKey),
    visibility:
      event.type === 'm.room.history_visibility'
        ? (stringOr(event.content['history_visibility']) ?? 'shared')
        : historyVisibility(room),
    transactionId: event.transactionId,
    deviceId: event.deviceId,
    accessToken: event.accessToken,
    redactedBy: undefined,
  };
  // Those in the room before: a kick reaches the kicked.
  const destinations = destinationsOf(hs, room, stored);
  acceptEvent(hs, room, stored);
  distribute(hs, stored, destinations);
  if (isInvite) deliverInvite(hs, room, stored);
  return stored;
}

/** Adds an event that is news to this server, whoever made it. */
export function acceptEvent(hs: Homeserver, room: Room, event: StoredEvent): void {
  hs.disk.stream.push(event);
  placeEvent(hs, room, event);
  storeTransaction(hs, event);
  readStream(hs);
  wakeWaiters(hs.memory);
}

/** Gives an event its place in the room, and tells nobody. */
export function placeEvent(hs: Homeserver, room: Room, event: StoredEvent): void {
  hs.disk.events.set(event.eventId, event);
  room.timeline.push(event);
  room.depth = Math.max(room.depth, event.depth);
  const isState = event.stateKey !== undefined && wins(room, event, event.stateKey);
  if (isState) room.state.set(stateKeyOf(event.type, event.stateKey), event);
  if (event.type === 'm.room.member' && isState) {
    const log = room.memberships.get(event.stateKey) ?? [];
    log.push({ stream: event.stream, membership: String(event.content['membership']) });
    room.memberships.set(event.stateKey, log);
  }
  const parent = relationOf(event.content)?.parent;
  if (parent !== undefined) {
    const siblings = room.relations.get(parent);
    if (siblings === undefined) room.relations.set(parent, [event]);
    else siblings.push(event);
  }
  if (event.redacts !== undefined) applyRedaction(hs, room, event, event.redacts);
}

/**
 * Whether a state event takes the place of the present one. Of two that two servers made without knowing of
 * each other, a change of somebody else's rights or membership beats anything else, then the deeper wins, the
 * later, the greater id: the same on both. The real rules (spec: room versions, "State resolution") go back
 * to where the two parted.
 */
function wins(room: Room, event: StoredEvent, stateKey: string): boolean {
  const present = stateEvent(room, event.type, stateKey);
  if (present === undefined || present.eventId === event.eventId) return true;
  if (isOfPower(event) !== isOfPower(present) && event.depth <= present.depth) return isOfPower(event);
  if (event.depth !== present.depth) return event.depth > present.depth;
  if (event.originServerTs !== present.originServerTs) return event.originServerTs > present.originServerTs;
  return event.eventId > present.eventId;
}

const isOfPower = ({ type, sender, stateKey, content }: StoredEvent): boolean =>
  type === 'm.room.member' &&
  sender !== stateKey &&
  (content['membership'] === 'leave' || content['membership'] === 'ban');

function applyRedaction(hs: Homeserver, room: Room, redaction: StoredEvent, target: string): void {
  const event = hs.disk.events.get(target);
  if (event === undefined || event.roomId !== room.roomId || event.redactedBy !== undefined) return;
  const relation = relationOf(event.content);
  if (relation !== undefined) {
    room.relations.set(
      relation.parent,
      (room.relations.get(relation.parent) ?? []).filter((sibling) => sibling !== event),
    );
  }
  event.content = prunedContent(event.type, event.content, room.version);
  event.redactedBy = redaction;
}

function assertSize(hs: Homeserver, room: Room, event: NewEvent): void {
  for (const [name, value] of [
    ['type', event.type],
    ['state_key', event.stateKey ?? ''],
  ] as const) {
    if (Buffer.byteLength(value) > 255) throw new MatrixError(413, 'M_TOO_LARGE', `'${name}' too large`);
  }
  if (event.type === '') throw badJson('type must not be empty');
  // Far from the limit there's no need to build the whole event: no character takes more than three bytes a unit.
  if (JSON.stringify(event.content).length * 3 + 4096 <= maxEventBytes) return;
  const id = `$${'a'.repeat(43)}`;
  const whole = JSON.stringify({
    auth_events: room.version >= 12 ? [id, id] : [id, id, id],
    content: event.content,
    depth: room.timeline.length,
    hashes: { sha256: 'a'.repeat(43) },
    origin_server_ts: hs.clock.now(),
    prev_events: [id],
    redacts: event.redacts,
    room_id: room.roomId,
    sender: event.sender,
    signatures: { [hs.serverName]: { 'ed25519:a_test': 'a'.repeat(86) } },
    state_key: event.stateKey,
    type: event.type,
    unsigned: { age_ts: hs.clock.now() },
  });
  if (Buffer.byteLength(whole) > maxEventBytes) throw new MatrixError(413, 'M_TOO_LARGE', 'event too large');
}
