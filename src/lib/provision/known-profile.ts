import { fieldsForeignTo, otherServers } from '../config/foreign-fields.ts';
import {
  checkProfileName,
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

/**
 * As {@link knownProfile}, to be changed: what it holds is kept unless told otherwise.
 * @param replace whether it may be that of a person, of which nothing is kept
 * @throws RcfedError RCFED_PROFILE_EXISTS; RCFED_USAGE for a name that no profile can have
 */
export async function profileToProvision(
  source: ProfileSource,
  name: string,
  replace: boolean,
): Promise<KnownProfile | undefined> {
  checkProfileName(name);
  const stored = (await listProfiles(source)).profiles.find((profile) => profile.name === name);
  if (stored?.kind === 'admin') return { values: stored.values, secrets: await revealSecrets(source, stored) };
  if (stored === undefined || replace) return undefined;
  throw new RcfedError('RCFED_PROFILE_EXISTS', `Profile ${name} is that of a person, not of a bridge`, {
    try: seeOrMakeAnother(name),
  });
}

const seeOrMakeAnother = (name: string): string[] => [
  `rcfed profile show ${name}`,
  'Make another profile: rcfed federation provision --profile NAME',
];

interface Servers {
  readonly profile: string;
  readonly workspaceUrl: string;
  readonly serverName: string;
  readonly replace: boolean;
}

/**
 * What of a profile may be used for these servers: tokens of one must not be told another, nor end up in its profile.
 * @throws RcfedError RCFED_PROFILE_EXISTS where it is for others and is not to be replaced
 */
export function ofSameServers(
  { profile, workspaceUrl, serverName, replace }: Servers,
  known: KnownProfile | undefined,
): KnownProfile | undefined {
  if (known === undefined) return undefined;
  const others = otherServers(known.values, { 'workspace-url': workspaceUrl, 'server-name': serverName });
  const [first] = others;
  if (first === undefined) return known;
  if (!replace)
    throw new RcfedError(
      'RCFED_PROFILE_EXISTS',
      `Profile ${profile} is for another ${first === 'workspace-url' ? 'workspace' : 'homeserver'}`,
      { try: seeOrMakeAnother(profile) },
    );
  const foreign = fieldsForeignTo(others);
  return { values: without(known.values, foreign), secrets: without(known.secrets, foreign) };
}

const without = <Value>(fields: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

export const isSameProfile = (known: KnownProfile | undefined, wanted: KnownProfile): boolean =>
  known !== undefined && asText(known) === asText(wanted);

const asText = ({ values, secrets }: KnownProfile): string =>
  JSON.stringify([
    Object.entries(values).toSorted(([one], [other]) => one.localeCompare(other)),
    Object.entries(secrets)
      .map(([name, secret]) => [name, secret.reveal()])
      .toSorted(([one = ''], [other = '']) => one.localeCompare(other)),
  ]);
