import { type RawBuilder, sql } from 'kysely';
import type { Side } from '../core/remote-error.ts';
import type { InboxRow, InboxState } from './inbox-types.ts';

/**
 * A state spelt out in the statement. The indexes cover only rows of one state, and SQLite uses such an
 * index only where the statement names that state, not where it is a parameter.
 */
export const inState = (state: InboxState): RawBuilder<string> => sql.lit(state);

/** A row's place in its lane; the spelling is that of the index. */
export const placeOf = sql<number>`coalesce(place, id)`;

export interface InboxRecord {
  id: number;
  side: string;
  lane: string;
  event_key: string;
  ref: string;
  type: string;
  place: number | null;
  body: string | null;
  state: string;
  outcome: string | null;
  parent: number | null;
  failures: number;
  late: number;
  received_at: number;
  settled_at: number | null;
}

export const inboxRow = (record: InboxRecord): InboxRow => ({
  id: record.id,
  side: record.side as Side,
  lane: record.lane,
  key: record.event_key,
  ref: record.ref,
  type: record.type,
  order: record.place ?? record.id,
  body: record.body ?? undefined,
  state: record.state as InboxState,
  outcome: record.outcome ?? undefined,
  parent: record.parent ?? undefined,
  failures: record.failures,
  late: record.late === 1,
  receivedAt: record.received_at,
  settledAt: record.settled_at ?? undefined,
});
