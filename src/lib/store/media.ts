import type { StoreDatabase } from './schema.ts';
import type { Media } from './types.ts';

export function mediaOf({ kysely, clock }: StoreDatabase): Media {
  return {
    async get(key) {
      const row = await kysely.selectFrom('media').selectAll().where('key', '=', key).executeTakeFirst();
      return row && { mxc: row.mxc, createdAt: row.created_at, uploaded: row.uploaded === 1 };
    },
    async put(key, mxc) {
      const made = { mxc, created_at: clock.now(), uploaded: 0 as const };
      await kysely
        .insertInto('media')
        .values({ key, ...made })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(made))
        .execute();
    },
    async uploaded(key) {
      await kysely.updateTable('media').set({ uploaded: 1 }).where('key', '=', key).execute();
    },
  };
}
