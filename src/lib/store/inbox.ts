import type { Side } from '../core/remote-error.ts';
import { inboxRow, type InboxRecord, inState, placeOf } from './inbox-row.ts';
import { prepareQuery } from './prepared-query.ts';
import { recordingOf } from './record.ts';
import type { Executor, StoreDatabase } from './schema.ts';
import { settlingOf } from './settle.ts';
import { storableText } from './storable-text.ts';
import type { Inbox, InboxId, InboxRow, Lane } from './inbox-types.ts';

/** Keys asked for in one statement. */
const KEYS_PER_QUERY = 500;

/**
 * Moves rows that wait, are set aside or folded to another lane: the latter two may become pending
 * again, and then belong where their room's rows are.
 *
 * @param side unset: of both.
 */
export async function moveWaiting(on: Executor, from: readonly Lane[], to: Lane, side?: Side): Promise<void> {
  if (from.length === 0) return;
  for (const state of ['pending', 'aside', 'folded'] as const) {
    await on
      .updateTable('inbox')
      .set({ lane: to })
      .where('lane', 'in', from)
      .where('state', '=', inState(state))
      .$if(side !== undefined, (query) => query.where('side', '=', side as Side))
      .execute();
  }
}

export function inboxOf(database: StoreDatabase): Inbox {
  return {
    ...recordingOf(database),
    ...settlingOf(database),
    ...lookingUp(database),
    ...counting(database),
  };
}

/** One compiled statement serves any number of exceptions up to this: no row has the id 0. */
const EXCEPTIONS = [0, 1, 2, 3, 4, 5, 6, 7] as const;

type Placed = Readonly<Record<(typeof EXCEPTIONS)[number], InboxId>>;
type HeadValues = { readonly lane: Lane; readonly side: Side } & Placed;

function placed(ids: readonly InboxId[]): Placed {
  if (ids.length > EXCEPTIONS.length) throw new Error(`Asked to leave out ${ids.length} rows.`);
  const at = (place: number): InboxId => ids[place] ?? 0;
  return { 0: at(0), 1: at(1), 2: at(2), 3: at(3), 4: at(4), 5: at(5), 6: at(6), 7: at(7) };
}

function lookingUp({ kysely }: StoreDatabase): Pick<Inbox, 'lastId' | 'head' | 'byId' | 'byKey' | 'byRef' | 'known'> {
  const all = kysely.selectFrom('inbox').selectAll();
  const head = prepareQuery<HeadValues, InboxRecord>(kysely, (slot) =>
    all
      .where('lane', '=', slot('lane'))
      .where('side', '=', slot('side'))
      .where('state', '=', inState('pending'))
      .where(
        'id',
        'not in',
        EXCEPTIONS.map((place) => slot(place)),
      )
      .orderBy(placeOf)
      .orderBy('id')
      .limit((eb) => eb.lit(1)),
  );
  const byRef = prepareQuery<{ ref: string }, InboxRecord>(kysely, (slot) =>
    all.where('ref', '=', slot('ref')).orderBy('id'),
  );
  const byId = prepareQuery<{ id: number }, InboxRecord>(kysely, (slot) => all.where('id', '=', slot('id')));
  const first = (rows: readonly InboxRecord[]): InboxRow | undefined => rows[0] && inboxRow(rows[0]);
  return {
    head: async (lane, side, except = []) => first((await head({ lane, side, ...placed(except) })).rows),
    async lastId() {
      const newest = await kysely
        .selectFrom('inbox')
        .select((eb) => eb.fn.max('id').as('id'))
        .executeTakeFirst();
      return newest?.id ?? 0;
    },
    byId: async (id) => first((await byId({ id })).rows),
    byKey: async (side, key) => first(await all.where('side', '=', side).where('event_key', '=', key).execute()),
    byRef: async (ref) => (await byRef({ ref })).rows.map(inboxRow),
    async known(side, keys) {
      const stored = new Set<string>();
      for (let start = 0; start < keys.length; start += KEYS_PER_QUERY) {
        const rows = await kysely
          .selectFrom('inbox')
          .select('event_key')
          .where('side', '=', side)
          .where('event_key', 'in', keys.slice(start, start + KEYS_PER_QUERY))
          .execute();
        for (const row of rows) stored.add(row.event_key);
      }
      return new Set(keys.filter((key) => stored.has(storableText(key))));
    },
  };
}

type Counting = Pick<Inbox, 'pendingLanes' | 'waiting' | 'lastActive' | 'dropBodies'>;

function counting(database: StoreDatabase): Counting {
  const { kysely } = database;
  return {
    async pendingLanes() {
      const query = kysely.selectFrom('inbox').select('lane').distinct().where('state', '=', inState('pending'));
      return (await query.orderBy('lane').execute()).map(({ lane }) => lane);
    },
    async waiting() {
      const rows = await kysely
        .selectFrom('inbox')
        .select(['lane', (eb) => eb.fn.countAll<number>().as('count'), (eb) => eb.fn.min('received_at').as('oldestAt')])
        .where('state', '=', inState('pending'))
        .groupBy('lane')
        .orderBy('lane')
        .execute();
      return rows.map(({ lane, count, oldestAt }) => ({ lane, count, oldestAt }));
    },
    async lastActive() {
      const rows = await kysely
        .selectFrom('inbox')
        .select(['lane', (eb) => eb.fn.max(eb.fn.coalesce('settled_at', 'received_at')).as('at')])
        .groupBy('lane')
        .execute();
      return new Map(rows.map(({ lane, at }) => [lane, at]));
    },
    async dropBodies(before) {
      const { numUpdatedRows } = await kysely
        .updateTable('inbox')
        .set({ body: null })
        .where('state', '=', inState('done'))
        .where('body', 'is not', null)
        .where('settled_at', '<', before)
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
}
