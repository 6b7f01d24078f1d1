import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { RcfedError } from '../core/errors.ts';
import { sqliteFailure } from './sqlite-failure.ts';
import { parseStoreUrl } from './url.ts';

export interface BackupOptions {
  /** Of the store, as for `openStore`. */
  readonly url: string;
  /** File to be written; must not exist. */
  readonly target: string;
  /** Environment of `pg_dump`: its PATH, and PG* variables if a store needs some. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Backup {
  readonly target: string;
  /** sqlite: a store that can be opened. pg_dump: its custom format, for `pg_restore`. */
  readonly format: 'sqlite' | 'pg_dump';
  readonly bytes: number;
}

/**
 * Writes a consistent copy of a store, also while a bridge runs on it. The file is for its owner alone
 * (0600) and appears under its name only when it is whole. The store's key is not in it.
 * @throws RcfedError RCFED_BACKUP_EXISTS, RCFED_BACKUP_FAILED, RCFED_PG_DUMP_MISSING, RCFED_STORE_*
 */
export async function backupStore({ url, target, env }: BackupOptions): Promise<Backup> {
  const store = parseStoreUrl(url);
  if (existsSync(target)) throw new RcfedError('RCFED_BACKUP_EXISTS', `The file ${target} exists already.`);
  const part = `${target}.part`;
  try {
    rmSync(part, { force: true });
    closeSync(openSync(part, 'a', 0o600));
    await (store.engine === 'sqlite' ? copyFile(store.path, part) : dump(store.url, part, env));
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    if (error instanceof RcfedError) throw error;
    const why = error instanceof Error ? `${error.message}.` : '';
    throw new RcfedError('RCFED_BACKUP_FAILED', `The backup ${target} cannot be written.`, { why, cause: error });
  }
  return { target, format: store.engine === 'sqlite' ? 'sqlite' : 'pg_dump', bytes: statSync(target).size };
}

/** All pages in one step, on another thread: a copy in several starts anew whenever the bridge writes in between. */
const PAGES_PER_STEP = 2 ** 31 - 1;

async function copyFile(path: string, part: string): Promise<void> {
  if (!existsSync(path)) throw new RcfedError('RCFED_STORE_MISSING', `There is no store at ${path}.`);
  let source: DatabaseSync | undefined;
  try {
    source = new DatabaseSync(path, { timeout: 10_000 });
    await backup(source, part, { rate: PAGES_PER_STEP });
    verify(part);
  } catch (error) {
    throw sqliteFailure(error, path);
  } finally {
    source?.close();
  }
}

/** A damaged store gives a damaged copy, which must not pass for a backup. */
function verify(part: string): void {
  const copy = new DatabaseSync(part);
  try {
    // One file without a journal beside it, so that it can be moved about.
    copy.exec('pragma journal_mode = delete');
    const answer = copy.prepare('pragma quick_check').get() as { quick_check: string } | undefined;
    if (answer?.quick_check === 'ok') return;
    throw new RcfedError('RCFED_STORE_CORRUPT', 'The store is damaged, so is its backup.', {
      why: `SQLite says: ${answer?.quick_check}.`,
    });
  } finally {
    copy.close();
  }
}

/** The password goes through the environment: anybody on the machine can read a command line. */
async function dump(url: string, part: string, env: BackupOptions['env']): Promise<void> {
  const address = new URL(url);
  const password = decodeURIComponent(address.password);
  address.password = '';
  const args = ['--format=custom', '--no-owner', `--file=${part}`, `--dbname=${address.href}`];
  const child = spawn('pg_dump', args, {
    env: { ...env, ...(password !== '' && { PGPASSWORD: password }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-500)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  }).catch((cause: unknown) => {
    throw new RcfedError('RCFED_PG_DUMP_MISSING', 'pg_dump, which saves a store on PostgreSQL, cannot be started.', {
      cause,
    });
  });
  if (code === 0) return;
  throw new RcfedError('RCFED_BACKUP_FAILED', 'pg_dump could not save the store.', { why: complaint.trim() });
}
