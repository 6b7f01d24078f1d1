import { closeSync, existsSync, openSync, realpathSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Client } from 'pg';
import type { Clock } from '../core/clock.ts';
import { RcfedError } from '../core/errors.ts';
import { postgresOptions } from './postgres-options.ts';
import { postgresFailure } from './postgres-failure.ts';
import { isBusy, sqliteFailure } from './sqlite-failure.ts';
import { parseStoreUrl } from './url.ts';

/** Advisory lock of PostgreSQL, counted per database: `rcfe` and 1. */
const CLASS_ID = 0x72636665;
const BRIDGE_LOCK = 1;
/** A look by {@link isLocked} holds the file for an instant; a bridge that starts then waits for it. */
const LOOK_MS = 500;
const RETAKE_MS = 1000;

/** Held until released, or until the process ends however it ends: the operating system or PostgreSQL frees it. */
export interface StoreLock {
  release(): Promise<void>;
}

const locked = (shown: string): RcfedError =>
  new RcfedError('RCFED_STORE_LOCKED', `The store ${shown} is in use by another bridge or command.`, {
    why: 'Two bridges on one store would repeat each other’s messages.',
  });

/**
 * Makes this process the only bridge on a store.
 * @throws RcfedError RCFED_STORE_LOCKED
 */
export async function lockStore(url: string, clock: Clock): Promise<StoreLock> {
  const store = parseStoreUrl(url);
  return store.engine === 'sqlite' ? lockFile(store.path) : lockServer(store.url, store.shown, clock);
}

/** Whether a bridge holds the lock of a store now. Takes nothing and changes nothing. */
export async function isLocked(url: string): Promise<boolean> {
  const store = parseStoreUrl(url);
  return store.engine === 'sqlite' ? isFileLocked(store.path) : isServerLocked(store.url, store.shown);
}

/** Of the file itself, so that a link to a store has the same lock. */
const lockPath = (path: string): string => `${existsSync(path) ? realpathSync(path) : path}.lock`;

/**
 * An exclusive transaction on a companion file that is never written. Its own file, because readers
 * (backups, a status command) shall still open the store itself.
 */
function lockFile(path: string): StoreLock {
  const file = lockPath(path);
  let database: DatabaseSync | undefined;
  try {
    closeSync(openSync(file, 'a', 0o600));
    database = new DatabaseSync(file, { timeout: LOOK_MS });
    database.exec('begin exclusive');
  } catch (error) {
    database?.close();
    throw isBusy(error) ? locked(path) : lockFailure(error, file);
  }
  const held = database;
  return { release: async () => held.close() };
}

function isFileLocked(path: string): boolean {
  const file = lockPath(path);
  if (!existsSync(file)) return false;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    database.prepare('select count(*) from sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw lockFailure(error, file);
  } finally {
    database?.close();
  }
}

function lockFailure(error: unknown, file: string): unknown {
  const known = sqliteFailure(error, file);
  if (known instanceof RcfedError) return known;
  const why = error instanceof Error ? `${error.message}.` : undefined;
  return new RcfedError('RCFED_STORE_UNREADABLE', `The lock file ${file} cannot be written.`, {
    cause: error,
    ...(why && { why }),
  });
}

/**
 * A session lock on a connection of its own. When that connection breaks the lock is taken again as
 * soon as the server answers; a second bridge that was faster does no harm to the order of events,
 * since every settle checks its lease.
 */
async function lockServer(url: string, shown: string, clock: Clock): Promise<StoreLock> {
  const stopped = new AbortController();
  const first = await takeLock(url, shown);
  if (first === undefined) throw locked(shown);
  let current = first;
  const watch = (client: Client): void => {
    client.on('error', () => {});
    client.once('end', () => void retake());
  };
  const retake = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const client = await takeLock(url, shown).catch(() => undefined);
      if (client !== undefined) {
        current = client;
        watch(client);
        return stopped.signal.aborted ? client.end() : undefined;
      }
      await clock.sleep(RETAKE_MS, stopped.signal).catch(() => {});
    }
  };
  watch(first);
  return {
    release: async () => {
      stopped.abort(new Error('The lock is released.'));
      await current.end();
    },
  };
}

/** undefined: somebody else holds it. */
async function takeLock(url: string, shown: string): Promise<Client | undefined> {
  const client = await connect(url, shown);
  const sql = 'select pg_try_advisory_lock($1, $2) as taken';
  const { rows } = await client.query<{ taken: boolean }>(sql, [CLASS_ID, BRIDGE_LOCK]);
  if (rows[0]?.taken) return client;
  await client.end();
  return undefined;
}

async function isServerLocked(url: string, shown: string): Promise<boolean> {
  const client = await connect(url, shown);
  const sql = `select 1 from pg_locks where locktype = 'advisory' and granted and classid = $1 and objid = $2
    and database = (select oid from pg_database where datname = current_database())`;
  try {
    const { rowCount } = await client.query(sql, [CLASS_ID, BRIDGE_LOCK]);
    return rowCount !== 0;
  } finally {
    await client.end();
  }
}

async function connect(url: string, shown: string): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client(await postgresOptions(url));
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw postgresFailure(error, shown);
  }
}
