import * as v from 'valibot';
import { bringBack, keepAside, readPrivateFile } from '../../config/private-file.ts';
import { listProfiles, restoreProfile, type StoredProfile } from '../../config/profiles.ts';
import { fingerprint } from '../../provision/registration-file.ts';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, done, kept, type Undone, type UndoParts } from '../undone.ts';

export const rotationChange = v.object({
  kind: v.literal('rotation'),
  /** Of registration.yaml. */
  path: v.string(),
  /** Where the file with the old tokens is; null: there was none. */
  keptAs: v.nullable(v.string()),
  /** The profile that keeps the tokens; null: none does. */
  profile: v.nullable(v.string()),
  /** The old tokens by field as that profile had them, encrypted; null: none. */
  before: v.nullable(v.record(v.string(), v.string())),
  /** SHA-256 of the new file, in hexadecimal. */
  after: v.string(),
});
type Rotation = v.InferOutput<typeof rotationChange>;

/** New tokens of the bridge. */
export const rotation: ChangeKind<Rotation> = {
  subject: ({ path }) => path,
  inWords: ({ path, profile }) => `New tokens in ${path}${profile === null ? '' : ` and profile ${profile}`}`,
  undo: undoRotation,
};

/**
 * Brings the old tokens back, into file and profile. The file with the new ones stays beside it; cut short after the
 * file, the next run finds the profile still to be done.
 */
async function undoRotation(change: Rotation, parts: UndoParts): Promise<Undone> {
  const { path, keptAs } = change;
  const [now, old, stored] = await Promise.all([
    readPrivateFile(path),
    keptAs === null ? undefined : readPrivateFile(keptAs),
    storedProfile(change, parts),
  ]);
  const profile = stored && withOldTokens(stored, change);
  const isFileDone = keptAs === null ? now === undefined : old === undefined;
  if (isGone(change, now) && isFileDone) return kept(gone(change));
  if (isFileDone && profile === undefined) return ALREADY;
  const isOther = now !== undefined && now !== old && fingerprint(now) !== change.after;
  if (isOther && !isFileDone && !(await parts.mayOverwrite(`${path} is another registration now`)))
    return kept(`Somebody has changed ${path} since.`);
  return await done(parts, async () => {
    const aside = isFileDone || now === undefined ? undefined : await keepAside(path, 'undone');
    if (!isFileDone && keptAs !== null) await bringBack(keptAs, path);
    if (profile !== undefined) await restoreProfile(parts.source, profile);
    return `${aside === undefined ? '' : `The new tokens are in ${aside}. `}${RESTART}`;
  });
}

const RESTART = 'Restart the bridge, bring the old file back to the homeserver and restart that.';

/** The old file was removed, as it should be once nobody wants it back, and the new one is in use. */
const isGone = ({ keptAs, after }: Rotation, now: string | undefined): boolean =>
  keptAs !== null && now !== undefined && fingerprint(now) === after;

const gone = ({ keptAs }: Rotation): string => `The file with the old tokens, ${keptAs}, is gone.`;

async function storedProfile({ profile }: Rotation, { source }: UndoParts): Promise<StoredProfile | undefined> {
  return (await listProfiles(source)).profiles.find(({ name }) => name === profile);
}

/** Only its tokens change; undefined: it has the old ones. */
function withOldTokens(stored: StoredProfile, { before }: Rotation): StoredProfile | undefined {
  const old = Object.entries(before ?? {});
  if (old.every(([field, sealed]) => stored.secrets[field] === sealed)) return undefined;
  return { ...stored, secrets: { ...stored.secrets, ...before } };
}
