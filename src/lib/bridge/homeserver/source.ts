import type { MatrixUserId } from '../../core/ids.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import { MEMBERSHIP_ROW, membershipRow } from '../direct/invite.ts';
import { contentHash } from '../effect-ids.ts';
import { invitationsIn } from '../invitations/received.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { matrixRolesRow } from '../roles/row.ts';
import { type MatrixEvent, readEvent } from './event.ts';
import { isRelayed } from './relayed-types.ts';

/**
 * What of a room event is recorded. undefined: nothing, because it is our own, or because its room is not
 * federated (should it be linked this very moment, the gap check that follows finds the event).
 */
export function inboxRowOf(
  parts: Pick<BridgeParts, 'identity'>,
  portals: PortalIndex,
  raw: unknown,
): NewInboxRow | undefined {
  const event = readEvent(raw);
  if (event === undefined) return malformedRow(raw);
  if (isOurs(parts, event.sender)) return undefined;
  const portal = portals.ofMatrixRoom(event.roomId);
  const ofDirect = event.type === MEMBERSHIP_ROW ? membershipRow(parts, portal, raw) : undefined;
  if (ofDirect !== undefined || portal === undefined) return ofDirect;
  const common = { side: 'homeserver', lane: portal.lane, key: event.id, ref: event.id, type: event.type } as const;
  if (!isRelayed(event)) return { ...common, body: '', settledAs: 'ignored' };
  return { ...common, body: JSON.stringify(raw) };
}

/** Kept with what it holds, so that `federation trace` can show it; it must never be answered with an error. */
function malformedRow(raw: unknown): NewInboxRow {
  const id = (raw as { event_id?: unknown } | null | undefined)?.event_id;
  const body = JSON.stringify(raw) ?? 'null';
  const key = typeof id === 'string' && id !== '' && id.length <= 255 ? id : `malformed:${contentHash(body)}`;
  return { side: 'homeserver', lane: 'malformed', key, ref: key, type: 'malformed', body, settledAs: 'malformed' };
}

/** The bot, or a name in our exclusive namespace: nobody else can have one. */
function isOurs({ identity }: Pick<BridgeParts, 'identity'>, sender: MatrixUserId): boolean {
  if (sender === identity.matrixBot) return true;
  const domain = `:${identity.serverName}`;
  return identity.prefix !== '' && sender.startsWith(`@${identity.prefix}`) && sender.endsWith(domain);
}

/** Called for each lane in which something new was recorded. */
export type Recorded = (lane: string) => void;

/**
 * Records a transaction of the homeserver: one SQL transaction, unique by event id, before the answer.
 * Rejects only when the store does: the homeserver then sends it again.
 */
export function createHomeserverSource(parts: BridgeParts, portals: PortalIndex, recorded: Recorded) {
  return {
    async onTransaction(transactionId: string, events: readonly unknown[]): Promise<void> {
      const rows: NewInboxRow[] = [];
      for (const raw of events) {
        const row = inboxRowOf(parts, portals, raw);
        if (row === undefined || (await isGhostWithoutPrefix(parts, raw))) continue;
        rows.push(row);
        const roles = matrixRolesRow(portals, raw);
        if (roles !== undefined) rows.push(roles);
      }
      const cursors = invitationsIn(parts, events);
      if (rows.length === 0 && cursors.length === 0) return;
      parts.passed('record:before-commit');
      const inserted = await parts.store.inbox.record({ rows, cursors });
      parts.passed('record:committed');
      parts.log('debug', 'transaction.recorded', { transactionId, events: events.length, new: inserted.length });
      for (const lane of new Set(inserted.map((row) => row.lane))) recorded(lane);
    },
  };
}

/** Where the prefix is empty, a ghost is told by the store alone. */
async function isGhostWithoutPrefix(parts: BridgeParts, raw: unknown): Promise<boolean> {
  if (parts.identity.prefix !== '') return false;
  const event: MatrixEvent | undefined = readEvent(raw);
  return event !== undefined && (await parts.store.people.byMatrixUser(event.sender))?.kind === 'ghost';
}
