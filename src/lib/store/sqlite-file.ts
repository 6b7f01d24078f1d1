import { chmodSync, closeSync, existsSync, mkdirSync, openSync, realpathSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RcfedError } from '../core/errors.ts';
import { sqliteFailure } from './sqlite-failure.ts';

/** How long opening waits for another process; later on statements wait as sqlite-dialect.ts says. */
const OPEN_MS = 10_000;
const WAL_KEPT_BYTES = 64 * 1024 * 1024;
/** 32 MiB between checkpoints: a page that changes with every message is written back once, not each time. */
const CHECKPOINT_PAGES = 8192;
const CACHE_KIB = 32 * 1024;

/**
 * Makes sure that the file and its folder are there, for their owner alone (folder 0700, file 0600;
 * SQLite gives its journal the file's mode), and answers the real path, so that one file has one lock
 * however it is reached.
 * @param create false: a missing file is refused with RCFED_STORE_MISSING
 * @throws RcfedError RCFED_STORE_UNREADABLE
 */
export function prepareFile(path: string, create: boolean): string {
  if (!create && !existsSync(path)) throw new RcfedError('RCFED_STORE_MISSING', `There is no store at ${path}.`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    return realpathSync(path);
  } catch (cause) {
    const why = cause instanceof Error ? `${cause.message}.` : '';
    throw new RcfedError('RCFED_STORE_UNREADABLE', `The store ${path} cannot be read or written.`, { why, cause });
  }
}

/**
 * Opens the file. A commit is on the disk before it is answered (synchronous FULL); readers and one
 * writer do not wait for each other (WAL).
 */
export function openFile(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: OPEN_MS, enableForeignKeyConstraints: true });
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = full');
    database.exec(`pragma journal_size_limit = ${WAL_KEPT_BYTES}`);
    database.exec(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.exec(`pragma cache_size = -${CACHE_KIB}`);
    database.exec('pragma trusted_schema = off');
    return database;
  } catch (error) {
    database?.close();
    throw sqliteFailure(error, path);
  }
}

/** Where the copy of a store lies that was made before a migration from `version`. */
export const copyPath = (path: string, version: number): string => `${path}.before-version-${version + 1}`;

/** Writes a consistent copy beside the store; one left by an attempt that failed is replaced. */
export function keepCopy(database: DatabaseSync, path: string, version: number): void {
  const copy = copyPath(path, version);
  try {
    rmSync(copy, { force: true });
    closeSync(openSync(copy, 'a', 0o600));
    database.prepare('vacuum into ?').run(copy);
    chmodSync(copy, 0o600);
  } catch (error) {
    throw sqliteFailure(error, copy);
  }
}
