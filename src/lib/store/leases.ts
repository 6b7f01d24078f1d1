import { type RawBuilder, sql } from 'kysely';
import { prepareQuery } from './prepared-query.ts';
import type { Engine, Executor, StoreDatabase } from './schema.ts';
import { type Lease, LeaseLostError, type Leases } from './settlement-types.ts';

/** Milliseconds since the epoch by the database's clock: processes need not agree on theirs. */
const databaseNow = (engine: Engine): RawBuilder<number> =>
  engine === 'sqlite'
    ? sql`cast(unixepoch('subsec') * 1000 as integer)`
    : sql`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;

export function leasesOf(database: StoreDatabase): Leases {
  const { kysely, engine } = database;
  const now = databaseNow(engine);
  const expiry = (ttlMs: number): RawBuilder<number> => sql`${now} + ${sql.lit(Math.ceil(ttlMs))}`;
  return {
    async acquire(name, owner, ttlMs) {
      const row = await kysely
        .insertInto('leases')
        .values({ name, owner, token: 1, expires_at: expiry(ttlMs) })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet((eb) => ({
              owner,
              expires_at: expiry(ttlMs),
              token: sql<number>`${eb.ref('leases.token')} + case when ${eb.ref('leases.owner')} = ${owner} then 0 else 1 end`,
            }))
            .where((eb) =>
              eb.or([
                eb('leases.owner', 'is', null),
                eb('leases.owner', '=', owner),
                eb('leases.expires_at', '<=', now),
              ]),
            ),
        )
        .returning('token')
        .executeTakeFirst();
      return row && { name, token: row.token };
    },
    async renew({ name, token }, ttlMs) {
      const { numUpdatedRows } = await kysely
        .updateTable('leases')
        .set({ expires_at: expiry(ttlMs) })
        .where('name', '=', name)
        .where('token', '=', token)
        .where('owner', 'is not', null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async release({ name, token }) {
      await kysely
        .updateTable('leases')
        .set({ owner: null, expires_at: 0 })
        .where('name', '=', name)
        .where('token', '=', token)
        .execute();
    },
  };
}

/**
 * Frees all leases, for a bridge that has just taken the store's lock: those before it have ended, or have lost the
 * store without knowing it yet, and settle nothing any more.
 */
export async function freeLeases({ kysely }: StoreDatabase): Promise<void> {
  await kysely.updateTable('leases').set({ owner: null, expires_at: 0 }).where('owner', 'is not', null).execute();
}

export type LeaseGuard = (lease: Lease, on: Executor) => Promise<void>;

/**
 * Makes the check that opens each transaction of a lease's holder. On PostgreSQL the lease's row stays
 * locked until that transaction ends, so nobody takes the lease over in between. A lease that expired
 * and that nobody else took still holds: no other process can have acted under it.
 * @throws LeaseLostError
 */
export function leaseGuard({ kysely, engine }: StoreDatabase): LeaseGuard {
  const query = prepareQuery<Lease, { token: number }>(kysely, (slot) =>
    kysely
      .selectFrom('leases')
      .select('token')
      .where('name', '=', slot('name'))
      .where('token', '=', slot('token'))
      .where('owner', 'is not', null)
      .$if(engine === 'postgres', (locking) => locking.forShare()),
  );
  return async (lease, on) => {
    const { rows } = await query(lease, on);
    if (rows.length === 0) throw new LeaseLostError(`The lease ${lease.name} (${lease.token}) is lost.`);
  };
}
