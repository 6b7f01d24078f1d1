import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { ENVIRONMENT } from '../config/load-profile.ts';
import { addProfile, findProfile, type ProfileSource, revealSecrets } from '../config/profiles.ts';
import { copyAside } from '../config/private-file.ts';
import { secretsFromFiles } from '../config/secret-files.ts';
import { RcfedError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { AdminProfile } from '../config/profile.ts';
import { renderRegistration } from '../matrix/registration.ts';
import type { Registration } from '../matrix/types.ts';
import type { ChangeOf } from '../journal/change.ts';
import { journalOf } from '../journal/journal.ts';
import { requiredRegistration } from './profile-registration.ts';
import { compareRegistrationFile, fingerprint, REGISTRATION_FILE, writeRegistrationFile } from './registration-file.ts';

export interface Rotation {
  /** Absolute path of the file with the new tokens. */
  readonly path: string;
  /** Where the file with the old ones is now; undefined where there was none, or with a dry run. */
  readonly aside: string | undefined;
  /** The profile that the new tokens are kept in; undefined: only the file has them. */
  readonly profile: string | undefined;
  /** Of the journal, for `federation rollback`; undefined with a dry run. */
  readonly entry: number | undefined;
}

const TOKEN_BYTES = 32;

/**
 * Gives the bridge a new as_token and hs_token, in its registration file and its profile, written down in the journal.
 * The old file is copied aside first, and the profile changes last: cut short at any moment, one of both
 * still has the tokens that the homeserver knows, and running it again ends well.
 * @throws RcfedError RCFED_REGISTRATION_ELSEWHERE, RCFED_REGISTRATION_MISSING, RCFED_REGISTRATION_BROKEN
 */
export async function rotateRegistration(
  source: ProfileSource,
  profile: AdminProfile,
  dryRun: boolean,
): Promise<Rotation> {
  await refuseEnvironment(source);
  const old = await requiredRegistration(profile, source.redactor);
  const path = resolve(profile.registration.path ?? REGISTRATION_FILE);
  const kept = profile.registration.asToken === undefined ? undefined : profile.name;
  if (dryRun) return { path, aside: undefined, profile: kept, entry: undefined };
  const fresh = withNewTokens(old, source);
  const existing = await compareRegistrationFile(dirname(path), fresh);
  const keptAs = existing === 'missing' ? null : await copyAside(path, 'old');
  const journal = journalOf(source, profile.name ?? ENVIRONMENT);
  const change: ChangeOf<'rotation'> = {
    kind: 'rotation',
    path,
    keptAs,
    profile: kept ?? null,
    before: kept === undefined ? null : await sealedTokens(source, kept),
    after: fingerprint(await renderRegistration(fresh)),
  };
  await journal.doing(profile.workspace.url, change, async () => {
    await writeRegistrationFile(dirname(path), fresh, true);
    if (kept !== undefined) await keepTokens(source, kept, fresh);
    return 'done';
  });
  const entry = (await journal.entries()).findLast((each) => each.change.kind === 'rotation')?.id;
  return { path, aside: keptAs ?? undefined, profile: kept, entry };
}

/** The tokens as the profile keeps them, encrypted. */
async function sealedTokens(source: ProfileSource, name: string): Promise<Record<string, string> | null> {
  const stored = await findProfile(source, name);
  const sealed = Object.entries(stored?.secrets ?? {}).filter(
    ([field]) => field === 'as-token' || field === 'hs-token',
  );
  return stored === undefined ? null : Object.fromEntries(sealed);
}

/** Tokens that the environment sets would go before the new ones. */
async function refuseEnvironment({ env }: ProfileSource): Promise<void> {
  const mounted = await secretsFromFiles(env, 'admin');
  const set = ['as-token', 'hs-token'].filter(
    (field) => mounted[field] !== undefined || env[`RCFED_${field.replace('-', '_').toUpperCase()}`],
  );
  if (set.length === 0) return;
  throw new RcfedError('RCFED_REGISTRATION_ELSEWHERE', `The environment sets ${set.join(' and ')}`, {
    why: 'What it says goes before profile and file, so new tokens there would not be used.',
  });
}

function withNewTokens(old: Registration, { redactor }: ProfileSource): Registration {
  const token = (): Secret => {
    const secret = new Secret(randomBytes(TOKEN_BYTES).toString('hex'));
    redactor.know(secret);
    return secret;
  };
  return Object.freeze({ ...old, asToken: token(), hsToken: token() });
}

async function keepTokens(source: ProfileSource, name: string, { asToken, hsToken }: Registration): Promise<void> {
  const stored = await findProfile(source, name);
  if (stored === undefined) return;
  const secrets = { ...(await revealSecrets(source, stored)), 'as-token': asToken, 'hs-token': hsToken };
  await addProfile(source, { name, kind: stored.kind, values: stored.values, secrets }, true);
}
