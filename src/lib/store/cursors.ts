import type { Executor, StoreDatabase } from './schema.ts';
import type { RecordBatch } from './inbox-types.ts';
import type { Store } from './types.ts';

/** Writes cursors; several are written as one statement. */
export async function writeCursors(on: Executor, cursors: NonNullable<RecordBatch['cursors']>): Promise<void> {
  // One statement can't write a name twice: the last one of a batch counts.
  const last = [...new Map(cursors.map(({ name, value }) => [name, { name, value }])).values()];
  if (last.length === 0) return;
  await on
    .insertInto('cursors')
    .values(last)
    .onConflict((conflict) => conflict.column('name').doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })))
    .execute();
}

export function cursorsOf({ kysely }: StoreDatabase): Pick<Store, 'cursor' | 'cursors' | 'setCursor'> {
  return {
    async cursor(name) {
      const row = await kysely.selectFrom('cursors').select('value').where('name', '=', name).executeTakeFirst();
      return row?.value;
    },
    async cursors(prefix) {
      const rows = await kysely
        .selectFrom('cursors')
        .selectAll()
        .where('name', '>=', prefix)
        .where('name', '<', `${prefix}\u{10FFFF}`)
        .orderBy('name')
        .execute();
      return new Map(rows.map(({ name, value }) => [name, value]));
    },
    setCursor: (name, value) => writeCursors(kysely, [{ name, value }]),
  };
}
