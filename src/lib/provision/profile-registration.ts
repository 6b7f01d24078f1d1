import { readFile } from 'node:fs/promises';
import type { AdminProfile } from '../config/profile.ts';
import { RcfedError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import { makeRegistration, parseRegistration } from '../matrix/registration.ts';
import type { Registration } from '../matrix/types.ts';

type Source = Pick<AdminProfile, 'registration' | 'prefix' | 'homeserver' | 'listen'>;

/**
 * The registration that a profile stands for: its tokens, else those of its file. What only a file can
 * say (id, url, the bot's name) comes from there, else it is what `federation provision` would write.
 * @returns undefined where the profile has neither tokens nor a file.
 * @throws RcfedError RCFED_FILE_UNREADABLE, RCFED_REGISTRATION_BROKEN
 */
export async function registrationOf(
  profile: Source,
  redactor: { know(secret: Secret): void },
): Promise<Registration | undefined> {
  const { path, asToken, hsToken } = profile.registration;
  const file = path === undefined ? undefined : await readIfThere(path, asToken !== undefined && hsToken !== undefined);
  const tokens = { asToken: asToken ?? file?.asToken, hsToken: hsToken ?? file?.hsToken };
  if (tokens.asToken === undefined || tokens.hsToken === undefined) return undefined;
  redactor.know(tokens.asToken);
  redactor.know(tokens.hsToken);
  const { serverName } = profile.homeserver;
  const base = file ?? makeRegistration({ url: `http://${profile.listen}`, prefix: profile.prefix, serverName });
  return Object.freeze({ ...base, asToken: tokens.asToken, hsToken: tokens.hsToken });
}

/** As {@link registrationOf}, where the bridge can't do without. Throws also RCFED_REGISTRATION_MISSING. */
export async function requiredRegistration(
  profile: Source & Pick<AdminProfile, 'name'>,
  redactor: { know(secret: Secret): void },
): Promise<Registration> {
  const registration = await registrationOf(profile, redactor);
  if (registration !== undefined) return registration;
  throw new RcfedError(
    'RCFED_REGISTRATION_MISSING',
    `${profile.name === undefined ? 'The environment' : `Profile ${profile.name}`} has no registration`,
    {
      why: 'The bridge needs as_token and hs_token, or the path of the registration file.',
    },
  );
}

async function readIfThere(path: string, optional: boolean): Promise<Registration | undefined> {
  try {
    return await readRegistration(path);
  } catch (error) {
    // The profile has the tokens: the file is only the copy for the homeserver, and may have moved there.
    const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    if (optional && cause?.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The registration in a file.
 * @throws RcfedError RCFED_FILE_UNREADABLE, RCFED_REGISTRATION_BROKEN
 */
export async function readRegistration(path: string): Promise<Registration> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new RcfedError('RCFED_FILE_UNREADABLE', `The registration ${path} can't be read`, { cause: error });
  }
  return await parseRegistration(text);
}
