import type { EventId, MatrixUserId } from '../core/ids.ts';
import { prepareQuery } from './prepared-query.ts';
import type { Executor, Schema, StoreDatabase } from './schema.ts';
import type { PollEntry, Polls } from './ledger-types.ts';

type PollRow = Schema['poll_entries'];

export const pollEntry = (row: PollRow): PollEntry => ({
  portalId: row.portal_id,
  pollId: row.poll_id as EventId,
  eventId: row.event_id as EventId,
  kind: row.kind as PollEntry['kind'],
  sender: row.sender as MatrixUserId,
  ts: row.ts,
  content: row.content,
});

export function pollsOf({ kysely }: StoreDatabase): Polls {
  const byEvent = prepareQuery<{ eventId: EventId }, PollRow>(kysely, (slot) =>
    kysely.selectFrom('poll_entries').selectAll().where('event_id', '=', slot('eventId')),
  );
  const of = prepareQuery<{ pollId: EventId }, PollRow>(kysely, (slot) =>
    kysely
      .selectFrom('poll_entries')
      .selectAll()
      .where('poll_id', '=', slot('pollId'))
      .orderBy('ts')
      .orderBy('event_id'),
  );
  return {
    async byEvent(eventId) {
      const [row] = (await byEvent({ eventId })).rows;
      return row && pollEntry(row);
    },
    of: async (pollId) => (await of({ pollId })).rows.map(pollEntry),
  };
}

/** The writes that a settle makes in its transaction. What is there already stays as it is. */
export async function writePollEntries(entries: readonly PollEntry[], on: Executor): Promise<void> {
  for (const { portalId, pollId, eventId, kind, sender, ts, content } of entries) {
    await on
      .insertInto('poll_entries')
      .values({ event_id: eventId, portal_id: portalId, poll_id: pollId, kind, sender, ts, content })
      .onConflict((conflict) => conflict.column('event_id').doNothing())
      .execute();
  }
}

/** A redacted vote, edit or end is none; with a redacted poll all of it goes. */
export async function dropPollEntries(redacted: readonly EventId[], on: Executor): Promise<void> {
  if (redacted.length === 0) return;
  await on
    .deleteFrom('poll_entries')
    .where((eb) => eb.or([eb('event_id', 'in', redacted), eb('poll_id', 'in', redacted)]))
    .execute();
}
