import type { EventId, MatrixRoomId } from '../../core/ids.ts';
import type { RawEvent } from '../../matrix/types.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { matrixRolesRow } from '../roles/row.ts';
import { readEvent } from './event.ts';
import { type Recorded, inboxRowOf } from './source.ts';

const PAGE = 100;
/** Events from before the link are nobody's gap; their time is their own server's, so leave room for its clock. */
const CLOCK_MARGIN_MS = 24 * 60 * 60 * 1000;

/** Name of the cursor that holds the newest event up to which a portal is known to be whole. */
export const wholeUpTo = (portal: Portal): string => `whole:${portal.id}`;

/** The newest event of the room now: what comes after it is ours to relay. */
export async function newestEvent(parts: BridgeParts, roomId: MatrixRoomId): Promise<EventId | undefined> {
  const { events } = await parts.homeserver.messages(roomId, { dir: 'b', limit: 1 });
  const id = events[0]?.['event_id'];
  return typeof id === 'string' ? (id as EventId) : undefined;
}

/**
 * Finds what the homeserver never pushed: pages `/messages` back to the newest event of the last time and
 * records what is missing, in the homeserver's own order. The caller keeps the portal's rows waiting, and fills one
 * gap of a lane after the other.
 * Answers how many were missing.
 *
 * @param room the portal whose Matrix room is read. A direct message has older ones, whose events go its lane.
 */
export async function fillGap(
  parts: BridgeParts,
  portals: PortalIndex,
  portal: Portal,
  recorded: Recorded,
  room = portal,
): Promise<number> {
  if (room.matrixRoomId === undefined) return 0;
  const known = await parts.store.cursor(wholeUpTo(room));
  const lastId = await parts.store.inbox.lastId();
  const found = await eventsSince(parts, room, room.matrixRoomId, known as EventId | undefined);
  const newest = found[0]?.['event_id'];
  if (typeof newest !== 'string' || newest === known) return 0;
  const rows: NewInboxRow[] = [];
  for (const raw of found.toReversed()) {
    const row = inboxRowOf(parts, portals, raw);
    if (row === undefined) continue;
    rows.push(row);
    const roles = matrixRolesRow(portals, raw);
    if (roles !== undefined) rows.push(roles);
  }
  parts.passed('gap:half');
  const missing = await parts.store.inbox.recordGap(portal.lane, { ordered: rows, lastId }, [
    { name: wholeUpTo(room), value: newest },
  ]);
  // Who came to a direct message and who left it is not its portal's own to act on.
  const elsewhere = new Set(rows.map(({ lane }) => lane).filter((lane) => lane !== portal.lane));
  for (const lane of missing > 0 ? elsewhere : []) recorded(lane);
  if (missing > 0) parts.log('info', 'gap.filled', { portal: portal.name, room: room.matrixRoomId, missing });
  return missing;
}

/**
 * Newest first. An event's time says little of its place: its sender's server chose it, and other bridges give old
 * times to what they bring along. Only a page full of old ones is from before the link.
 */
async function eventsSince(
  parts: BridgeParts,
  portal: Portal,
  roomId: MatrixRoomId,
  known: EventId | undefined,
): Promise<readonly RawEvent[]> {
  const isOld = (raw: RawEvent): boolean => {
    const { at } = readEvent(raw) ?? { at: 0 };
    return at > 0 && at < portal.createdAt - CLOCK_MARGIN_MS;
  };
  const found: RawEvent[] = [];
  let from: string | undefined;
  for (;;) {
    const page = await parts.homeserver.messages(roomId, {
      dir: 'b',
      limit: PAGE,
      ...(from === undefined ? {} : { from }),
    });
    for (const raw of page.events) {
      if (known !== undefined && readEvent(raw)?.id === known) return found;
      found.push(raw);
    }
    // The event that was known is not there any more.
    if (page.end === undefined || page.events.every(isOld)) return found.filter((raw) => !isOld(raw));
    from = page.end;
  }
}
