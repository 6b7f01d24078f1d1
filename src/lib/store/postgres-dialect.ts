import {
  CompiledQuery,
  type Dialect,
  PostgresAdapter,
  PostgresDialect,
  PostgresIntrospector,
  type PostgresPool,
  type PostgresPoolClient,
  PostgresQueryCompiler,
} from 'kysely';
import type { Pool } from 'pg';
import { postgresFailure } from './postgres-failure.ts';
import { postgresOptions } from './postgres-options.ts';
import { storableText } from './storable-text.ts';

const CONNECTIONS = 10;

/** Kysely over a pool of `pg`, with failures in our own words and text that PostgreSQL can hold. */
export async function postgresDialect(url: string, shown: string): Promise<Dialect> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ ...(await postgresOptions(url)), max: CONNECTIONS });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  const dialect = new PostgresDialect({
    pool: translating(pool, shown),
    // A server may be set up to answer before a commit is on its disk; what we acknowledge must be.
    onCreateConnection: async (connection) => {
      await connection.executeQuery(
        CompiledQuery.raw(
          `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
        ),
      );
    },
  });
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => dialect.createDriver(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

function translating(pool: Pool, shown: string): PostgresPool {
  const clients = new WeakMap<object, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      try {
        const client = await pool.connect();
        const known = clients.get(client) ?? translatingClient(client, shown);
        clients.set(client, known);
        return known;
      } catch (error) {
        throw postgresFailure(error, shown);
      }
    },
  };
}

function translatingClient(client: PostgresPoolClient, shown: string): PostgresPoolClient {
  const query = async (text: string, parameters: readonly unknown[]): Promise<unknown> => {
    try {
      const values = parameters.map((value) => (typeof value === 'string' ? storableText(value) : value));
      return await client.query(text, values);
    } catch (error) {
      throw postgresFailure(error, shown);
    }
  };
  return { query, release: (destroy?: boolean) => client.release(destroy) } as PostgresPoolClient;
}
