import { prepareQuery } from './prepared-query.ts';
import type { Executor, StoreDatabase } from './schema.ts';
import { inTransaction } from './transaction.ts';
import type { Effects, ExpectedEffect } from './ledger-types.ts';

export type ForgetEffect = (effect: ExpectedEffect, on: Executor) => Promise<boolean>;

/** Makes the query that takes one expected effect away; it answers whether there was one. */
export function effectForgetter({ kysely, engine }: StoreDatabase): ForgetEffect {
  const query = prepareQuery<ExpectedEffect, unknown>(kysely, (slot) =>
    kysely.deleteFrom('effects').where('id', '=', (eb) =>
      eb
        .selectFrom('effects')
        .select('id')
        .where('side', '=', slot('side'))
        .where('target', '=', slot('target'))
        .where('kind', '=', slot('kind'))
        .where('value', '=', slot('value'))
        .orderBy('id')
        .limit(1)
        // Two processes that consume equal effects at once take one each.
        .$if(engine === 'postgres', (locking) => locking.forUpdate().skipLocked()),
    ),
  );
  return async (effect, on) => (await query(effect, on)).changed === 1;
}

export function effectsOf(database: StoreDatabase): Effects {
  const { clock } = database;
  const forget = effectForgetter(database);
  return {
    async expect({ side, target, kind, value }) {
      const row = { side, target, kind, value, at: clock.now() };
      await inTransaction(database, (on) => on.insertInto('effects').values(row).execute());
    },
    consume: (effect) => inTransaction(database, (on) => forget(effect, on)),
  };
}
