import { sql } from 'kysely';
import { RcfedError } from '../core/errors.ts';
import { columnTypes, type Migration } from './migrations.ts';
import type { Executor, StoreDatabase } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** Advisory lock of PostgreSQL while a schema is made, so that two starting bridges make it once: `rcfe` and 2. */
const MIGRATION_LOCK = sql`select pg_advisory_xact_lock(${sql.lit(0x72636665)}, ${sql.lit(2)})`;

interface MigrateOptions {
  readonly migrations: readonly Migration[];
  /** false: the store must exist and be of this version. */
  readonly allowed: boolean;
  /** Keeps a copy of a store of that version before it is changed. */
  readonly keepCopy: (version: number) => Promise<void>;
  /** Runs in the transaction that makes a store or brings it up to date. */
  readonly afterwards: (on: Executor) => Promise<void>;
}

/**
 * Brings a store to the newest version in one transaction.
 * @throws RcfedError RCFED_STORE_NEWER, RCFED_STORE_OUTDATED, RCFED_STORE_MISSING; RCFED_STORE_CORRUPT for
 *   the database of another program
 */
export async function migrate(database: StoreDatabase, options: MigrateOptions): Promise<void> {
  const newest = options.migrations.at(-1)?.version ?? 0;
  const found = await readVersion(database, database.kysely);
  refuseNewer(database, found, newest);
  if (found === newest) return;
  if (!options.allowed) throw notMigrated(database, found, newest);
  if (found === 0) await refuseForeign(database);
  else await options.keepCopy(found);
  await inTransaction(database, async (on) => {
    if (database.engine === 'postgres') await MIGRATION_LOCK.execute(on);
    const version = await readVersion(database, on);
    refuseNewer(database, version, newest);
    for (const migration of options.migrations) {
      if (migration.version > version) await apply(database, on, migration);
    }
    await options.afterwards(on);
  });
}

async function apply(database: StoreDatabase, on: Executor, migration: Migration): Promise<void> {
  if (migration.version === 1) {
    const { int, end } = columnTypes[database.engine];
    await sql
      .raw(`create table rcfed_schema (version ${int} primary key, applied_at ${int} not null) ${end}`)
      .execute(on);
  }
  for (const statement of migration.statements(columnTypes[database.engine])) await sql.raw(statement).execute(on);
  await on
    .insertInto('rcfed_schema')
    .values({ version: migration.version, applied_at: database.clock.now() })
    .execute();
}

const tableNames = (database: StoreDatabase) =>
  database.engine === 'sqlite'
    ? sql<{
        name: string;
      }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'`
    : sql<{
        name: string;
      }>`select table_name as name from information_schema.tables where table_schema = current_schema()`;

/** 0: not an rcfed store yet. */
async function readVersion(database: StoreDatabase, on: Executor): Promise<number> {
  const { rows } = await tableNames(database).execute(on);
  if (!rows.some(({ name }) => name === 'rcfed_schema')) return 0;
  const row = await on
    .selectFrom('rcfed_schema')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirst();
  return row?.version ?? 0;
}

function refuseNewer({ shown }: StoreDatabase, found: number, newest: number): void {
  if (found <= newest) return;
  throw new RcfedError('RCFED_STORE_NEWER', `The store ${shown} was written by a newer rcfed.`, {
    why: `It is of version ${found}; this rcfed knows versions up to ${newest}.`,
  });
}

function notMigrated({ shown }: StoreDatabase, found: number, newest: number): RcfedError {
  if (found === 0) return new RcfedError('RCFED_STORE_MISSING', `There is no store at ${shown}.`);
  return new RcfedError('RCFED_STORE_OUTDATED', `The store ${shown} is of an older version.`, {
    why: `It is of version ${found}; this rcfed works with version ${newest}.`,
  });
}

async function refuseForeign(database: StoreDatabase): Promise<void> {
  const { rows } = await tableNames(database).execute(database.kysely);
  if (rows.length === 0 || rows.some(({ name }) => name === 'rcfed_schema')) return;
  throw new RcfedError('RCFED_STORE_CORRUPT', `The database ${database.shown} belongs to another program.`, {
    why: `It has tables, among them ${rows[0]?.name}, but none of rcfed's.`,
    try: ['Give the store a file or a database of its own: rcfed profile show'],
  });
}
