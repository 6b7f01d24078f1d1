import { assertAllowed } from '../auth-rules.ts';
import { MatrixError } from '../matrix-error.ts';
import { membershipOf, stateEvent } from '../room-state.ts';
import { type Homeserver, type Room, stateKeyOf, type StoredEvent } from '../state.ts';
import { strippedState } from '../stripped-state.ts';
import { acceptEvent, placeEvent } from '../timeline.ts';
import { serverOf, serversIn } from './network.ts';
import { isServerAllowed } from './server-acl.ts';

/**
 * Takes an event of another server. Dropped without a word is what this server has already, what is about a
 * room it is not in, what the room's access list forbids, and what the room's present rules don't allow
 * (spec: Server-Server API, "Checks performed on receipt of a PDU" and "Soft failure").
 */
export function receiveEvent(hs: Homeserver, event: StoredEvent): void {
  const room = hs.disk.rooms.get(event.roomId);
  if (room === undefined || hs.disk.events.has(event.eventId)) return;
  if (!serversIn(room).has(hs.serverName) && !takesBackInvitation(hs, room, event)) return;
  if (!isServerAllowed(room, serverOf(event.sender))) return;
  if (!takesBackInvitation(hs, room, event) && !isAllowed(hs, room, event)) return;
  acceptEvent(hs, room, copyOf(hs, room, event, hs.disk.stream.length + 1));
}

function takesBackInvitation(hs: Homeserver, room: Room, { type, stateKey, content }: StoredEvent): boolean {
  if (type !== 'm.room.member' || stateKey === undefined || serverOf(stateKey) !== hs.serverName) return false;
  const membership = content['membership'];
  return membershipOf(room, stateKey) === 'invite' && (membership === 'leave' || membership === 'ban');
}

function isAllowed(hs: Homeserver, room: Room, event: StoredEvent): boolean {
  try {
    assertAllowed(hs, room, event);
    return true;
  } catch (error) {
    if (error instanceof MatrixError) return false;
    throw error;
  }
}

/** An invitation to one of ours, into a room that this server may know nothing of but what comes with it. */
export function receiveInvite(hs: Homeserver, from: Room, invite: StoredEvent): void {
  if (hs.disk.events.has(invite.eventId)) return;
  const room = hs.disk.rooms.get(from.roomId) ?? emptyCopy(from);
  hs.disk.rooms.set(room.roomId, room);
  for (const event of strippedState(from, invite.stateKey ?? ''))
    if (event.eventId !== invite.eventId)
      room.state.set(stateKeyOf(event.type, event.stateKey ?? ''), copyOf(hs, room, event, 0));
  acceptEvent(hs, room, copyOf(hs, room, invite, hs.disk.stream.length + 1));
}

/** A membership of one of ours that another server made on their behalf, as it does for a leave. */
export function receiveOwn(hs: Homeserver, room: Room, event: StoredEvent): StoredEvent {
  const copy = copyOf(hs, room, event, hs.disk.stream.length + 1);
  acceptEvent(hs, room, copy);
  return copy;
}

/**
 * After one of ours has joined there: the room as that server has it, its history too, which a real server
 * would fetch when somebody scrolls up. What this server has seen keeps its place in the stream; the rest
 * lies in between and is no news: no application service is told of it.
 */
export function receiveRoom(hs: Homeserver, from: Room, join: StoredEvent): Room {
  const known = hs.disk.rooms.get(from.roomId);
  const room = emptyCopy(from);
  hs.disk.rooms.set(room.roomId, room);
  const seen = new Map(known?.timeline.map((event) => [event.eventId, event]));
  const end = hs.disk.stream.length + 1;
  const history = from.timeline.filter(({ eventId }) => eventId !== join.eventId);
  const limits = nextSeen(history, seen, end);
  let before = 0;
  for (const [index, event] of history.entries()) {
    const stream = before + ((limits[index] ?? end) - before) / 2 ** 16;
    const copy = seen.get(event.eventId) ?? copyOf(hs, room, event, stream);
    before = copy.stream;
    placeEvent(hs, room, copy);
  }
  for (const [key, receipt] of known?.receipts ?? []) room.receipts.set(key, receipt);
  acceptEvent(hs, room, copyOf(hs, room, join, end));
  return room;
}

/** For each event, where the first of those from it on is that was seen here. */
function nextSeen(
  history: readonly StoredEvent[],
  seen: ReadonlyMap<string, StoredEvent>,
  end: number,
): readonly number[] {
  let next = end;
  return history
    .toReversed()
    .map(({ eventId }) => (next = seen.get(eventId)?.stream ?? next))
    .toReversed();
}

const emptyCopy = ({ roomId, version, creators }: Room): Room => ({
  roomId,
  version,
  creators,
  isPublic: false,
  depth: 0,
  state: new Map(),
  timeline: [],
  memberships: new Map(),
  relations: new Map(),
  receipts: new Map(),
});

/** What a client told its own server about the event stays there. */
const copyOf = (hs: Homeserver, room: Room, event: StoredEvent, stream: number): StoredEvent => ({
  ...event,
  stream,
  receivedAt: hs.clock.now(),
  replaced: event.stateKey === undefined ? undefined : stateEvent(room, event.type, event.stateKey),
  transactionId: undefined,
  deviceId: undefined,
  accessToken: undefined,
  redactedBy: undefined,
});
