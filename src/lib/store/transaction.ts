import { isCollision } from './postgres-failure.ts';
import type { Executor, StoreDatabase, Transact } from './schema.ts';

const TRIES = 5;

/**
 * Runs `work` as one SQL transaction: all of it or nothing, on the disk when this resolves. It may run
 * more than once, so it must not act outside the database; and it must use no connection but the one it
 * is given.
 */
export const inTransaction = <T>(database: StoreDatabase, work: (on: Executor) => Promise<T>): Promise<T> =>
  database.transact(work);

/**
 * Transactions for PostgreSQL, where two processes may lock each other's rows: the one that is rolled
 * back runs again.
 */
export function retryCollisions(database: Executor): Transact {
  return async (work) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await database.transaction().execute(work);
      } catch (error) {
        if (tries === TRIES || !isCollision(error)) throw error;
      }
    }
  };
}
