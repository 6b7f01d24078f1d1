import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keepAside, orUnwritable, readPrivateFile, writePrivateFile } from '../config/private-file.ts';
import type { Artifact } from './artifacts/artifact.ts';

/** How one file compares with what would be written. `edited`: neither that, nor what was written last. */
type FileState = 'missing' | 'same' | 'outdated' | 'edited';

export interface ComparedFile {
  readonly artifact: Artifact;
  /** Absolute. */
  readonly path: string;
  readonly state: FileState;
}

/** What became of one file. `kept`: it was edited by hand, and stays. */
export interface WrittenFile {
  readonly path: string;
  readonly outcome: 'written' | 'already so' | 'kept';
  /** Where the edited file is now, if it was replaced. */
  readonly aside?: string;
}

/** What became of one file, or would. */
export interface FileToWrite extends Omit<WrittenFile, 'outcome'> {
  readonly outcome: WrittenFile['outcome'] | 'to write';
}

/** Remembers what was written, by hash, to tell a file of ours from one that somebody has changed since. */
const RECORD = '.rcfed-files.json';
const OPEN_MODE = 0o644;

type Hashes = Readonly<Record<string, string>>;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Reads only. @throws RcfedError RCFED_CONFIG_UNREADABLE */
export async function compareFiles(folder: string, artifacts: readonly Artifact[]): Promise<readonly ComparedFile[]> {
  const hashes = await recorded(folder);
  return await Promise.all(
    artifacts.map(async (artifact) => {
      const path = join(folder, artifact.path);
      return { artifact, path, state: await stateOf(path, artifact, hashes[artifact.path]) };
    }),
  );
}

async function stateOf(path: string, { text, secret }: Artifact, written: string | undefined): Promise<FileState> {
  const existing = await readPrivateFile(path);
  if (existing === undefined) return 'missing';
  if (existing === text) return secret && (await isOpen(path)) ? 'outdated' : 'same';
  return hashOf(existing) === written ? 'outdated' : 'edited';
}

/** Others can read it, although it holds a secret. */
const isOpen = async (path: string): Promise<boolean> => ((await stat(path)).mode & 0o077) !== 0;

/** What would become of files, if they were written now. */
export const expectedFiles = (files: readonly ComparedFile[], replace: boolean): readonly FileToWrite[] =>
  files.map(({ path, state }) => {
    if (state === 'same') return { path, outcome: 'already so' };
    return { path, outcome: state === 'edited' && !replace ? 'kept' : 'to write' };
  });

/**
 * Writes what is missing or ours and out of date. A file that somebody edited stays, unless `replace`: then
 * it is moved aside first.
 * @throws RcfedError RCFED_CONFIG_UNWRITABLE
 */
export async function writeFiles(
  folder: string,
  files: readonly ComparedFile[],
  replace: boolean,
): Promise<readonly WrittenFile[]> {
  const written: WrittenFile[] = [];
  const hashes: Record<string, string> = { ...(await recorded(folder)) };
  const before = JSON.stringify(hashes);
  for (const file of files) {
    const result = await writeOne(file, replace);
    if (result.outcome !== 'kept') hashes[file.artifact.path] = hashOf(file.artifact.text);
    written.push(result);
  }
  if (JSON.stringify(hashes) !== before) await writePrivateFile(join(folder, RECORD), recordText(hashes));
  return written;
}

async function writeOne({ artifact, path, state }: ComparedFile, replace: boolean): Promise<WrittenFile> {
  if (state === 'same') return { path, outcome: 'already so' };
  if (state === 'edited' && !replace) return { path, outcome: 'kept' };
  const aside = state === 'edited' ? await keepAside(path, 'old') : undefined;
  await (artifact.secret ? writePrivateFile(path, artifact.text) : writeOpenFile(path, artifact.text));
  return { path, outcome: 'written', ...(aside === undefined ? {} : { aside }) };
}

/** Whole or not at all, as {@link writePrivateFile}, but for everybody to read. */
async function writeOpenFile(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  await orUnwritable(path, async () => {
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(temporary, text, { flag: 'wx', mode: OPEN_MODE });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

async function recorded(folder: string): Promise<Hashes> {
  const text = await readPrivateFile(join(folder, RECORD));
  try {
    const { files } = JSON.parse(text ?? '{}') as { files?: unknown };
    return typeof files === 'object' && files !== null ? (files as Hashes) : {};
  } catch {
    // Without it every file that differs counts as edited: nothing is lost, and --replace writes it anew.
    return {};
  }
}

const recordText = (files: Hashes): string => `${JSON.stringify({ version: 1, files }, undefined, 2)}\n`;
