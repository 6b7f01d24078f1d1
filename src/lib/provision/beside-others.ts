import { readFile } from 'node:fs/promises';
import { RcfedError } from '../core/errors.ts';
import { refuseConflicts, registrationConflicts } from '../matrix/registration-conflicts.ts';
import type { Registration } from '../matrix/types.ts';

/**
 * Holds a registration against those of the homeserver's other application services, before both are told to it:
 * Synapse takes overlapping ones without a word. Our own older file among them is none of the others.
 * @throws RcfedError RCFED_NAMESPACE_OVERLAP, RCFED_FILE_UNREADABLE, RCFED_REGISTRATION_BROKEN
 */
export async function refuseOverlaps(registration: Registration, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const conflicts = await registrationConflicts(registration, await textOf(path));
    const same = new Set(conflicts.map(({ what }) => what));
    if (!same.has('id') || !same.has('token')) refuseConflicts(conflicts);
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new RcfedError('RCFED_FILE_UNREADABLE', `The registration ${path} can't be read`, { cause: error });
  }
}
