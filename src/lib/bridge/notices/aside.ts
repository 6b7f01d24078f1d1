import type { InboxRow, Portal, QuarantineEntry } from '../../store/types.ts';
import { partsIn } from '../direct/hands.ts';
import { messageIdFor, transactionId } from '../effect-ids.ts';
import { MARKER, readEvent } from '../homeserver/event.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { readMessage } from '../workspace/message.ts';

/** Tells people in the room where it was written that something could not be carried over. */
export interface Notices {
  tell(portal: Portal, row: InboxRow): void;
  /** Those that could not be told before, for example because the server was down. */
  tellAll(): Promise<void>;
}

/** Once per row: the id of the notice depends on the row alone, so a second one is the first. */
export function createNotices(parts: BridgeParts, portals: PortalIndex): Notices {
  const tell = async (portal: Portal, row: InboxRow): Promise<void> => {
    const entry = await parts.store.quarantine.get(row.id);
    if (entry === undefined || entry.told || isOfABridge(parts, row)) return;
    const here = await partsIn(parts, portal);
    await (row.side === 'workspace' ? tellWorkspace(here, portal, entry) : tellHomeserver(here, portal, entry));
    await parts.store.quarantine.told(row.id);
  };
  const tellQuietly = async (portal: Portal, row: InboxRow): Promise<void> => {
    try {
      await tell(portal, row);
    } catch (error) {
      parts.log('warn', 'notice.failed', { ref: row.ref, reason: (error as Error).message });
    }
  };
  return {
    tell: (portal, row) => void tellQuietly(portal, row),
    async tellAll() {
      for (const { row, told } of await parts.store.quarantine.list()) {
        const portal = portals.ofLane(row.lane);
        if (!told && portal !== undefined) await tellQuietly(portal, row);
      }
    },
  };
}

/** A notice, or a bridge's own event, never causes a notice: two bridges would talk for ever. */
function isOfABridge(parts: BridgeParts, row: InboxRow): boolean {
  if (row.body === undefined) return true;
  const body: unknown = JSON.parse(row.body);
  if (row.side === 'workspace') {
    return readMessage(body as Record<string, unknown>)?.author.id === parts.identity.workspaceBot;
  }
  const event = readEvent(body);
  return event === undefined || event.content['msgtype'] === 'm.notice' || event.content[MARKER] !== undefined;
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
