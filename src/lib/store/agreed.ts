import type { Executor, StoreDatabase } from './schema.ts';
import type { Agreed } from './portal-types.ts';
import type { AgreedChange } from './settlement-types.ts';
import { inTransaction } from './transaction.ts';

export function agreedOf(database: StoreDatabase): Agreed {
  return {
    async of(portalId) {
      const query = database.kysely.selectFrom('agreed').select(['field', 'value']);
      const rows = await query.where('portal_id', '=', portalId).execute();
      return new Map(rows.map(({ field, value }) => [field, value]));
    },
    put: (change) => inTransaction(database, (on) => writeAgreed(change, on)),
  };
}

/** The writes that a settle makes in its transaction. */
export async function writeAgreed({ portalId, fields }: AgreedChange, on: Executor): Promise<void> {
  for (const [field, value] of fields) {
    if (value === undefined) {
      await on.deleteFrom('agreed').where('portal_id', '=', portalId).where('field', '=', field).execute();
      continue;
    }
    await on
      .insertInto('agreed')
      .values({ portal_id: portalId, field, value })
      .onConflict((conflict) => conflict.columns(['portal_id', 'field']).doUpdateSet({ value }))
      .execute();
  }
}
