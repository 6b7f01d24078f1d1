import { resolve } from 'node:path';
import { copyAside, readPrivateFile, writePrivateFile } from '../config/private-file.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';
import type { Journal } from '../journal/journal.ts';
import { LEGACY_REGISTRATION, registrationDrift } from './legacy-changes.ts';

/** Not registration.yaml: that is the name of rcfed's own. */
const FILE = 'rocketchat-registration.yaml';

export interface LegacyRegistration {
  /** Absolute. */
  readonly path: string;
  /** Keys in which the file that was there differed; empty: it was the same, or there was none. */
  readonly drift: readonly string[];
}

/** Whether the file in a folder is what Rocket.Chat makes now; false also where nobody could see what that is. */
export async function isLegacyRegistrationThere(folder: string, made: unknown): Promise<boolean> {
  return typeof made === 'string' && (await readPrivateFile(resolve(folder, FILE))) === made;
}

/** Fetches the registration that Rocket.Chat made of its settings, and writes it (0600) for the homeserver. */
export async function writeLegacyRegistration(
  folder: string,
  api: Pick<WorkspaceApi, 'setting'>,
  workspace: string,
  journal: Journal,
): Promise<LegacyRegistration> {
  const made = (await api.setting(LEGACY_REGISTRATION))?.value;
  const text = typeof made === 'string' ? made : '';
  const path = resolve(folder, FILE);
  const there = await readPrivateFile(path);
  if (there === text) return { path, drift: [] };
  const drift = there === undefined ? [] : await registrationDrift(there, text);
  const keptAs = there === undefined ? null : await copyAside(path, 'old');
  await journal.doing(workspace, { kind: 'file', path, keptAs }, async () => {
    await writePrivateFile(path, text);
    return 'done';
  });
  return { path, drift };
}
