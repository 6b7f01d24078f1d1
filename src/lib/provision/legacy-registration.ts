import { resolve } from 'node:path';
import { copyAside, readPrivateFile, writePrivateFile } from '../config/private-file.ts';
import { RcfedError } from '../core/errors.ts';
import type { Reach } from '../admin/reach.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';
import type { Journal } from '../journal/journal.ts';
import { IN_REGISTRATION, LEGACY_REGISTRATION, registrationDrift } from './legacy-changes.ts';

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

interface Place {
  readonly folder: string;
  /** URL of the workspace. */
  readonly workspace: string;
  readonly journal: Journal;
}

/**
 * Fetches the registration that Rocket.Chat made of its settings, and writes it (0600) for the homeserver.
 * @throws RcfedError RCFED_REGISTRATION_BROKEN where it makes none; as writePrivateFile
 */
export async function writeLegacyRegistration(
  { folder, workspace, journal }: Place,
  api: Pick<WorkspaceApi, 'setting'>,
  reach: Pick<Reach, 'clock' | 'signal'>,
): Promise<LegacyRegistration> {
  const text = await madeRegistration(api, reach);
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

const LOOK_MS = 200;
const PATIENCE_MS = 10_000;

/**
 * Rocket.Chat makes it anew a while after a setting has changed. Until then it is that with the old tokens, which the
 * homeserver must not be given.
 */
async function madeRegistration(
  api: Pick<WorkspaceApi, 'setting'>,
  { clock, signal }: Pick<Reach, 'clock' | 'signal'>,
): Promise<string> {
  const until = clock.now() + PATIENCE_MS;
  for (;;) {
    const [made, ...parts] = await Promise.all(
      [LEGACY_REGISTRATION, ...IN_REGISTRATION].map(async (id) => (await api.setting(id))?.value),
    );
    if (
      typeof made === 'string' &&
      made !== '' &&
      parts.every((part) => typeof part !== 'string' || made.includes(part))
    )
      return made;
    if (clock.now() >= until)
      throw new RcfedError('RCFED_REGISTRATION_BROKEN', 'Rocket.Chat makes no registration of its settings', {
        why: `${LEGACY_REGISTRATION} does not hold its tokens.`,
        try: ['Restart Rocket.Chat, and run the same again.'],
      });
    await clock.sleep(LOOK_MS, signal);
  }
}
