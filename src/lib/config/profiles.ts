import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { Clock } from '../core/clock.ts';
import { decryptSecret, encryptSecret } from '../core/encryption.ts';
import { RcfedError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { Folders } from './folders.ts';
import { type JsonFile, jsonFile } from './json-file.ts';
import { loadKey } from './key-file.ts';
import { type ProfileKind, profileFields } from './profile-fields.ts';

/** What reading and writing profiles takes from outside; a CommandContext is one. */
export interface ProfileSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folders: Folders;
  readonly clock: Clock;
  readonly redactor: { know(secret: Secret): void };
}

const storedProfile = v.object({
  kind: v.picklist(['admin', 'user']),
  values: v.record(v.string(), v.string()),
  /** Encrypted by encryption.ts, bound to `profiles`, the profile's name and the field's name. */
  secrets: v.record(v.string(), v.string()),
});
const storedProfiles = v.object({
  version: v.literal(1),
  current: v.optional(v.string()),
  profiles: v.record(v.string(), storedProfile),
});

/** A profile as kept: values by field name, secrets still encrypted. */
export interface StoredProfile extends v.InferOutput<typeof storedProfile> {
  readonly name: string;
}

/** What `profile add` was told: values by field name, secret ones as Secret. */
export interface NewProfile {
  readonly name: string;
  readonly kind: ProfileKind;
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
}

const profilesFile = ({ folders, clock }: ProfileSource): JsonFile<v.InferOutput<typeof storedProfiles>> =>
  jsonFile({
    path: join(folders.config, 'profiles.json'),
    schema: storedProfiles,
    empty: () => ({ version: 1 as const, profiles: {} }),
    clock,
  });

/** A name of letters may be that of something every object has, such as `constructor`. */
const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** Every profile in alphabetical order, and the name of the one in use. */
export const listProfiles = async (
  source: ProfileSource,
): Promise<{ current: string | undefined; profiles: readonly StoredProfile[] }> => {
  const { current, profiles } = await profilesFile(source).read();
  const named = Object.entries(profiles).map(([name, profile]) => ({ name, ...profile }));
  return { current: current ?? onlyOne(named), profiles: named.toSorted((a, b) => a.name.localeCompare(b.name)) };
};

const onlyOne = (profiles: readonly StoredProfile[]): string | undefined =>
  profiles.length === 1 ? profiles[0]?.name : undefined;

/**
 * The profile of that name, or the one in use.
 * @returns undefined if no name is given and none is in use.
 * @throws RcfedError RCFED_PROFILE_MISSING for a name that is not there.
 */
export const findProfile = async (source: ProfileSource, name?: string): Promise<StoredProfile | undefined> => {
  const { current, profiles } = await listProfiles(source);
  const wanted = name ?? current;
  if (wanted === undefined) return undefined;
  return profiles.find((profile) => profile.name === wanted) ?? missing(wanted);
};

const missing = (name: string): never => {
  throw new RcfedError('RCFED_PROFILE_MISSING', `There is no profile ${name}`);
};

export interface ComparedProfile {
  /** What is there; undefined: nothing. */
  readonly before: StoredProfile | undefined;
  /** Whether it is the same already. */
  readonly isSo: boolean;
  /** Names of the secrets that are the same. */
  readonly sameSecrets: readonly string[];
}

/** It also names a folder. @throws RcfedError RCFED_USAGE */
export const checkProfileName = (name: string): void => {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name))
    throw new RcfedError('RCFED_USAGE', 'A profile name has letters, digits and ._- only, at most 64');
};

/**
 * How a profile compares with the one of its name. Nothing is kept.
 * @throws RcfedError RCFED_PROFILE_EXISTS where one of that name differs and `replace` is false; RCFED_USAGE
 */
export const planProfile = async (
  source: ProfileSource,
  added: NewProfile,
  replace: boolean,
): Promise<ComparedProfile> => {
  checkProfileName(added.name);
  const before = (await listProfiles(source)).profiles.find(({ name }) => name === added.name);
  if (before === undefined) return { before, isSo: false, sameSecrets: [] };
  const isSo = await isSame(source, before, added);
  if (!isSo && !replace) throw isOther(added.name);
  const secrets = await revealSecrets(source, before);
  const isSameSecret = (field: string): boolean => secrets[field]?.reveal() === added.secrets[field]?.reveal();
  return { before, isSo, sameSecrets: Object.keys(added.secrets).filter(isSameSecret) };
};

const isOther = (name: string): RcfedError =>
  new RcfedError('RCFED_PROFILE_EXISTS', `There is already another profile ${name}`, {
    try: [`rcfed profile show ${name}`, `rcfed profile add ${name} --replace …`],
  });

/**
 * Keeps a profile; the first one comes into use.
 * @returns whether anything changed: the same profile added twice is "already so".
 * @throws RcfedError as {@link planProfile}
 */
export const addProfile = async (source: ProfileSource, added: NewProfile, replace: boolean): Promise<boolean> => {
  await planProfile(source, added, replace);
  const key = await loadKey(source);
  const secrets = Object.fromEntries(
    Object.entries(added.secrets).map(([field, secret]) => [
      field,
      encryptSecret(key, { table: 'profiles', row: added.name, column: field }, secret),
    ]),
  );
  return await profilesFile(source).update(async (content) => {
    const existing = own(content.profiles, added.name);
    if (existing !== undefined && (await isSame(source, { name: added.name, ...existing }, added))) return false;
    if (existing !== undefined && !replace) throw isOther(added.name);
    content.profiles[added.name] = { kind: added.kind, values: { ...added.values }, secrets };
    content.current ??= added.name;
    return true;
  });
};

const isSame = async (source: ProfileSource, stored: StoredProfile, added: NewProfile): Promise<boolean> => {
  const secrets = await revealSecrets(source, stored);
  return (
    stored.kind === added.kind && isDeepStrictEqual(stored.values, added.values) && haveSameText(secrets, added.secrets)
  );
};

const haveSameText = (some: Readonly<Record<string, Secret>>, others: Readonly<Record<string, Secret>>): boolean =>
  Object.keys(some).length === Object.keys(others).length &&
  Object.entries(some).every(([field, secret]) => secret.reveal() === others[field]?.reveal());

/** Puts a profile back as it was stored, its secrets encrypted as they were. */
export const restoreProfile = async (
  source: ProfileSource,
  { name, kind, values, secrets }: StoredProfile,
): Promise<void> =>
  await profilesFile(source).update((content) => {
    content.profiles[name] = { kind, values, secrets };
    content.current ??= name;
  });

/** Makes a profile the one in use; undefined: none. @returns false if it was already. */
export const useProfile = async (source: ProfileSource, name: string | undefined): Promise<boolean> =>
  await profilesFile(source).update((content) => {
    if (name !== undefined && own(content.profiles, name) === undefined) return missing(name);
    const changed = content.current !== name;
    if (name === undefined) delete content.current;
    else content.current = name;
    return changed;
  });

/** Forgets a profile and its secrets; its store stays. @returns false if there was none. */
export const removeProfile = async (source: ProfileSource, name: string): Promise<boolean> =>
  await profilesFile(source).update((content) => {
    const existed = Object.hasOwn(content.profiles, name);
    delete content.profiles[name];
    if (content.current === name) delete content.current;
    return existed;
  });

/**
 * The decrypted secrets of a profile by field name; from now on the redactor knows them.
 * @throws RcfedError RCFED_SECRET_UNREADABLE with another key.
 */
export const revealSecrets = async (
  source: ProfileSource,
  { name, secrets }: StoredProfile,
): Promise<Record<string, Secret>> => {
  const known = profileFields.filter((field) => secrets[field.name] !== undefined);
  if (known.length === 0) return {};
  const key = await loadKey(source);
  const revealed: Record<string, Secret> = {};
  for (const { name: field } of known) {
    const secret = decryptSecret(key, { table: 'profiles', row: name, column: field }, secrets[field] ?? '');
    source.redactor.know(secret);
    revealed[field] = secret;
  }
  return revealed;
};
