import type { Side } from '../core/remote-error.ts';
import { writeCursors } from './cursors.ts';
import { inState, placeOf } from './inbox-row.ts';
import { ledgerWrites } from './ledger.ts';
import { type PreparedQuery, prepareQuery } from './prepared-query.ts';
import type { Executor, StoreDatabase } from './schema.ts';
import { inTransaction } from './transaction.ts';
import type { Inbox, InboxId, Lane, NewInboxRow, RecordBatch } from './inbox-types.ts';

/** Rows of one insert: far under both engines' limits on parameters, and the compiled inserts stay few. */
const ROWS_PER_INSERT = 100;

interface Inserted {
  id: InboxId;
  lane: Lane;
  side: Side;
  state: string;
}

type InsertRows = (rows: readonly NewInboxRow[], on: Executor) => Promise<readonly Inserted[]>;

export function recordingOf(database: StoreDatabase): Pick<Inbox, 'record' | 'recordGap'> {
  const insert = rowInserter(database);
  const { bury } = ledgerWrites(database);
  const write = async ({ rows, tombstones = [], cursors = [] }: RecordBatch, on: Executor) => {
    const inserted = await insert(rows, on);
    await bury(tombstones, on);
    await writeCursors(on, cursors);
    return inserted;
  };
  return {
    async record(batch) {
      const inserted = await inTransaction(database, (on) => write(batch, on));
      return inserted.filter(({ state }) => state === 'pending').map(({ id, lane, side }) => ({ id, lane, side }));
    },
    recordGap: (lane, gap, cursors = []) =>
      inTransaction(database, async (on) => {
        const inserted = await write({ rows: gap.ordered, cursors }, on);
        await putInOrder(on, lane, gap);
        return inserted.length;
      }),
  };
}

/**
 * Deals the places that the pending rows of a lane have already out among them anew: first the older
 * ones as they stood, then those of `ordered` in that order, then the newer ones. No place outside that
 * set is used, so what arrives later still comes after them all.
 */
async function putInOrder(
  on: Executor,
  lane: Lane,
  { ordered, lastId }: Parameters<Inbox['recordGap']>[1],
): Promise<void> {
  const side = ordered[0]?.side;
  if (side === undefined) return;
  const pending = await on
    .selectFrom('inbox')
    .select(['id', 'event_key', placeOf.as('place')])
    .where('lane', '=', lane)
    .where('side', '=', side)
    .where('state', '=', inState('pending'))
    .orderBy(placeOf)
    .orderBy('id')
    .execute();
  const rank = new Map(ordered.map(({ key }, index) => [key, index]));
  const rankOf = (row: (typeof pending)[number]): number =>
    rank.get(row.event_key) ?? (row.id <= lastId ? -1 : ordered.length);
  const wanted = pending.toSorted((a, b) => rankOf(a) - rankOf(b));
  for (const [index, { place }] of pending.entries()) {
    const row = wanted[index];
    if (row === undefined || row.place === place) continue;
    await on.updateTable('inbox').set({ place }).where('id', '=', row.id).execute();
  }
}

/** Answers the rows that were not there yet, in the order given. */
function rowInserter(database: StoreDatabase): InsertRows {
  const compiled = new Map<number, PreparedQuery<Record<string, unknown>, Inserted>>();
  return async (rows, on) => {
    const inserted: Inserted[] = [];
    for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
      const chunk = rows.slice(start, start + ROWS_PER_INSERT);
      const query = compiled.get(chunk.length) ?? insertOf(database, chunk.length);
      compiled.set(chunk.length, query);
      const result = await query(valuesOf(chunk, database.clock.now()), on);
      inserted.push(...result.rows);
    }
    return inserted.toSorted((a, b) => a.id - b.id);
  };
}

const columns = [
  'side',
  'lane',
  'event_key',
  'ref',
  'type',
  'place',
  'body',
  'state',
  'outcome',
  'received_at',
  'settled_at',
] as const;

function valuesOf(rows: readonly NewInboxRow[], now: number): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [index, row] of rows.entries()) {
    const settled = row.settledAs !== undefined;
    const cells: Record<(typeof columns)[number], unknown> = {
      side: row.side,
      lane: row.lane,
      event_key: row.key,
      ref: row.ref,
      type: row.type,
      place: row.order ?? null,
      body: row.body,
      state: settled ? 'done' : 'pending',
      outcome: row.settledAs ?? null,
      received_at: now,
      settled_at: settled ? now : null,
    };
    for (const column of columns) values[`${index}.${column}`] = cells[column];
  }
  return values;
}

function insertOf({ kysely }: StoreDatabase, size: number): PreparedQuery<Record<string, unknown>, Inserted> {
  return prepareQuery(kysely, (slot) => {
    const rowOf = (index: number) => {
      const cell = (column: (typeof columns)[number]) => slot(`${index}.${column}`) as string & number;
      return {
        side: cell('side'),
        lane: cell('lane'),
        event_key: cell('event_key'),
        ref: cell('ref'),
        type: cell('type'),
        place: cell('place'),
        body: cell('body'),
        state: cell('state'),
        outcome: cell('outcome'),
        failures: 0,
        late: 0 as const,
        received_at: cell('received_at'),
        settled_at: cell('settled_at'),
      };
    };
    return kysely
      .insertInto('inbox')
      .values(Array.from({ length: size }, (_, index) => rowOf(index)))
      .onConflict((conflict) => conflict.columns(['side', 'event_key']).doNothing())
      .returning(['id', 'lane', 'side', 'state'])
      .$castTo<Inserted>();
  });
}
