import type { ApplicationService } from './application-services.ts';
import { serverOf, tellPeers } from './federation/network.ts';
import { isServerAllowed } from './federation/server-acl.ts';
import { isRoomOfInterest, isUserOfInterest } from './interest.ts';
import type { JsonObject } from './json.ts';
import { membershipOf } from './room-state.ts';
import { pushEvents } from './sender.ts';
import { type Homeserver, type Room, wakeWaiters } from './state.ts';

/** Users typing in a room now. */
export function typingIn(hs: Homeserver, roomId: string): string[] {
  const now = hs.clock.now();
  return [...(hs.memory.typing.get(roomId)?.users ?? [])].filter(([, until]) => until > now).map(([userId]) => userId);
}

/** `timeoutMs` 0 stops typing. Who types already only goes on for longer: that is no news, as it's none that somebody doesn't type. */
export function setTyping(hs: Homeserver, roomId: string, userId: string, timeoutMs: number): void {
  const typing = hs.memory.typing.get(roomId) ?? { users: new Map<string, number>(), stream: 0 };
  const isNews = typing.users.has(userId) !== timeoutMs > 0;
  const until = hs.clock.now() + timeoutMs;
  if (timeoutMs > 0) typing.users.set(userId, until);
  else typing.users.delete(userId);
  if (isNews) {
    typing.stream = nextEphemeralStream(hs);
    hs.memory.typing.set(roomId, typing);
    announceInRoom(hs, roomId, { type: 'm.typing', room_id: roomId, content: { user_ids: typingIn(hs, roomId) } });
    tellOthers(hs, roomId, userId, (peer) => setTyping(peer, roomId, userId, timeoutMs));
  }
  if (timeoutMs <= 0) return;
  const expire = async (): Promise<void> => {
    // A timer may ring a moment before the clock is there.
    for (let left = timeoutMs; left > 0; left = until - hs.clock.now())
      await hs.clock.sleep(left, hs.memory.life.signal);
    if (typing.users.get(userId) === until) setTyping(hs, roomId, userId, 0);
  };
  void expire().catch(() => undefined);
}

/** An event that is unknown or of another room, and one before what was read already, change nothing. */
export function setReceipt(
  hs: Homeserver,
  room: Room,
  receipt: { userId: string; type: string; eventId: string; thread: string | undefined },
): void {
  const event = hs.disk.events.get(receipt.eventId);
  if (event?.roomId !== room.roomId) return;
  const ts = hs.clock.now();
  const key = [receipt.userId, receipt.type, receipt.thread ?? ''].join('\0');
  const before = hs.disk.events.get(room.receipts.get(key)?.eventId ?? '');
  if (before !== undefined && before.stream >= event.stream) return;
  room.receipts.set(key, { ...receipt, ts, stream: nextEphemeralStream(hs) });
  // Synapse 1.160 pushes private ones as well, and no receipt with its thread.
  const pushed = receiptEvent([{ ...receipt, ts, thread: undefined }]);
  announceInRoom(hs, room.roomId, { room_id: room.roomId, ...pushed });
  // Whoever reads in private tells their own server alone.
  if (receipt.type !== 'm.read') return;
  tellOthers(hs, room.roomId, receipt.userId, (peer) => {
    const there = peer.disk.rooms.get(room.roomId);
    if (there !== undefined && membershipOf(there, receipt.userId) === 'join') setReceipt(peer, there, receipt);
  });
}

/** Does nothing on a homeserver that was not asked for presence: it's the costliest part of Matrix, and many switch it off. */
export function setPresence(hs: Homeserver, userId: string, presence: string, statusMessage: string | undefined): void {
  if (!hs.withPresence) return;
  const stream = nextEphemeralStream(hs);
  hs.memory.presence.set(userId, { presence, statusMessage, at: hs.clock.now(), stream });
  const event = { type: 'm.presence', sender: userId, content: presenceOf(hs, userId) };
  announce(hs, event, (service) => isUserOfInterest(hs, service, userId));
  const rooms = [...hs.disk.rooms.values()].filter((room) => membershipOf(room, userId) === 'join');
  const told = new Set<Homeserver>();
  for (const { roomId } of rooms)
    tellOthers(hs, roomId, userId, (peer) => {
      if (!told.has(peer)) setPresence(peer, userId, presence, statusMessage);
      told.add(peer);
    });
}

/** What somebody's /sync tells of those with whom they share a room, and of themselves. */
export function presenceSince(hs: Homeserver, userId: string, since: number): JsonObject[] {
  const rooms = [...hs.disk.rooms.values()].filter((room) => membershipOf(room, userId) === 'join');
  const isSeen = (other: string): boolean => rooms.some((room) => membershipOf(room, other) === 'join');
  return [...hs.memory.presence]
    .filter(([other, { stream }]) => stream > since && (other === userId || isSeen(other)))
    .map(([other]) => ({ type: 'm.presence', sender: other, content: presenceOf(hs, other) }));
}

export function presenceOf(hs: Homeserver, userId: string): JsonObject {
  const known = hs.memory.presence.get(userId);
  if (known === undefined) return { presence: 'offline' };
  const { presence, statusMessage, at } = known;
  return {
    presence,
    last_active_ago: hs.clock.now() - at,
    ...(statusMessage === undefined ? {} : { status_msg: statusMessage }),
    ...(presence === 'online' ? { currently_active: true } : {}),
  };
}

/** What one of ours does, to the other servers in the room. */
function tellOthers(hs: Homeserver, roomId: string, userId: string, tell: (peer: Homeserver) => void): void {
  const room = hs.disk.rooms.get(roomId);
  if (room === undefined || serverOf(userId) !== hs.serverName) return;
  tellPeers(hs, room, (peer) => {
    const there = peer.disk.rooms.get(roomId);
    if (there !== undefined && isServerAllowed(there, hs.serverName)) tell(peer);
  });
}

export function receiptEvent(
  receipts: readonly { userId: string; type: string; eventId: string; ts: number; thread: string | undefined }[],
): JsonObject {
  const content: Record<string, Record<string, Record<string, JsonObject>>> = {};
  for (const { userId, type, eventId, ts, thread } of receipts) {
    const ofEvent = (content[eventId] ??= {});
    const ofType = (ofEvent[type] ??= {});
    ofType[userId] = thread === undefined ? { ts } : { ts, thread_id: thread };
  }
  return { type: 'm.receipt', content };
}

function nextEphemeralStream(hs: Homeserver): number {
  hs.disk.ephemeralStream += 1;
  return hs.disk.ephemeralStream;
}

const announceInRoom = (hs: Homeserver, roomId: string, event: JsonObject): void =>
  announce(hs, event, (service) => isRoomOfInterest(hs, service, roomId));

function announce(hs: Homeserver, event: JsonObject, isFor: (service: ApplicationService) => boolean): void {
  for (const service of hs.memory.services) {
    if (service.receivesEphemeral && isFor(service)) pushEvents(hs, service, [], [event]);
  }
  wakeWaiters(hs.memory);
}
