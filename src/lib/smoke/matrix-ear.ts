import type { Clock } from '../core/clock.ts';
import type { EventId, MatrixRoomId, MatrixUserId } from '../core/ids.ts';
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

/** What that person's newest notice says, if it came after the event: why a bridge won't take part. */
export async function noticeAfter(
  matrix: MatrixApi,
  roomId: MatrixRoomId,
  sender: MatrixUserId,
  after: EventId,
): Promise<string | undefined> {
  const { events } = await matrix.messages(roomId, { dir: 'b', limit: PAGE });
  const newer = events.slice(0, Math.max(0, events.findIndex((event) => event['event_id'] === after)));
  const notice = newer.find((event) => event['sender'] === sender && contentOf(event)['msgtype'] === 'm.notice');
  return notice && bodyOf(notice);
}

export const bodyOf = (event: RawEvent): string | undefined => {
  const { body } = contentOf(event);
  return typeof body === 'string' ? body : undefined;
};

const contentOf = ({ content }: RawEvent): Readonly<Record<string, unknown>> => (isRecord(content) ? content : {});
