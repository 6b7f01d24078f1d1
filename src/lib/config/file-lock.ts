import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../core/clock.ts';
import { RcfedError } from '../core/errors.ts';
import { makePrivateFolder } from './private-file.ts';

const WAIT_MS = 5000;
const RETRY_MS = 25;

/**
 * Runs `work` while no other process does so for the same path. The lock is an exclusive
 * transaction on a companion file that stays empty: the operating system frees it however the
 * holder ends, so there is no stale lock to detect.
 * @throws RcfedError RCFED_CONFIG_LOCKED after 5 s.
 */
export const withFileLock = async <Result>(
  path: string,
  clock: Clock,
  work: () => Promise<Result>,
): Promise<Result> => {
  await makePrivateFolder(dirname(path));
  const companion = `${path}.lock`;
  const lock = await acquire(companion, path, clock);
  try {
    return await work();
  } finally {
    lock.close();
  }
};

const acquire = async (companion: string, path: string, clock: Clock): Promise<DatabaseSync> => {
  closeSync(openCompanion(companion));
  const giveUpAt = clock.now() + WAIT_MS;
  for (;;) {
    const database = new DatabaseSync(companion, { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
      return database;
    } catch (error) {
      database.close();
      if (!isBusy(error)) throw error;
      if (clock.now() >= giveUpAt)
        throw new RcfedError('RCFED_CONFIG_LOCKED', `${path} is being changed by another rcfed command`, {
          cause: error,
        });
    }
    await clock.sleep(RETRY_MS);
  }
};

const openCompanion = (companion: string): number => {
  try {
    return openSync(companion, 'a', 0o600);
  } catch (error) {
    throw new RcfedError('RCFED_CONFIG_UNWRITABLE', `${companion} can't be written`, { cause: error });
  }
};

/** https://sqlite.org/rescode.html#busy */
const isBusy = (error: unknown): boolean => error instanceof Error && 'errcode' in error && error.errcode === 5;
