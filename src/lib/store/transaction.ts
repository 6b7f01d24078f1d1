import { isCollision } from './postgres-failure.ts';
import type { Executor, StoreDatabase } from './schema.ts';

const TRIES = 5;

/**
 * Runs `work` as one SQL transaction: all of it or nothing. Two processes on PostgreSQL may lock each
 * other's rows; the one that is rolled back runs again, so `work` must not act outside the database.
 */
export async function inTransaction<T>(database: StoreDatabase, work: (on: Executor) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.kysely.transaction().execute(work);
    } catch (error) {
      if (tries === TRIES || !isCollision(error)) throw error;
    }
  }
}
