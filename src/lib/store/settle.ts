import { inState } from './inbox-row.ts';
import { writeAgreed } from './agreed.ts';
import { effectForgetter } from './effects.ts';
import { leaseGuard } from './leases.ts';
import { ledgerWrites } from './ledger.ts';
import { writePins } from './pins.ts';
import { type PreparedQuery, prepareQuery } from './prepared-query.ts';
import { dropPollEntries, writePollEntries } from './polls.ts';
import { writeReactions } from './reactions.ts';
import type { Executor, StoreDatabase } from './schema.ts';
import { inTransaction } from './transaction.ts';
import type { Inbox, InboxId } from './inbox-types.ts';
import { LeaseLostError, type Settlement } from './settlement-types.ts';

interface Finish {
  id: InboxId;
  state: string;
  outcome: string | null;
  parent: InboxId | null;
  settledAt: number | null;
}

export function settlingOf(database: StoreDatabase): Pick<Inbox, 'settle' | 'fail'> {
  const guard = leaseGuard(database);
  const settleRow = rowSettler(database);
  return {
    settle: (settlement) =>
      inTransaction(database, async (on) => {
        await guard(settlement.lease, on);
        await settleRow(settlement, on);
      }),
    fail: (id, lease) =>
      inTransaction(database, async (on) => {
        await guard(lease, on);
        const row = await on
          .updateTable('inbox')
          .set((eb) => ({ failures: eb('failures', '+', 1) }))
          .where('id', '=', id)
          .where('state', '=', inState('pending'))
          .returning('failures')
          .executeTakeFirst();
        if (row === undefined) throw notPending(id);
        return row.failures;
      }),
  };
}

const notPending = (id: InboxId): LeaseLostError =>
  new LeaseLostError(`Row ${id} is not pending any more: another process or an operator has settled it.`);

/**
 * Ends a pending row. A row to be folded into one that is no longer set aside stays as it is: its lane
 * takes it again and decides anew.
 */
function rowSettler(database: StoreDatabase): (settlement: Settlement, on: Executor) => Promise<void> {
  const { clock } = database;
  const finish = finisher(database);
  const ledger = ledgerWrites(database);
  const forget = effectForgetter(database);
  return async (settlement, on) => {
    const { inboxId: id, outcome, aside } = settlement;
    const parent = settlement.foldInto === undefined ? null : await asideRoot(database, settlement.foldInto, on);
    if (parent === undefined) return;
    const state = aside ? 'aside' : parent === null ? 'done' : 'folded';
    const settledAt = state === 'done' ? clock.now() : null;
    const { changed } = await finish({ id, state, outcome, parent, settledAt }, on);
    if (changed !== 1) throw notPending(id);
    if (aside) await setAside(id, aside, clock.now(), on);
    for (const entry of settlement.ledger ?? []) await ledger.enter(entry, on);
    for (const eventId of settlement.redacted ?? []) await ledger.redact(eventId, on);
    for (const snapshot of settlement.snapshots ?? []) await ledger.remember(snapshot, on);
    await writeReactions({ added: settlement.reactions ?? [], removed: settlement.unreacted ?? [] }, on);
    if (settlement.pins !== undefined) await writePins(settlement.pins, on);
    if (settlement.agreed !== undefined) await writeAgreed(settlement.agreed, on);
    await writePollEntries(settlement.pollEntries ?? [], on);
    await dropPollEntries(settlement.redacted ?? [], on);
    await ledger.bury(settlement.tombstones ?? [], on);
    for (const effect of settlement.forgetEffects ?? []) await forget(effect, on);
  };
}

function finisher({ kysely }: StoreDatabase): PreparedQuery<Finish, unknown> {
  return prepareQuery(kysely, (slot) =>
    kysely
      .updateTable('inbox')
      .set({
        state: slot('state'),
        outcome: slot('outcome'),
        parent: slot('parent'),
        settled_at: slot('settledAt'),
      })
      .where('id', '=', slot('id'))
      .where('state', '=', inState('pending')),
  );
}

/**
 * The row set aside that a fold hangs on; undefined: it is not aside any more. Folds always hang on the
 * row set aside itself, so from a folded one a single step up is enough. On PostgreSQL the row stays
 * locked, so that nobody retries or drops it before the fold is committed.
 */
async function asideRoot({ engine }: StoreDatabase, id: InboxId, on: Executor): Promise<InboxId | undefined> {
  const read = (rowId: InboxId) =>
    on
      .selectFrom('inbox')
      .select(['id', 'state', 'parent'])
      .where('id', '=', rowId)
      .$if(engine === 'postgres', (locking) => locking.forUpdate())
      .executeTakeFirst();
  const row = await read(id);
  const root = row?.state === 'folded' && row.parent !== null ? await read(row.parent) : row;
  return root?.state === 'aside' ? root.id : undefined;
}

/** A row that was set aside before keeps whether its sender was told. */
async function setAside(
  id: InboxId,
  { reason, detail }: { reason: string; detail: string },
  at: number,
  on: Executor,
): Promise<void> {
  await on
    .insertInto('quarantine')
    .values({ inbox_id: id, reason, detail, at, told: 0 })
    .onConflict((conflict) => conflict.column('inbox_id').doUpdateSet({ reason, detail, at }))
    .execute();
}
