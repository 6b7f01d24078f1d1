import {
  findProfile,
  listProfiles,
  type ProfileSource,
  revealSecrets,
  type StoredProfile,
} from '../config/profiles.ts';
import { RcfedError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';

/** What the profile of a name holds now. */
export interface KnownProfile {
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
}

/** The profile to be provisioned; undefined where there is none yet. */
export async function knownProfile(source: ProfileSource, name: string): Promise<KnownProfile | undefined> {
  const { profiles } = await listProfiles(source);
  if (!profiles.some((profile) => profile.name === name)) return undefined;
  const stored = (await findProfile(source, name)) as StoredProfile;
  return { values: stored.values, secrets: await revealSecrets(source, stored) };
}

interface Servers {
  readonly profile: string;
  readonly workspaceUrl: string;
  readonly serverName: string;
  readonly replace: boolean;
}

/**
 * Tokens of one workspace must not end up in the profile of another.
 * @throws RcfedError RCFED_PROFILE_EXISTS
 */
export function refuseOther(
  { profile, workspaceUrl, serverName, replace }: Servers,
  known: KnownProfile | undefined,
): void {
  if (known === undefined || replace) return;
  const other = [
    ['workspace-url', workspaceUrl],
    ['server-name', serverName],
  ].find(([field = '', value]) => known.values[field] !== undefined && known.values[field] !== value);
  if (other === undefined) return;
  throw new RcfedError(
    'RCFED_PROFILE_EXISTS',
    `Profile ${profile} is for another ${other[0] === 'workspace-url' ? 'workspace' : 'homeserver'}`,
    {
      try: [`rcfed profile show ${profile}`, 'Make another profile: rcfed federation provision --profile NAME'],
    },
  );
}

export const isSameProfile = (known: KnownProfile | undefined, wanted: KnownProfile): boolean =>
  known !== undefined && asText(known) === asText(wanted);

const asText = ({ values, secrets }: KnownProfile): string =>
  JSON.stringify([
    Object.entries(values).toSorted(([one], [other]) => one.localeCompare(other)),
    Object.entries(secrets)
      .map(([name, secret]) => [name, secret.reveal()])
      .toSorted(([one = ''], [other = '']) => one.localeCompare(other)),
  ]);
