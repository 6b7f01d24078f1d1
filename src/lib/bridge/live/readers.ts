import type { EventId, MatrixRoomId, MessageId, WorkspaceUserId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import { readEvent } from '../homeserver/event.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { memberOf } from './member.ts';

/** What Rocket.Chat tells by itself is that everybody has read a message, our bot included: so it is asked. */
const ASK_EVERY_MS = 5_000;
/** Where there are no receipts it is asked so rarely whether there are some by now. */
const OFFERED_EVERY_MS = 10 * 60_000;
/** In a room in which nothing was said for so long nobody is expected to read. */
const QUIET_MS = 60 * 60_000;
/** So many rooms, those with the newest messages, are asked about each time. */
const ROOMS = 25;
const NEWEST_EVENTS = 30;
/** Somebody who has not read one of so many newest messages is not looked for. */
const NEWEST_MESSAGES = 5;
const REMEMBERED = 10_000;

const ENABLED = 'Message_Read_Receipt_Enabled';
const STORED = 'Message_Read_Receipt_Store_Users';

interface ReadersOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly signal: AbortSignal;
}

/** Shows on Matrix how far people of the workspace have read, while the bridge runs, where its plan says so. */
export async function followReaders({ parts, portals, signal }: ReadersOptions): Promise<void> {
  const shown = new Map<string, EventId>();
  let told: string | undefined;
  while (!signal.aborted) {
    let wait = ASK_EVERY_MS;
    try {
      const why = await whyNotOffered(parts);
      if (why !== told) parts.log('info', why === undefined ? 'receipts.offered' : 'receipts.not-offered', { why });
      told = why;
      const answer = why === undefined ? await showAll(parts, portals, shown) : 'not-offered';
      if (answer === 'not-offered') wait = OFFERED_EVERY_MS;
    } catch (error) {
      if (!signal.aborted) parts.log('debug', 'receipts.failed', { reason: (error as Error).message });
    }
    await parts.clock.sleep(wait, signal).catch(() => {});
  }
}

/** Both are settings of the plan: on Community they are off, whatever an administrator has chosen. */
async function whyNotOffered({ workspace }: BridgeParts): Promise<string | undefined> {
  const settings = await workspace.publicSettings([ENABLED, STORED]);
  const off = [ENABLED, STORED].find((name) => settings.get(name) !== true);
  return off === undefined ? undefined : `${off} is off, or the workspace's plan has no read receipts`;
}

async function showAll(parts: BridgeParts, portals: PortalIndex, shown: Map<string, EventId>): Promise<Answer> {
  const active = portals.all().filter(({ state }) => state === 'active');
  if (active.length === 0) return undefined;
  const { serverTime } = await parts.workspace.info();
  const { updated } = await parts.workspace.changedRooms(serverTime - QUIET_MS);
  const spoken = updated.filter(({ lastMessageAt }) => lastMessageAt > serverTime - QUIET_MS);
  const newest = spoken.toSorted((one, other) => other.lastMessageAt - one.lastMessageAt).slice(0, ROOMS);
  if (shown.size > REMEMBERED) shown.clear();
  for (const { id } of newest) {
    const portal = active.find(({ workspaceRoomId }) => workspaceRoomId === id);
    if (portal?.matrixRoomId === undefined) continue;
    if ((await showRoom(parts, portal, portal.matrixRoomId, shown)) === 'not-offered') return 'not-offered';
  }
  return undefined;
}

type Answer = 'not-offered' | undefined;

/** The newest message that somebody has read is how far they are: from there back nobody is looked at again. */
async function showRoom(
  parts: BridgeParts,
  portal: Portal,
  roomId: MatrixRoomId,
  shown: Map<string, EventId>,
): Promise<Answer> {
  const seen = new Set<WorkspaceUserId>();
  for (const { messageId, eventId } of await newestMessages(parts, portal, roomId)) {
    const receipts = await parts.workspace.readReceipts(messageId);
    if (receipts === 'not-offered') {
      parts.log('info', 'receipts.not-offered', { why: 'the workspace says so' });
      return 'not-offered';
    }
    for (const { userId } of receipts) {
      if (seen.has(userId)) continue;
      seen.add(userId);
      const key = `${portal.id} ${userId}`;
      if (shown.get(key) === eventId) continue;
      const person = await memberOf(parts, portal, await parts.store.people.byWorkspaceUser(userId));
      // Our puppets read as well, and that came from Matrix.
      if (person?.kind !== 'ghost') continue;
      await parts.homeserver.as(person.matrixUserId).sendReceipt(roomId, eventId);
      shown.set(key, eventId);
    }
  }
  return undefined;
}

/** Newest first; of a message that is several events the last one. */
async function newestMessages(
  parts: BridgeParts,
  portal: Portal,
  roomId: MatrixRoomId,
): Promise<{ messageId: MessageId; eventId: EventId }[]> {
  const { events } = await parts.homeserver.messages(roomId, { dir: 'b', limit: NEWEST_EVENTS });
  const found = new Map<MessageId, EventId>();
  for (const raw of events) {
    const event = readEvent(raw);
    const entry = event && (await parts.store.ledger.byEvent(event.id));
    if (entry?.kind !== 'message' || entry.portalId !== portal.id || entry.redacted) continue;
    if (!found.has(entry.messageId)) found.set(entry.messageId, entry.eventId);
    if (found.size === NEWEST_MESSAGES) break;
  }
  return [...found].map(([messageId, eventId]) => ({ messageId, eventId }));
}
