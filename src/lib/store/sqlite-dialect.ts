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
import { sqliteFailure } from './sqlite-failure.ts';
import { storableText } from './storable-text.ts';

/** Statements kept prepared; the relay needs fewer, the multi-row inserts are what grows. */
const PREPARED_STATEMENTS = 200;

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
  return {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      try {
        const statement = prepare(sql);
        const values = parameters.map(bindable);
        if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] };
        const { changes, lastInsertRowid } = statement.run(...values);
        return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
      } catch (error) {
        throw sqliteFailure(error, path);
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
