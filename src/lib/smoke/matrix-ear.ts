import type { Clock } from '../core/clock.ts';
import type { EventId, MatrixRoomId } from '../core/ids.ts';
import { isRecord } from '../core/record.ts';
import type { MatrixApi, RawEvent } from '../matrix/types.ts';

/** Latencies on Matrix are as rough as this. */
const LOOK_EVERY_MS = 200;
/** Newest events of the room, more than anybody writes between two looks. */
const PAGE = 30;

/**
 * Waits for a message with that mark.
 * @throws the signal's reason, or RemoteError
 */
export async function listenOnMatrix(
  matrix: MatrixApi,
  roomId: MatrixRoomId,
  mark: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<EventId> {
  for (;;) {
    const { events } = await matrix.messages(roomId, { dir: 'b', limit: PAGE });
    const found = events.find((event) => bodyOf(event)?.includes(mark));
    if (typeof found?.['event_id'] === 'string') return found['event_id'] as EventId;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** The room's newest event, to tell later what is newer; undefined: the account can read none. */
export async function newestEvent(matrix: MatrixApi, roomId: MatrixRoomId): Promise<EventId | undefined> {
  const { events } = await matrix.messages(roomId, { dir: 'b', limit: 1 });
  return events[0]?.['event_id'] as EventId | undefined;
}

/** The newest notice of somebody else after that event: a bridge that won't take part says why. */
export async function noticeSince(
  matrix: MatrixApi,
  roomId: MatrixRoomId,
  since: EventId | undefined,
): Promise<string | undefined> {
  const { events } = await matrix.messages(roomId, { dir: 'b', limit: PAGE });
  const known = events.findIndex((event) => event['event_id'] === since);
  const notice = events
    .slice(0, known < 0 ? PAGE : known)
    .find((event) => event['sender'] !== matrix.userId && contentOf(event)['msgtype'] === 'm.notice');
  return notice && bodyOf(notice);
}

export const bodyOf = (event: RawEvent): string | undefined => {
  const { body } = contentOf(event);
  return typeof body === 'string' ? body : undefined;
};

const contentOf = ({ content }: RawEvent): Readonly<Record<string, unknown>> => (isRecord(content) ? content : {});
