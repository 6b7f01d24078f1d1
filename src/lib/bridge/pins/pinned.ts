import type { EventId, MessageId } from '../../core/ids.ts';
import { isRecord } from '../../core/record.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { withItsEvent } from '../workspace/text-parts.ts';

/** State that holds what is pinned in a Matrix room. https://spec.matrix.org/v1.17/client-server-api/#mroompinned_events */
export const PINNED_EVENTS = 'm.room.pinned_events';

/** One message on both sides. Several events, or several messages, may be one: it is named by the first. */
export interface PinnedPair {
  readonly messageId: MessageId;
  readonly eventId: EventId;
  /** It was deleted on one of the sides. */
  readonly gone: boolean;
}

type Known = Pick<BridgeParts, 'store'>;

/** undefined: that message is from before the link, or of another portal. */
export async function pairOfMessage({ store }: Known, portal: Portal, id: MessageId): Promise<PinnedPair | undefined> {
  const entries = (await store.ledger.byMessage(id)).filter((entry) => isMessageOf(portal, entry));
  const entry = entries.find(({ redacted }) => !redacted) ?? entries[0];
  return entry && pairOf({ store }, portal, withItsEvent(entry).eventId);
}

/** undefined: that event is from before the link, of another room, or no message. */
export async function pairOfEvent({ store }: Known, portal: Portal, id: EventId): Promise<PinnedPair | undefined> {
  return pairOf({ store }, portal, id);
}

async function pairOf({ store }: Known, portal: Portal, eventId: EventId): Promise<PinnedPair | undefined> {
  const entry = await store.ledger.byEvent(eventId);
  if (entry === undefined || !isMessageOf(portal, entry)) return undefined;
  const snapshot = await store.ledger.snapshot(entry.messageId);
  return { messageId: entry.messageId, eventId, gone: entry.redacted || snapshot?.deleted === true };
}

const isMessageOf = (portal: Portal, entry: LedgerEntry): boolean =>
  entry.kind === 'message' && entry.portalId === portal.id;

/** The ids in the state's content, in its order; whatever else somebody wrote there is left out. */
export function pinnedIn(content: unknown): EventId[] {
  const pinned = isRecord(content) ? content['pinned'] : undefined;
  return Array.isArray(pinned) ? (pinned.filter((id) => typeof id === 'string') as EventId[]) : [];
}
