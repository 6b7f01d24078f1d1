import { ENVIRONMENT } from '../config/load-profile.ts';
import { listProfiles, type ProfileSource } from '../config/profiles.ts';
import { journalOf } from './journal.ts';

/**
 * Whose journal somebody means: that of the named profile, which may be gone, of the one in use, of the environment
 * where that has one, else of the profile that provisioning makes unless told otherwise.
 */
export async function journalName(source: ProfileSource, named: string | undefined): Promise<string> {
  const known = named ?? (await listProfiles(source)).current;
  if (known !== undefined) return known;
  const ofEnvironment = await journalOf(source, ENVIRONMENT).entries();
  return ofEnvironment.length > 0 ? ENVIRONMENT : 'default';
}
