import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RcfedError } from '../core/errors.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'nothing about why';

/** The text of a file, or undefined if there is none. */
export const readPrivateFile = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new RcfedError('RCFED_CONFIG_UNREADABLE', `${path} can't be read`, { why: reason(error), cause: error });
  }
};

/**
 * Replaces a file whole: a reader, or a crash at any moment, sees the old text or the new one. The
 * file is for its owner alone, also while it is being written.
 * @throws RcfedError RCFED_CONFIG_UNWRITABLE
 */
export const writePrivateFile = async (path: string, text: string): Promise<void> => {
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  await orUnwritable(path, async () => {
    try {
      await makeFolder(dirname(path));
      await writeDurably(temporary, text);
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
};

/**
 * Makes a folder for its owner alone. One that exists keeps its mode unless it is rcfed's own.
 * @throws RcfedError RCFED_CONFIG_UNWRITABLE
 */
export const makePrivateFolder = (path: string): Promise<void> => orUnwritable(path, () => makeFolder(path));

const makeFolder = async (path: string): Promise<void> => {
  const made = await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  if (made === undefined && basename(path) === 'rcfed') await chmod(path, FOLDER_MODE);
};

/**
 * Moves a file to a name of its own beside it, never over another one.
 * @returns that name
 * @throws RcfedError RCFED_CONFIG_UNWRITABLE
 */
export const keepAside = async (path: string, mark = 'broken'): Promise<string> => {
  const aside = await copyAside(path, mark);
  await orUnwritable(path, () => rm(path));
  return aside;
};

/** As {@link keepAside}, and the file stays as well. */
export const copyAside = async (path: string, mark: string): Promise<string> => {
  for (let number = 1; ; number++) {
    const aside = `${path}.${mark}-${number}`;
    try {
      await copyFile(path, aside, constants.COPYFILE_EXCL);
      return aside;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unwritable(aside, error);
    }
  }
};

/** Puts a file that was kept aside back in its place. @throws RcfedError RCFED_CONFIG_UNWRITABLE */
export const bringBack = (aside: string, path: string): Promise<void> => orUnwritable(path, () => rename(aside, path));

/** Runs what writes a file. @throws RcfedError RCFED_CONFIG_UNWRITABLE, with what the system says about why */
export const orUnwritable = async <Result>(path: string, write: () => Promise<Result>): Promise<Result> => {
  try {
    return await write();
  } catch (error) {
    throw unwritable(path, error);
  }
};

const unwritable = (path: string, error: unknown): RcfedError =>
  new RcfedError('RCFED_CONFIG_UNWRITABLE', `${path} can't be written`, { why: reason(error), cause: error });

const writeDurably = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Without this a power cut may forget the rename although the file itself is on the disk. */
const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

const reason = (error: unknown): string => {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return 'Your user has no permission to.';
    case 'ENOSPC':
      return 'The disk is full.';
    case 'EROFS':
      return 'The file system is read-only.';
    case 'EISDIR':
    case 'ENOTDIR':
      return 'A file and a folder are mixed up in its path.';
    default:
      return `The system says ${codeOf(error)}.`;
  }
};
