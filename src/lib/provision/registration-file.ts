import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { readPrivateFile, writePrivateFile } from '../config/private-file.ts';
import { RcfedError } from '../core/errors.ts';
import { homeserverYamlLines, renderRegistration } from '../matrix/registration.ts';
import type { Registration } from '../matrix/types.ts';

export const REGISTRATION_FILE = 'registration.yaml';

export interface WrittenRegistration {
  /** Absolute. */
  readonly path: string;
  /** False: the file was already so. */
  readonly changed: boolean;
  /** What makes Synapse read it. */
  readonly homeserverYaml: string;
}

/** By which a file is known again without keeping its tokens. */
export const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex');

/** How the file in a folder compares with what would be written. */
export async function compareRegistrationFile(
  folder: string,
  registration: Registration,
): Promise<'missing' | 'same' | 'differs'> {
  const existing = await readPrivateFile(resolve(folder, REGISTRATION_FILE));
  if (existing === undefined) return 'missing';
  return existing === (await renderRegistration(registration)) ? 'same' : 'differs';
}

/**
 * As {@link compareRegistrationFile}, for who is going to write it. Nothing is written.
 * @param replace whether another file there may be replaced
 * @throws RcfedError RCFED_REGISTRATION_DIFFERS
 */
export async function planRegistrationFile(
  folder: string,
  registration: Registration,
  replace: boolean,
): Promise<'missing' | 'same' | 'differs'> {
  const existing = await compareRegistrationFile(folder, registration);
  if (existing !== 'differs' || replace) return existing;
  throw new RcfedError('RCFED_REGISTRATION_DIFFERS', `${resolve(folder, REGISTRATION_FILE)} is another registration`, {
    why: 'The homeserver may use it: with other tokens it would not know the bridge any more.',
  });
}

/**
 * Writes registration.yaml (0600) into a folder, which is made if need be.
 * @param replace whether another file there may be replaced
 * @throws RcfedError RCFED_REGISTRATION_DIFFERS, RCFED_CONFIG_UNWRITABLE
 */
export async function writeRegistrationFile(
  folder: string,
  registration: Registration,
  replace: boolean,
): Promise<WrittenRegistration> {
  const path = resolve(folder, REGISTRATION_FILE);
  const existing = await planRegistrationFile(folder, registration, replace);
  if (existing !== 'same') await writePrivateFile(path, await renderRegistration(registration));
  return { path, changed: existing !== 'same', homeserverYaml: homeserverYamlLines(path) };
}
