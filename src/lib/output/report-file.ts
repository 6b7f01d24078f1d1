import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RcfedError } from '../core/errors.ts';

/**
 * Asked before the work that is reported on: it may take minutes, and change something.
 * @throws RcfedError RCFED_FILE_UNWRITABLE
 */
export async function ensureWritable(path: string): Promise<void> {
  try {
    await access(path, constants.W_OK).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      await access(dirname(path), constants.W_OK);
    });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** For its owner alone, if it is new. @throws RcfedError RCFED_FILE_UNWRITABLE */
export async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { mode: 0o600 });
  } catch (error) {
    throw unwritable(path, error);
  }
}

const unwritable = (path: string, cause: unknown): RcfedError =>
  new RcfedError('RCFED_FILE_UNWRITABLE', `${path} can't be written`, { cause });
