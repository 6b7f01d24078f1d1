import { prepareQuery } from './prepared-query.ts';
import type { StoreDatabase } from './schema.ts';
import { inTransaction } from './transaction.ts';
import type { Attempt, Attempts } from './inbox-types.ts';

interface AttemptRow {
  id: number;
  inbox_id: number;
  step: string;
  started_at: number;
  ended_at: number | null;
  answer: string | null;
  detail: string | null;
}

const attempt = (row: AttemptRow): Attempt => ({
  id: row.id,
  inboxId: row.inbox_id,
  step: row.step,
  startedAt: row.started_at,
  endedAt: row.ended_at ?? undefined,
  answer: row.answer ?? undefined,
  detail: row.detail ?? undefined,
});

export function attemptsOf(database: StoreDatabase): Attempts {
  const { kysely, clock } = database;
  const insert = prepareQuery<Pick<AttemptRow, 'inbox_id' | 'step' | 'started_at' | 'detail'>, { id: number }>(
    kysely,
    (slot) =>
      kysely
        .insertInto('attempts')
        .values({
          inbox_id: slot('inbox_id'),
          step: slot('step'),
          started_at: slot('started_at'),
          detail: slot('detail'),
        })
        .returning('id'),
  );
  return {
    async begin(inboxId, step, detail) {
      const values = { inbox_id: inboxId, step, started_at: clock.now(), detail: detail ?? null };
      const { rows } = await inTransaction(database, (on) => insert(values, on));
      return (rows[0] as { id: number }).id;
    },
    async end(id, answer, detail) {
      const change = { ended_at: clock.now(), answer, ...(detail !== undefined && { detail }) };
      await inTransaction(database, (on) => on.updateTable('attempts').set(change).where('id', '=', id).execute());
    },
    async of(inboxId) {
      const rows = await kysely
        .selectFrom('attempts')
        .selectAll()
        .where('inbox_id', '=', inboxId)
        .orderBy('id')
        .execute();
      return rows.map(attempt);
    },
    async open(inboxId, step) {
      const row = await kysely
        .selectFrom('attempts')
        .selectAll()
        .where('inbox_id', '=', inboxId)
        .where('step', '=', step)
        .where('ended_at', 'is', null)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && attempt(row);
    },
  };
}
