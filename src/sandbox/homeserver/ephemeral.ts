import { isRoomOfInterest } from './interest.ts';
import type { JsonObject } from './json.ts';
import { pushEvents } from './sender.ts';
import { type Homeserver, type Room, wakeWaiters } from './state.ts';

/** Users typing in a room now. */
export function typingIn(hs: Homeserver, roomId: string): string[] {
  const now = hs.clock.now();
  return [...(hs.memory.typing.get(roomId)?.users ?? [])].filter(([, until]) => until > now).map(([userId]) => userId);
}

/** `timeoutMs` 0 stops typing. */
export function setTyping(hs: Homeserver, roomId: string, userId: string, timeoutMs: number): void {
  const typing = hs.memory.typing.get(roomId) ?? { users: new Map<string, number>(), stream: 0 };
  if (timeoutMs > 0) typing.users.set(userId, hs.clock.now() + timeoutMs);
  else typing.users.delete(userId);
  typing.stream = nextEphemeralStream(hs);
  hs.memory.typing.set(roomId, typing);
  announce(hs, roomId, { type: 'm.typing', room_id: roomId, content: { user_ids: typingIn(hs, roomId) } });
  if (timeoutMs <= 0) return;
  const expire = (): void => {
    const until = typing.users.get(userId);
    if (until !== undefined && until <= hs.clock.now()) setTyping(hs, roomId, userId, 0);
  };
  void hs.clock.sleep(timeoutMs, hs.memory.life.signal).then(expire, () => undefined);
}

export function setReceipt(
  hs: Homeserver,
  room: Room,
  receipt: { userId: string; type: string; eventId: string; thread: string | undefined },
): void {
  const ts = hs.clock.now();
  const key = [receipt.userId, receipt.type, receipt.thread ?? ''].join('\0');
  room.receipts.set(key, { ...receipt, ts, stream: nextEphemeralStream(hs) });
  if (receipt.type !== 'm.read.private')
    announce(hs, room.roomId, { room_id: room.roomId, ...receiptEvent([{ ...receipt, ts }]) });
  else wakeWaiters(hs.memory);
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

function announce(hs: Homeserver, roomId: string, event: JsonObject): void {
  for (const service of hs.memory.services) {
    if (isRoomOfInterest(hs, service, roomId)) pushEvents(hs, service, [], [event]);
  }
  wakeWaiters(hs.memory);
}
