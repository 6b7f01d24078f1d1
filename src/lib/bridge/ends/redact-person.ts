import type { EventId } from '../../core/ids.ts';
import type { Somebody } from '../../store/personal-types.ts';
import type { NewInboxRow } from '../../store/inbox-types.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { Portal, PortalId } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { deletionRow } from '../workspace/source.ts';
import { redactAs, refusal } from './erase-messages.ts';

/** So many deletions wait at a time: what people say meanwhile is not kept behind a lifetime of messages. */
const AT_ONCE = 100;
const LOOK_MS = 200;

interface Redacting {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly wake: (lane: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Takes back on Matrix what somebody of the workspace wrote in rooms that are bridged: each message as if it had been
 * deleted by itself, which the lanes do in their turn and after a crash as well. A direct message is gone in
 * Rocket.Chat with its person, and nobody can read there what came before: those are redacted at once. Resolves when
 * none is left to be done; those that were set aside are told of as others are.
 */
export async function redactAllOf({ parts, portals, wake, signal }: Redacting, who: Somebody): Promise<void> {
  let after: EventId | undefined;
  while (!signal.aborted) {
    const page = await parts.store.personal.written(who, { after, limit: AT_ONCE, standing: true });
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.eventId;
    await redactInDirects(parts, portals, who, page);
    const rows = rowsFor(parts, portals, page);
    await parts.store.inbox.record({
      rows,
      tombstones: rows.map(({ ref }) => ({ side: 'workspace', target: ref })),
    });
    for (const lane of new Set(rows.map((row) => row.lane))) wake(lane);
    for (const { key } of rows) await settled(parts, key, signal);
  }
}

const activeOf = (portals: PortalIndex, id: PortalId): Portal | undefined =>
  portals.all().find((portal) => portal.id === id && portal.state === 'active');

async function redactInDirects(
  parts: BridgeParts,
  portals: PortalIndex,
  who: Somebody,
  entries: readonly LedgerEntry[],
): Promise<void> {
  for (const entry of entries) {
    const portal = activeOf(portals, entry.portalId);
    if (portal?.direct === undefined) continue;
    const reason = await refusal(redactAs(parts, portal, who, entry.eventId));
    if (reason !== undefined) parts.log('warn', 'redaction.refused', { portal: portal.name, reason });
    await parts.store.personal.bury([entry]);
  }
}

function rowsFor({ clock }: BridgeParts, portals: PortalIndex, entries: readonly LedgerEntry[]): NewInboxRow[] {
  const rows = new Map<string, NewInboxRow>();
  for (const { portalId, messageId, kind } of entries) {
    const portal = activeOf(portals, portalId);
    if (kind !== 'message' || portal === undefined || portal.direct !== undefined) continue;
    rows.set(messageId, deletionRow(portal.lane, messageId, clock.now()));
  }
  return [...rows.values()];
}

async function settled({ store, clock }: BridgeParts, key: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const row = await store.inbox.byKey('workspace', key);
    if (row?.state !== 'pending') return;
    await clock.sleep(LOOK_MS, signal).catch(() => {});
  }
}
