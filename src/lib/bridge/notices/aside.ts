import type { Side } from '../../core/remote-error.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { QuarantineEntry } from '../../store/quarantine-types.ts';
import { partsIn } from '../direct/hands.ts';
import { messageIdFor, transactionId } from '../effect-ids.ts';
import { MARKER, readEvent } from '../homeserver/event.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { SerialByKey } from '../serial.ts';
import { sayInWorkspace, sayOnMatrix } from './say.ts';
import { readMessage } from '../workspace/message.ts';

/** So many events of a room's side are told one by one; what else is set aside meanwhile is told in one line. */
const ONE_BY_ONE = 5;
const WINDOW_MS = 10 * 60 * 1000;

/** Tells people in the room where it was written that something could not be carried over. */
export interface Notices {
  tell(portal: Portal, row: InboxRow): void;
  /** Those that could not be told before, for example because the server was down. */
  tellAll(): Promise<void>;
}

interface NoticesOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly signal: AbortSignal;
  /** How long the first notices of a room hold further ones back, ms; unset: ten minutes. */
  readonly windowMs?: number | undefined;
}

/** Of one room's side: what may still be told before the window ends. */
interface Window {
  readonly endsAt: number;
  left: number;
  /** Somebody waits for its end, to tell the rest. */
  waited: boolean;
}

/** Each row is told of once: the id of a notice depends on the rows alone, so a second one is the first. */
export function createNotices({ parts, portals, signal, windowMs = WINDOW_MS }: NoticesOptions): Notices {
  const windows = new Map<string, Window>();
  const turns = new SerialByKey<string>();

  const windowOf = (key: string): Window => {
    const open = windows.get(key);
    if (open !== undefined && (open.waited || open.endsAt > parts.clock.now())) return open;
    const fresh = { endsAt: parts.clock.now() + windowMs, left: ONE_BY_ONE, waited: false };
    windows.set(key, fresh);
    return fresh;
  };
  const restLater = async (portal: Portal, side: Side, window: Window): Promise<void> => {
    window.waited = true;
    await parts.clock.sleep(Math.max(0, window.endsAt - parts.clock.now()), signal).catch(() => {});
    window.waited = false;
    if (!signal.aborted) await quietly(portal, side);
  };
  const tellSide = async (portal: Portal, side: Side): Promise<void> => {
    const window = windowOf(`${portal.id} ${side}`);
    if (window.waited) return;
    const untold = await untoldOf(parts, portal, side);
    const here = await partsIn(parts, portal);
    // Those that waited for the end of a window, or for a server, are too many to be told one by one.
    const single = untold.length > ONE_BY_ONE ? [] : untold.slice(0, window.left);
    for (const entry of single) {
      window.left -= 1;
      await (side === 'workspace' ? tellWorkspace(here, portal, entry) : tellHomeserver(here, portal, entry));
      await parts.store.quarantine.told(entry.row.id);
    }
    const rest = untold.slice(single.length);
    if (rest.length === 0) return;
    if (window.left < ONE_BY_ONE) return void restLater(portal, side, window);
    window.left = 0;
    await tellTogether(here, portal, side, rest);
    for (const { row } of rest) await parts.store.quarantine.told(row.id);
  };
  const quietly = (portal: Portal, side: Side): Promise<void> =>
    turns
      .run(`${portal.id} ${side}`, () => tellSide(portal, side))
      .catch((error: unknown) => {
        parts.log('warn', 'notice.failed', { portal: portal.name, side, reason: (error as Error).message });
      });
  return {
    tell: (portal, row) => void quietly(portal, row.side),
    async tellAll() {
      for (const portal of portals.all())
        for (const side of ['workspace', 'homeserver'] as const) await quietly(portal, side);
    },
  };
}

async function untoldOf(parts: BridgeParts, portal: Portal, side: Side): Promise<readonly QuarantineEntry[]> {
  const entries = await parts.store.quarantine.list();
  return entries.filter(
    ({ row, told }) => !told && row.side === side && row.lane === portal.lane && !isOfABridge(parts, row),
  );
}

/**
 * A notice, or a bridge's own event, never causes a notice: two bridges would talk for ever. Nor does what nobody
 * wrote, as a comparison that failed: it is there for the administrator.
 */
function isOfABridge(parts: BridgeParts, row: InboxRow): boolean {
  if (row.body === undefined) return true;
  const body: unknown = JSON.parse(row.body);
  if (row.side === 'workspace') {
    const author = readMessage(body as Record<string, unknown>)?.author.id;
    return author === undefined || author === parts.identity.workspaceBot;
  }
  const event = readEvent(body);
  if (event === undefined || event.sender === parts.identity.matrixBot) return true;
  return event.content['msgtype'] === 'm.notice' || event.content[MARKER] !== undefined;
}

async function tellWorkspace(parts: BridgeParts, portal: Portal, { row, reason }: QuarantineEntry): Promise<void> {
  const author = readMessage(JSON.parse(row.body ?? '{}') as Record<string, unknown>)?.author.username;
  const id = messageIdFor(parts.store.effectKey, portal.id, `notice:${row.id}`, 0, 0);
  if ((await parts.workspace.getMessage(id)) !== undefined) return;
  const text = `${author === undefined ? 'A' : `@${author}, a`} message could not be sent to Matrix (${reason}). It is kept for the administrator.`;
  await parts.workspace.sendMessage({ id, roomId: portal.workspaceRoomId, text });
}

async function tellHomeserver(parts: BridgeParts, portal: Portal, { row, reason }: QuarantineEntry): Promise<void> {
  const { matrixRoomId } = portal;
  const sender = readEvent(JSON.parse(row.body ?? '{}'))?.sender;
  if (matrixRoomId === undefined || sender === undefined) return;
  const actor = parts.homeserver.userId;
  const txn = transactionId(parts.store.effectKey, {
    portal: portal.id,
    source: row.ref,
    kind: 'notice',
    subject: String(row.id),
    actor,
  });
  await parts.homeserver.sendEvent(matrixRoomId, 'm.room.message', txn, {
    msgtype: 'm.notice',
    body: `This message could not be sent to Rocket.Chat (${reason}). It is kept for the administrator.`,
    'm.mentions': { user_ids: [sender] },
    'm.relates_to': { 'm.in_reply_to': { event_id: row.ref } },
    [MARKER]: { bridge: parts.identity.bridgeId, workspace: parts.identity.workspaceId },
  });
}

async function tellTogether(
  parts: BridgeParts,
  portal: Portal,
  side: Side,
  entries: readonly QuarantineEntry[],
): Promise<void> {
  const reasons = [...new Set(entries.map(({ reason }) => reason))].join(', ');
  const there = side === 'workspace' ? 'Matrix' : 'Rocket.Chat';
  const text = `${entries.length} more messages could not be sent to ${there} (${reasons}). They are kept for the administrator.`;
  const cause = `aside:${entries.map(({ row }) => row.id).join()}`;
  await (side === 'workspace' ? sayInWorkspace(parts, portal, cause, text) : sayOnMatrix(parts, portal, cause, text));
}
