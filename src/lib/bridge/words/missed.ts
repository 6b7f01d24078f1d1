import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { wordRow } from './word-row.ts';

/** Name of the cursor that holds the workspace's time (ms) up to which the bot's direct messages have been read. */
const WORDS_SEEN = 'words-seen';
/** Writes take effect some moments after their stamp. */
const OVERLAP_MS = 90_000;

/**
 * What was written to the bot in direct messages while nobody listened. Federated rooms are caught up on with
 * everything else that is said there.
 */
export async function recordMissedWords(parts: BridgeParts, portals: PortalIndex): Promise<void> {
  const { serverTime } = await parts.workspace.info();
  const seen = await parts.store.cursor(WORDS_SEEN);
  const cursors = [{ name: WORDS_SEEN, value: String(serverTime) }];
  // What was written before there was a bridge is nobody's to answer.
  const since = seen === undefined ? serverTime : Number(seen) - OVERLAP_MS;
  const rows: NewInboxRow[] = [];
  const { updated } = await parts.workspace.changedRooms(since);
  for (const room of updated.filter(({ type }) => type === 'd')) {
    for (const raw of (await parts.workspace.syncMessages(room.id, since)).updated) {
      const row = await wordRow(parts, portals, raw);
      if (row?.order !== undefined && row.order >= since) rows.push(row);
    }
  }
  await parts.store.inbox.record({ rows, cursors });
}
