import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { isBusy, sqliteFailure } from './sqlite-failure.ts';
import { storableText } from './storable-text.ts';

/** Statements kept prepared; the relay needs fewer, the multi-row inserts are what grows. */
const PREPARED_STATEMENTS = 200;

/**
 * While another process writes, a statement waits in SQLite for an instant, which stops everything else
 * in this process, and then in our own loop, which does not: 10 s in all.
 */
const BUSY_MS = 20;
const BUSY_PAUSE_MS = 5;
const BUSY_TRIES = 400;

/**
 * Kysely over node:sqlite with one connection. Kysely itself hands the connection to one user at a
 * time (`supportsMultipleConnections` is false), so nothing slips into an open transaction.
 */
export function sqliteDialect(database: DatabaseSync, path: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => sqliteDriver(database, path),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function sqliteDriver(database: DatabaseSync, path: string): Driver {
  database.exec(`pragma busy_timeout = ${BUSY_MS}`);
  const connection = sqliteConnection(database, path);
  const run = async (sql: string): Promise<void> => {
    await connection.executeQuery(CompiledQuery.raw(sql));
  };
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    // Immediate: a transaction that reads first and writes later could otherwise fail in its middle
    // because another process wrote in between.
    beginTransaction: () => run('begin immediate'),
    commitTransaction: () => run('commit'),
    rollbackTransaction: async () => {
      // A full disk makes SQLite roll back by itself; a second rollback would hide the first error.
      if (database.isTransaction) await run('rollback');
    },
    releaseConnection: async () => {},
    destroy: async () => database.close(),
  };
}

function sqliteConnection(database: DatabaseSync, path: string): DatabaseConnection {
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.delete(sql);
    statements.set(sql, statement);
    if (statements.size > PREPARED_STATEMENTS) statements.delete(statements.keys().next().value as string);
    return statement;
  };
  const execute = <Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> => {
    const statement = prepare(sql);
    const values = parameters.map(bindable);
    if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  };
  return {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      for (let tries = 1; ; tries += 1) {
        try {
          return execute(query);
        } catch (error) {
          // A statement refused as busy did nothing. It is one that begins a transaction, or is one itself.
          if (!isBusy(error) || tries === BUSY_TRIES) throw sqliteFailure(error, path);
          await sleep(BUSY_PAUSE_MS);
        }
      }
    },
    streamQuery() {
      throw new Error('The store reads no streams.');
    },
  };
}

function bindable(value: unknown): SQLInputValue {
  return typeof value === 'string' ? storableText(value) : (value as SQLInputValue);
}
