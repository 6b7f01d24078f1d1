import type { ClientConfig } from 'pg';

/** Type of bigint in PostgreSQL's catalogue. */
const INT8 = 20;
const CONNECT_MS = 10_000;

/** Options of every connection to a store. `pg` is loaded only when a store needs it. */
export async function postgresOptions(url: string): Promise<ClientConfig> {
  const { default: pg } = await import('pg');
  return {
    connectionString: url,
    application_name: 'rcfed',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    types: {
      // Our bigints are counters and milliseconds, far below 2^53.
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  };
}
