import { join } from 'node:path';
import { parseDuration } from '../core/duration.ts';
import { RcfedError } from '../core/errors.ts';
import type { ServerName, WorkspaceUserId } from '../core/ids.ts';
import { Secret } from '../core/secret.ts';
import type { AdminProfile, Profile, UserProfile, WorkspaceAccess } from './profile.ts';
import { type ProfileKind, profileFields, valuesFromEnvironment, variableOf } from './profile-fields.ts';
import { secretsFromFiles } from './secret-files.ts';
import type { ProfileSource } from './profiles.ts';

/** Whose data folder it is where the environment alone is the profile. */
export const ENVIRONMENT = 'environment';

/** Every value of one profile, from file and environment, by field name. */
interface Merged {
  readonly name: string | undefined;
  readonly kind: ProfileKind;
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
}

/**
 * The profile to work with: the named one, else the one in use, with the environment's RCFED_…
 * variables over it; the environment alone is enough.
 * @param name the global flag --profile
 * @throws RcfedError RCFED_PROFILE_MISSING, RCFED_PROFILE_INCOMPLETE naming everything that is missing
 */
export const loadProfile = async (source: ProfileSource, name?: string): Promise<Profile> => {
  const merged = await mergeProfile(source, name);
  return merged.kind === 'admin' ? asAdmin(merged, source) : asUser(merged);
};

/** As {@link loadProfile}, for commands that only the bridge's admin can run. */
export const loadAdminProfile = async (source: ProfileSource, name?: string): Promise<AdminProfile> =>
  asAdmin(await mergeProfile(source, name, 'admin'), source);

/** File and environment put together, nothing required yet. */
export const mergeProfile = async (
  source: ProfileSource,
  name: string | undefined,
  wanted?: ProfileKind,
): Promise<Merged> => {
  // Lazily: commands import this file, and one that fails on usage shall not pay for files and ciphers.
  const { findProfile, revealSecrets } = await import('./profiles.ts');
  const stored = await findProfile(source, name);
  const kind = stored?.kind ?? wanted ?? (source.env['RCFED_HOMESERVER_URL'] ? 'admin' : 'user');
  const fromEnvironment = valuesFromEnvironment(source.env, kind);
  if (stored === undefined && fromEnvironment['workspace-url'] === undefined)
    throw new RcfedError('RCFED_PROFILE_MISSING', 'There is no profile to work with', {
      why: 'None was added, and RCFED_WORKSPACE_URL is not set either.',
      try: ['rcfed profile add', 'Try without one: rcfed sandbox demo'],
    });
  if (wanted !== undefined && kind !== wanted)
    throw new RcfedError(
      'RCFED_PROFILE_INCOMPLETE',
      `${stored?.name ?? 'The profile'} is a ${kind} profile; this needs an ${wanted} profile`,
      {
        try: ['rcfed profile list', 'rcfed profile add NAME --kind admin'],
      },
    );
  const secrets = stored === undefined ? {} : await revealSecrets(source, stored);
  const values: Record<string, string> = { ...stored?.values };
  for (const [field, value] of Object.entries({ ...(await secretsFromFiles(source.env, kind)), ...fromEnvironment }))
    if (isSecret(field)) secrets[field] = known(source, value);
    else values[field] = value;
  return { name: stored?.name, kind, values, secrets };
};

const known = ({ redactor }: ProfileSource, value: string): Secret => {
  const secret = new Secret(value);
  redactor.know(secret);
  return secret;
};

const isSecret = (name: string): boolean => profileFields.some((field) => field.name === name && field.secret === true);

const asAdmin = (merged: Merged, { folders }: Pick<ProfileSource, 'folders'>): AdminProfile => {
  refuseIncomplete(merged);
  const { name, values, secrets } = merged;
  const dataFolder = join(folders.data, name ?? ENVIRONMENT);
  return {
    kind: 'admin',
    ...common(merged),
    workspace: workspaceOf(merged),
    homeserver: {
      url: values['homeserver-url'] ?? '',
      serverName: (values['server-name'] ?? '') as ServerName,
      adminToken: secrets['homeserver-admin-token'],
    },
    registration: { path: values['registration'], asToken: secrets['as-token'], hsToken: secrets['hs-token'] },
    prefix: values['prefix'] ?? 'rc_',
    identity: values['identity'] === 'alias' ? 'alias' : 'puppets',
    store: storeOf(merged, join(dataFolder, 'store.db')),
    listen: values['listen'] ?? '127.0.0.1:29400',
    webhookToken: secrets['webhook-token'],
    admin: { address: values['admin'] ?? join(dataFolder, 'admin.sock'), token: secrets['admin-token'] },
    keepBodiesMs: parseDuration(values['keep-bodies'] ?? '7d', 'keep-bodies'),
    maxMembers: Number(values['max-members'] ?? '200'),
    puppetSeats: values['puppet-seats'] === undefined ? undefined : Number(values['puppet-seats']),
    roomEnds: roomEndsOf(values['room-ends']),
    puppetIdleMs: parseDuration(values['puppet-idle'] ?? '30d', 'puppet-idle'),
    presence: values['presence'] === 'true',
    dataFolder,
  };
};

const roomEndsOf = (value: string | undefined): AdminProfile['roomEnds'] =>
  value === 'keep' || value === 'delete' ? value : 'close';

const asUser = (merged: Merged): UserProfile => {
  refuseIncomplete(merged);
  return {
    kind: 'user',
    ...common(merged),
    workspace: workspaceOf(merged),
    admin: { address: merged.values['admin'] ?? '' },
  };
};

const common = ({ name, values }: Merged): Pick<Profile, 'name' | 'caFile' | 'timeoutMs'> => ({
  name,
  caFile: values['ca-file'],
  timeoutMs: values['timeout'] === undefined ? undefined : parseDuration(values['timeout'], 'timeout'),
});

const workspaceOf = ({ values, secrets }: Merged): WorkspaceAccess => ({
  url: values['workspace-url'] ?? '',
  userId: values['workspace-user-id'] as WorkspaceUserId | undefined,
  username: values['workspace-username'],
  token: secrets['workspace-token'],
  password: secrets['workspace-password'],
});

const storeOf = ({ values, secrets }: Merged, fallback: string): Secret => {
  const store = values['store'] ?? fallback;
  const password = secrets['store-password'];
  if (password === undefined || !/^postgres(ql)?:/.test(store)) return new Secret(store);
  const url = new URL(store);
  url.password = encodeURIComponent(password.reveal());
  return new Secret(url.href);
};

const refuseIncomplete = ({ name, kind, values }: Merged): void => {
  const missing = profileFields.filter((field) => field.requiredFor?.includes(kind) && !values[field.name]);
  if (missing.length === 0) return;
  const list = missing.map((field) => `--${field.name} (${variableOf(field.name)})`).join(', ');
  throw new RcfedError(
    'RCFED_PROFILE_INCOMPLETE',
    `${name === undefined ? 'The environment' : `Profile ${name}`} lacks ${list}`,
    {
      try:
        name === undefined
          ? missing.map((field) => `export ${variableOf(field.name)}=…`).slice(0, 3)
          : [`rcfed profile add ${name} --replace`],
    },
  );
};
