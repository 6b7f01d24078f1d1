import { inboxRow, inState } from './inbox-row.ts';
import type { Executor, StoreDatabase } from './schema.ts';
import { inTransaction } from './transaction.ts';
import type { InboxId } from './inbox-types.ts';
import type { Quarantine, QuarantineEntry } from './quarantine-types.ts';

const entries = (on: Executor) =>
  on
    .selectFrom('quarantine')
    .innerJoin('inbox', 'inbox.id', 'quarantine.inbox_id')
    .selectAll('inbox')
    .select(['quarantine.reason', 'quarantine.detail', 'quarantine.at', 'quarantine.told'])
    .where('inbox.state', '=', inState('aside'));

type EntryRow = Awaited<ReturnType<ReturnType<typeof entries>['executeTakeFirstOrThrow']>>;

const entry = ({ reason, detail, at, told, ...row }: EntryRow): QuarantineEntry => ({
  row: inboxRow(row),
  reason,
  detail,
  at,
  told: told === 1,
});

export function quarantineOf(database: StoreDatabase): Quarantine {
  const { kysely, clock } = database;
  return {
    list: async () => (await entries(kysely).orderBy('quarantine.at').orderBy('inbox.id').execute()).map(entry),
    async get(id) {
      const row = await entries(kysely).where('inbox.id', '=', id).executeTakeFirst();
      return row && entry(row);
    },
    retry: (id) =>
      release(database, id, {
        state: 'pending',
        outcome: null,
        parent: null,
        failures: 0,
        late: 1,
        settled_at: null,
      }),
    drop: (id) => release(database, id, { state: 'done', outcome: 'dropped', settled_at: clock.now() }),
    async told(id) {
      await kysely.updateTable('quarantine').set({ told: 1 }).where('inbox_id', '=', id).execute();
    },
  };
}

interface Released {
  state: 'pending' | 'done';
  outcome: string | null;
  parent?: null;
  failures?: 0;
  late?: 1;
  settled_at: number | null;
}

/** Takes a row and those folded into it out of the quarantine, in one transaction. False: it is not aside. */
function release(database: StoreDatabase, id: InboxId, change: Released): Promise<boolean> {
  return inTransaction(database, async (on) => {
    const { numUpdatedRows } = await on
      .updateTable('inbox')
      .set(change)
      .where('id', '=', id)
      .where('state', '=', inState('aside'))
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) return false;
    await on.updateTable('inbox').set(change).where('parent', '=', id).where('state', '=', inState('folded')).execute();
    return true;
  });
}
