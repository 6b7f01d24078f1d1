import { createHash } from 'node:crypto';
import { RemoteError } from '../../core/remote-error.ts';
import { ghostDisplayName } from '../../matrix/ghost-name.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { Profile } from '../../store/people-types.ts';
import { AVATAR_LIMIT_BYTES, asAvatar } from '../files/avatar.ts';
import type { BridgeParts } from '../parts.ts';

/** What a Rocket.Chat user looks like now. `avatarEtag` is not there: not known; undefined: no picture. */
export type GhostLook = Pick<WorkspaceUser, 'username' | 'name'> & { readonly avatarEtag?: string | undefined };

export const nameOnMatrix = ({ name, username }: Pick<GhostLook, 'name' | 'username'>): string =>
  ghostDisplayName(name, username);

/** Whether the ghost is as its user is, from what the store knows. */
export function looksLike(ghost: Profile, look: GhostLook): boolean {
  // Most names are clean as they are, and everybody is compared again and again.
  const isNamed = ghost.displayName === look.name || ghost.displayName === nameOnMatrix(look);
  if (ghost.username !== look.username || !isNamed) return false;
  return !('avatarEtag' in look) || ghost.avatar === look.avatarEtag;
}

/**
 * Makes a ghost look like its user; what is so already costs no request. The Matrix id stays. Rejects with what
 * the first step that failed says; steps that succeeded before it are stored.
 */
export async function dressGhost(parts: BridgeParts, ghost: Profile, look: GhostLook): Promise<void> {
  const { people } = parts.store;
  if (ghost.username !== look.username) await people.update(ghost.id, { username: look.username });
  const displayName = nameOnMatrix(look);
  if (ghost.displayName !== displayName) {
    await parts.homeserver.as(ghost.matrixUserId).setDisplayName(displayName);
    await people.update(ghost.id, { displayName });
    parts.log('info', 'ghost.named', { ghost: ghost.matrixUserId, name: displayName });
  }
  if (!('avatarEtag' in look) || ghost.avatar === look.avatarEtag) return;
  await carryAvatar(parts, ghost, look);
  await people.update(ghost.id, { avatar: look.avatarEtag });
}

/**
 * The user's picture, or none. What is no picture counts as none, and so do drawn initials. A picture is uploaded
 * once however often its etag changes: Rocket.Chat shows the old etag for half a second after it told of the new one.
 */
export async function carryAvatar(parts: BridgeParts, ghost: Profile, look: GhostLook): Promise<void> {
  const mxc = (await uploadedAvatar(parts, ghost, look)) ?? '';
  const api = parts.homeserver.as(ghost.matrixUserId);
  const shown = (await api.profile(ghost.matrixUserId))?.avatarUrl ?? '';
  if (shown === mxc) return;
  try {
    await api.setAvatarUrl(mxc);
  } catch (error) {
    // The homeserver may have limits of its own for pictures, and these are final.
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || ![400, 403].includes(error.status ?? 0))
      throw error;
    return parts.log('warn', 'ghost.avatar-refused', { ghost: ghost.matrixUserId, reason: error.message });
  }
  parts.log('info', 'ghost.pictured', { ghost: ghost.matrixUserId, avatar: mxc === '' ? 'none' : mxc });
}

async function uploadedAvatar(parts: BridgeParts, ghost: Profile, look: GhostLook): Promise<string | undefined> {
  const picture = await avatarOf(parts, look);
  if (picture === undefined) return undefined;
  const hash = createHash('sha256').update(picture.bytes).digest('hex').slice(0, 32);
  const key = `avatar:${ghost.workspaceUserId ?? ghost.id}:${hash}`;
  const known = await parts.store.media.get(key);
  if (known?.uploaded === true) return known.mxc;
  // One whose bytes may not have arrived is not waited for: nobody has seen it.
  const api = parts.homeserver.as(ghost.matrixUserId);
  const mxc = await api.createMedia();
  await parts.store.media.put(key, mxc);
  await api.putMedia(mxc, picture.bytes, picture.contentType);
  await parts.store.media.uploaded(key);
  return mxc;
}

async function avatarOf(parts: BridgeParts, { username, avatarEtag }: GhostLook) {
  try {
    const image = await parts.workspace.avatar(username, AVATAR_LIMIT_BYTES, avatarEtag);
    return image && asAvatar(image);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    parts.log('warn', 'ghost.avatar-refused', { user: username, reason: 'too large' });
    return undefined;
  }
}

/** The workspace client says so of what it stopped reading. */
const isTooLarge = (error: unknown): boolean => error instanceof RemoteError && error.code === 'too-large';
