import { resolve } from 'node:path';
import { copyAside } from '../config/private-file.ts';
import type { Journal } from '../journal/journal.ts';
import type { Registration } from '../matrix/types.ts';
import { planSetupFiles, type SetupFilesRequest, writeSetupFiles } from './setup-files.ts';
import {
  planRegistrationFile,
  REGISTRATION_FILE,
  type WrittenRegistration,
  writeRegistrationFile,
} from './registration-file.ts';
import type { WrittenFile } from './written-files.ts';

/**
 * Writes registration.yaml. One that is replaced is kept beside it; the journal says where, before it is written.
 * @throws RcfedError as {@link writeRegistrationFile}
 */
export async function writeJournaledRegistration(
  folder: string,
  registration: Registration,
  replace: boolean,
  workspace: string,
  journal: Journal,
): Promise<WrittenRegistration> {
  const path = resolve(folder, REGISTRATION_FILE);
  const existing = await planRegistrationFile(folder, registration, replace);
  if (existing === 'same') return await writeRegistrationFile(folder, registration, replace);
  const keptAs = existing === 'differs' ? await copyAside(path, 'old') : null;
  let written: WrittenRegistration | undefined;
  await journal.doing(workspace, { kind: 'file', path, keptAs }, async () => {
    written = await writeRegistrationFile(folder, registration, replace);
    return 'done';
  });
  if (written === undefined) throw new Error('what is begun is done, or throws');
  return written;
}

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
