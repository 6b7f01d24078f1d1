import { isDeepStrictEqual } from 'node:util';
import type { EventId, MatrixRoomId, MessageId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { WorkspacePinsChanged } from '../events.ts';
import type { Work } from '../homeserver/acting.ts';
import { MARKER, readEvent } from '../homeserver/event.ts';
import { contentReplacedBy } from '../homeserver/replaced-state.ts';
import { sayInWorkspace } from '../notices/say.ts';
import { tellOnce } from '../notices/once.ts';
import type { Outcome } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { intend, intentOf } from './intent.ts';
import { PINNED_EVENTS, pairOfEvent, pinnedIn } from './pinned.ts';

/** So often somebody else may change the same state at the same moment before the last one counts. */
const TRIES = 5;
/** Our own change is among so many newest events, or others have changed the room since. */
const LOOK_BACK = 50;

/** The bot changes what is pinned in the Matrix room; every other pin stays as it is. */
export async function pinOnMatrix(
  { parts, portal, roomId, row, how }: Work,
  event: WorkspacePinsChanged,
): Promise<Outcome> {
  const pinned = event.pinned.map(({ messageId }) => messageId);
  const done: Outcome = { outcome: 'relayed', pins: { portalId: portal.id, pinned, unpinned: event.unpinned } };
  const { bridgeId: bridge, workspaceId: workspace } = parts.identity;
  const marker = { bridge, workspace, pins: row.id };
  if (how.mayHaveActed && (await wasWritten(parts, roomId, marker))) {
    // Somebody may have changed it since, and the row of that may have been compared with what was not settled.
    await lookAgain(parts, portal, row, roomId);
    // What was written then, not what is wanted by now: a change since then has a row of its own.
    return { ...done, pins: { portalId: portal.id, ...(await intentOf(parts, row)) } };
  }
  await intend(parts, row, { pinned, unpinned: event.unpinned });
  const content = (await parts.homeserver.state(roomId, PINNED_EVENTS, '')) ?? {};
  let seen = pinnedIn(content);
  let wanted = await changed(parts, portal, seen, event);
  try {
    for (let tries = 0; tries < TRIES && !isDeepStrictEqual(wanted, seen); tries += 1) {
      parts.passed('apply:before-act');
      const next = { ...content, pinned: wanted, [MARKER]: marker };
      const eventId = await parts.homeserver.sendState(roomId, PINNED_EVENTS, '', next);
      parts.passed('apply:acted');
      const replaced = await contentReplacedBy(parts, roomId, eventId, PINNED_EVENTS);
      if (replaced === undefined) break;
      const merged = withChange(wanted, seen, pinnedIn(replaced));
      seen = wanted;
      wanted = merged;
    }
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 403) throw error;
    await tellThatItMayNot(parts, portal, error.inShort);
    return { outcome: 'may not pin on Matrix' };
  }
  return done;
}

/** A row that has what is pinned on Matrix compared again; a second one is the first. */
async function lookAgain(parts: BridgeParts, portal: Portal, row: InboxRow, roomId: MatrixRoomId): Promise<void> {
  const key = `pins:${row.id}`;
  const event = { event_id: key, room_id: roomId, sender: parts.homeserver.userId, type: PINNED_EVENTS, content: {} };
  const again = { side: 'homeserver', lane: portal.lane, key, ref: row.ref, type: PINNED_EVENTS } as const;
  await parts.store.inbox.record({ rows: [{ ...again, body: JSON.stringify({ ...event, state_key: '' }) }] });
}

/** Whether that row's own change is in the room's history. */
async function wasWritten(parts: BridgeParts, roomId: MatrixRoomId, marker: object): Promise<boolean> {
  const { events } = await parts.homeserver.messages(roomId, { dir: 'b', limit: LOOK_BACK });
  return events.some((raw) => {
    const read = readEvent(raw);
    return (
      read?.type === PINNED_EVENTS &&
      read.sender === parts.homeserver.userId &&
      isDeepStrictEqual(read.content[MARKER], marker)
    );
  });
}

async function changed(
  parts: BridgeParts,
  portal: Portal,
  listed: readonly EventId[],
  { pinned, unpinned }: WorkspacePinsChanged,
): Promise<EventId[]> {
  const gone = new Set<MessageId>(unpinned);
  const kept: EventId[] = [];
  const there = new Set<MessageId>();
  for (const id of listed) {
    const messageId = (await pairOfEvent(parts, portal, id))?.messageId;
    if (messageId !== undefined && gone.has(messageId)) continue;
    if (messageId !== undefined) there.add(messageId);
    kept.push(id);
  }
  return [...kept, ...pinned.flatMap(({ messageId, eventId }) => (there.has(messageId) ? [] : [eventId]))];
}

/** What somebody changed from `from` to `to`, done to `list` as well. */
function withChange(list: readonly EventId[], from: readonly EventId[], to: readonly EventId[]): EventId[] {
  const added = to.filter((id) => !from.includes(id) && !list.includes(id));
  return [...list.filter((id) => to.includes(id) || !from.includes(id)), ...added];
}

async function tellThatItMayNot(parts: BridgeParts, portal: Portal, reason: string): Promise<void> {
  const cause = 'pins-not-allowed-on-matrix';
  const bot = parts.homeserver.userId;
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.pins', { portal: portal.name, cause, reason });
    const why = `Pins do not appear on Matrix: ${bot} may not change them in the room there.`;
    const cure = 'Somebody with the power to do so can give it power level 50.';
    await sayInWorkspace(parts, portal, cause, `${why} ${cure}`);
  });
}
