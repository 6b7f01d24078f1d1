import { RemoteError } from '../../core/remote-error.ts';
import { puppetDisplayName } from '../../matrix/puppet-name.ts';
import { parseMxc } from '../../matrix/mxc.ts';
import type { LocalNames } from '../../matrix/look-alike.ts';
import type { MatrixProfile } from '../../matrix/types.ts';
import type { Person, Profile } from '../../store/people-types.ts';
import { AVATAR_LIMIT_BYTES, asAvatar } from '../files/avatar.ts';
import type { BridgeParts } from '../parts.ts';

const NOTHING: MatrixProfile = { displayName: undefined, avatarUrl: undefined };

export type Naming = Pick<LocalNames, 'looksLocal'>;

/** What somebody with that profile is to be called in Rocket.Chat, and the mxc of their picture. */
export function puppetLook(
  { matrixUserId }: Pick<Profile, 'matrixUserId'>,
  profile: MatrixProfile | undefined,
  { looksLocal }: Naming,
): { readonly displayName: string; readonly avatar: string | undefined } {
  const { displayName, avatarUrl } = profile ?? NOTHING;
  const name = puppetDisplayName({ userId: matrixUserId, displayName }, { looksLocal });
  return { displayName: name, avatar: avatarUrl !== undefined && parseMxc(avatarUrl) ? avatarUrl : undefined };
}

/**
 * Makes a puppet look like its person: asks for their profile, since rooms may show them under another name, and
 * changes what differs. One without an account yet gets its name for when the bot speaks for it. Rejects with what
 * the first step that failed says; steps that succeeded before it are stored.
 *
 * @param inRoom what a room shows of them, for when their homeserver keeps profiles to itself.
 */
export async function dressPuppet(
  parts: BridgeParts,
  puppet: Person,
  naming: Naming,
  inRoom: MatrixProfile,
): Promise<void> {
  const look = puppetLook(puppet, await profileOf(parts, puppet, inRoom), naming);
  const { people } = parts.store;
  if (puppet.displayName !== look.displayName) {
    await setName(parts, puppet, look.displayName);
    await people.update(puppet.id, { displayName: look.displayName });
    parts.log('info', 'puppet.named', { user: puppet.matrixUserId, name: look.displayName });
  }
  if (puppet.avatar === look.avatar || puppet.workspaceUserId === undefined) return;
  await carryPicture(parts, puppet, look.avatar);
  await people.update(puppet.id, { avatar: look.avatar });
  parts.log('info', 'puppet.pictured', { user: puppet.matrixUserId, avatar: look.avatar ?? 'none' });
}

async function profileOf(parts: BridgeParts, { matrixUserId }: Profile, inRoom: MatrixProfile) {
  try {
    return await parts.homeserver.profile(matrixUserId);
  } catch (error) {
    if (error instanceof RemoteError && error.failure === 'refused' && error.status === 403) return inRoom;
    throw error;
  }
}

/** As the puppet; as the bot where people may not change their names, or the puppet's token works no longer. */
async function setName(parts: BridgeParts, { workspaceUserId: userId, token }: Person, name: string): Promise<void> {
  if (userId === undefined) return;
  if (token === undefined) return parts.workspace.setName(userId, name);
  try {
    await parts.workspace.as({ userId, token }).setOwnName(name);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused') throw error;
    await parts.workspace.setName(userId, name);
  }
}

/**
 * As the bot, which may do so where people may not. What is no picture, or too large a one, counts as none: the one
 * from before is no longer theirs.
 */
export async function carryPicture(
  parts: BridgeParts,
  { workspaceUserId: userId, matrixUserId, avatar }: Pick<Person, 'workspaceUserId' | 'matrixUserId' | 'avatar'>,
  mxc: string | undefined,
): Promise<void> {
  if (userId === undefined) return;
  const picture = mxc === undefined ? undefined : await pictureOf(parts, mxc);
  if (picture !== undefined) return parts.workspace.setAvatar(userId, picture.bytes, picture.contentType);
  if (mxc !== undefined) parts.log('warn', 'puppet.avatar-refused', { user: matrixUserId, avatar: mxc });
  if (avatar !== undefined) await parts.workspace.resetAvatar(userId);
}

async function pictureOf(parts: BridgeParts, mxc: string) {
  try {
    return asAvatar(await parts.homeserver.media(mxc, AVATAR_LIMIT_BYTES));
  } catch (error) {
    if (error instanceof RemoteError && error.code === 'M_TOO_LARGE') return undefined;
    throw error;
  }
}
