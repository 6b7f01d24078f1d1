import type { Journal } from '../journal/journal.ts';
import { planSetupFiles, type SetupFilesRequest, writeSetupFiles } from './setup-files.ts';
import type { WrittenFile } from './written-files.ts';

/**
 * Writes the files to run the bridge with. Those that are new are in the journal before they are written; one that
 * was edited, and is replaced, when it is known where the edited one is now.
 */
export async function writeJournaledFiles(
  request: SetupFilesRequest,
  replace: boolean,
  workspace: string,
  journal: Journal,
): Promise<readonly WrittenFile[]> {
  const missing = (await planSetupFiles(request)).filter(({ state }) => state === 'missing');
  const written: WrittenFile[] = [];
  const writeAfter = async ([path, ...rest]: readonly string[]): Promise<'done'> => {
    if (path === undefined) written.push(...(await writeSetupFiles(request, replace)));
    else await journal.doing(workspace, { kind: 'file', path, keptAs: null }, () => writeAfter(rest));
    return 'done';
  };
  await writeAfter(missing.map(({ path }) => path));
  for (const { path, aside } of written) {
    if (aside !== undefined)
      await journal.doing(workspace, { kind: 'file', path, keptAs: aside }, () => Promise.resolve('done'));
  }
  return written;
}
