import { isDeepStrictEqual } from 'node:util';
import type { EventId, MatrixRoomId } from '../../core/ids.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import { MARKER, readEvent } from './event.ts';

const PAGE = 100;
/** Bounds the search: a room in which more was said since then is searched no further. */
const PAGES = 200;

interface Sought {
  readonly txn: string;
  readonly marker: unknown;
  /** When the row was recorded, ms: the event can't be older than its page. */
  readonly since: number;
}

/**
 * Did that send land? Read as the same user, the homeserver shows the transaction id with which an event
 * was sent, for as long as the event lives; our marker tells it too.
 */
export async function findSent(speaker: MatrixApi, roomId: MatrixRoomId, sought: Sought): Promise<EventId | undefined> {
  let from: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const { events, end } = await speaker.messages(roomId, {
      dir: 'b',
      limit: PAGE,
      ...(from === undefined ? {} : { from }),
    });
    let oldest = Number.POSITIVE_INFINITY;
    for (const raw of events) {
      const event = readEvent(raw);
      if (event === undefined) continue;
      const unsigned = raw['unsigned'] as Record<string, unknown> | undefined;
      const isSame = unsigned?.['transaction_id'] === sought.txn;
      const isMarked = event.sender === speaker.userId && isDeepStrictEqual(event.content[MARKER], sought.marker);
      if (isSame || isMarked) return event.id;
      // People's own events carry their server's time; ours may carry Rocket.Chat's, which is older.
      if (event.sender !== speaker.userId) oldest = Math.min(oldest, event.at);
    }
    if (end === undefined || (oldest !== Number.POSITIVE_INFINITY && oldest < sought.since - 60 * 60 * 1000))
      return undefined;
    from = end;
  }
  return undefined;
}
