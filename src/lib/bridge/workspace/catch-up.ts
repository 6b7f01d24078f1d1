import type { MessageId } from '../../core/ids.ts';
import type { NewInboxRow, Tombstone } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Recorded } from '../homeserver/source.ts';
import { membersRow } from '../membership/row.ts';
import type { BridgeParts } from '../parts.ts';
import { pinsRow } from '../pins/row.ts';
import type { PortalIndex } from '../portal-index.ts';
import { roomRow } from '../room-state/row.ts';
import { rolesRow } from '../roles/row.ts';
import { readTime } from './message.ts';
import { deletionRows } from './deletions.ts';
import { messageRow, tombstoneOf } from './source.ts';

/** `_updatedAt` has several writers and is not strictly monotonic: what is read again is recognised by its key. */
const OVERLAP_MS = 60_000;

/** Name of the cursor that holds the workspace's time (ms) up to which a portal has been caught up. */
export const caughtUpTo = (portal: Pick<Portal, 'id'>): string => `caught-up:${portal.id}`;

/**
 * Reads by REST what a portal's room changed since the last completed catch-up, and records it with the
 * new cursor in one transaction. Only this moves the cursor.
 */
export async function catchUp(
  parts: BridgeParts,
  portals: PortalIndex,
  portal: Portal,
  recorded: Recorded,
): Promise<number> {
  const cursor = Number((await parts.store.cursor(caughtUpTo(portal))) ?? portals.linkedAt(portal));
  const { updated, deleted } = await parts.workspace.syncMessages(portal.workspaceRoomId, cursor - OVERLAP_MS);
  const rows: NewInboxRow[] = [];
  const tombstones: Tombstone[] = [];
  let newest = cursor;
  // What is dated in the future would hide all that comes before that from the catch-ups until then.
  const reach = (at: number): void => {
    if (at <= parts.clock.now()) newest = Math.max(newest, at);
  };
  for (const raw of updated) {
    reach(readTime(raw['_updatedAt']) ?? 0);
    const isKnown = (await parts.store.ledger.snapshot(raw['_id'] as MessageId)) !== undefined;
    // Written before the link, and only touched since: not ours to relay.
    if (!isKnown && (readTime(raw['ts']) ?? 0) < portals.linkedAt(portal)) continue;
    const pins = pinsRow(portals, raw);
    if (pins !== undefined) rows.push(pins);
    const members = await membersRow(parts, portals, raw);
    if (members !== undefined) rows.push(members);
    const room = roomRow(portals, raw);
    if (room !== undefined) rows.push(room);
    const roles = rolesRow(portals, raw);
    if (roles !== undefined) rows.push(roles);
    const row = await messageRow(parts, portals, raw, isKnown);
    if (row === undefined) continue;
    rows.push(row);
    const tombstone = tombstoneOf(row, raw);
    if (tombstone !== undefined) tombstones.push(tombstone);
  }
  for (const { id, at } of deleted) {
    reach(at);
    tombstones.push({ side: 'workspace', target: id });
  }
  rows.push(...(await deletionRows(parts, portal, deleted)));
  rows.sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
  parts.passed('catch-up:half');
  const cursors = [{ name: caughtUpTo(portal), value: String(newest) }];
  const inserted = await parts.store.inbox.record({ rows, tombstones, cursors });
  if (inserted.length > 0) {
    parts.log('info', 'workspace.caught-up', { portal: portal.name, events: inserted.length });
    recorded(portal.lane);
  }
  return inserted.length;
}
