import type { Answer, MatrixRequest } from './http.ts';
import type { Requester } from './requester.ts';
import type { Homeserver, StoredEvent } from './state.ts';

/** Synapse drops cached answers after 30 to 60 minutes. */
const cachedForMs = 30 * 60_000;
/** `event_txn_id_device_id` rows are kept for a day. */
const storedForMs = 24 * 60 * 60_000;

/**
 * Answers a repeated request as the first time. The key is the path with the user and device or, for an
 * application service, with the service alone: two of its users can't use one transaction id on one path
 * (synapse#2937). Kept in memory only; failures aren't kept.
 */
export function onceByPath(
  hs: Homeserver,
  request: MatrixRequest,
  requester: Requester,
  act: () => Promise<Answer> | Answer,
): Promise<Answer> {
  const who =
    requester.service === undefined
      ? `user\0${requester.userId}\0${requester.deviceId ?? requester.accessToken}`
      : `service\0${requester.service.id}`;
  const key = `${decodeURIComponent(request.path)}\0${who}`;
  const { answers } = hs.memory;
  const now = hs.clock.now();
  const known = answers.get(key);
  if (known !== undefined && now - known.at < cachedForMs) return known.answer;
  for (const [oldKey, old] of answers) {
    if (now - old.at < cachedForMs) break;
    answers.delete(oldKey);
  }
  const answer = (async () => act())();
  answers.set(key, { answer, at: now });
  answer.catch(() => answers.delete(key));
  return answer;
}

const keyOf = (roomId: string, userId: string, deviceId: string, transactionId: string): string =>
  [roomId, userId, deviceId, transactionId].join('\0');

/**
 * The event that was made under this transaction id by the same user and device in the room, whatever its
 * type: neither the event's type nor the path is part of this key. Survives restarts, for a day.
 */
export function storedTransaction(
  hs: Homeserver,
  requester: Requester,
  roomId: string,
  transactionId: string,
): StoredEvent | undefined {
  if (requester.deviceId === undefined) return undefined;
  const row = hs.disk.deviceTransactions.get(keyOf(roomId, requester.userId, requester.deviceId, transactionId));
  return row === undefined || hs.clock.now() - row.at >= storedForMs ? undefined : hs.disk.events.get(row.eventId);
}

export function storeTransaction(hs: Homeserver, event: StoredEvent): void {
  if (event.deviceId === undefined || event.transactionId === undefined) return;
  const rows = hs.disk.deviceTransactions;
  for (const [key, row] of rows) {
    if (hs.clock.now() - row.at < storedForMs) break;
    rows.delete(key);
  }
  const key = keyOf(event.roomId, event.sender, event.deviceId, event.transactionId);
  rows.delete(key);
  rows.set(key, { eventId: event.eventId, at: hs.clock.now() });
}
