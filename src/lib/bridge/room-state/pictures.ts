import { createHash } from 'node:crypto';
import { RemoteError } from '../../core/remote-error.ts';
import { parseMxc } from '../../matrix/mxc.ts';
import type { Portal } from '../../store/portal-types.ts';
import { AVATAR_LIMIT_BYTES, asAvatar } from '../files/avatar.ts';
import type { BridgeParts } from '../parts.ts';

/** A picture on Matrix; undefined: it is none that both sides show, or too large. */
export async function pictureOf({ homeserver }: BridgeParts, mxc: string) {
  if (parseMxc(mxc) === undefined) return undefined;
  try {
    return asAvatar(await homeserver.media(mxc, AVATAR_LIMIT_BYTES));
  } catch (error) {
    if (error instanceof RemoteError && (error.code === 'M_TOO_LARGE' || error.status === 404)) return undefined;
    throw error;
  }
}

/** The room's picture in Rocket.Chat, brought to Matrix once; undefined as {@link pictureOf}. */
export async function uploadedPicture(parts: BridgeParts, portal: Portal, etag: string): Promise<string | undefined> {
  const picture = await roomPicture(parts, portal, etag);
  if (picture === undefined) return undefined;
  const hash = createHash('sha256').update(picture.bytes).digest('hex').slice(0, 32);
  const key = `room-avatar:${portal.workspaceRoomId}:${hash}`;
  const known = await parts.store.media.get(key);
  if (known?.uploaded === true) return known.mxc;
  const mxc = await parts.homeserver.createMedia();
  await parts.store.media.put(key, mxc);
  await parts.homeserver.putMedia(mxc, picture.bytes, picture.contentType);
  await parts.store.media.uploaded(key);
  return mxc;
}

async function roomPicture({ workspace }: BridgeParts, portal: Portal, etag: string) {
  try {
    const image = await workspace.roomAvatar(portal.workspaceRoomId, AVATAR_LIMIT_BYTES, etag);
    return image && asAvatar(image);
  } catch (error) {
    if (error instanceof RemoteError && error.code === 'too-large') return undefined;
    throw error;
  }
}
