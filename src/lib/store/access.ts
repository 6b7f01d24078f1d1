import { sql } from 'kysely';
import type { StoreDatabase } from './schema.ts';
import type { AccessStore } from './types.ts';

export function accessOf({ kysely, clock }: StoreDatabase): AccessStore {
  return {
    async rules() {
      const rows = await kysely.selectFrom('access_rules').selectAll().orderBy('pattern').execute();
      const of = (kind: 'allow' | 'block'): string[] =>
        rows.filter((row) => row.kind === kind).map((row) => row.pattern);
      return { allow: of('allow'), block: of('block') };
    },
    async add(kind, pattern) {
      const inserted = await kysely
        .insertInto('access_rules')
        .values({ kind, pattern, created_at: clock.now() })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    async remove(pattern, kind) {
      const named = kysely.deleteFrom('access_rules').where('pattern', '=', pattern);
      const removed = await (kind === undefined ? named : named.where('kind', '=', kind)).executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },
    async blocked() {
      const { count } = await kysely
        .selectFrom('inbox')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        // The literal, so that the index on blocked rows fits.
        .where('outcome', '=', sql.lit('blocked'))
        .executeTakeFirstOrThrow();
      return count;
    },
  };
}
