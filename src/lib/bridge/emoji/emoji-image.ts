import { createHash } from 'node:crypto';
import { RemoteError } from '../../core/remote-error.ts';
import type { CustomEmoji } from '../../rocketchat/feature-types.ts';
import type { BridgeParts } from '../parts.ts';
import { createImageSizeReader } from '../files/image-size.ts';
import { idToUploadTo, newMediaId } from '../homeserver/media-id.ts';

/** Bytes: emoji are shown at 32 pixels, and many of them at once. */
const LIMIT = 1024 * 1024;

/** The cursor that tells whose image an address is: somebody may react with what only the address names. */
export const imageCursor = (mxc: string): string => `emoji-image:${mxc}`;

type Parts = Pick<BridgeParts, 'store' | 'workspace' | 'homeserver' | 'clock'>;
type Image = NonNullable<Awaited<ReturnType<BridgeParts['workspace']['emojiImage']>>>;

/**
 * The address of an emoji's image on Matrix, uploaded by the bot unless that image was before: what marks it as
 * the same is the workspace's mark, or its bytes where an older server has none. undefined: the server has no
 * picture for it. Rejects as the clients and the store do.
 */
export async function bringImage(parts: Parts, emoji: CustomEmoji): Promise<string | undefined> {
  const { store, workspace } = parts;
  const { name, extension, etag } = emoji;
  const marked = etag === undefined ? undefined : await store.media.get(keyOf(emoji, etag));
  if (marked?.uploaded === true) return marked.mxc;
  const image = await workspace.emojiImage(name, extension, LIMIT);
  if (image === undefined || !isPicture(image.bytes)) return undefined;
  const key = keyOf(emoji, etag ?? createHash('sha256').update(image.bytes).digest('base64url'));
  const known = marked ?? (await store.media.get(key));
  if (known?.uploaded === true) return known.mxc;
  return upload(parts, emoji, image, key, known);
}

const keyOf = ({ name, extension }: CustomEmoji, mark: string): string => `emoji:${name}.${extension}:${mark}`;

/** Whatever an image is called: nothing else is passed on as one. */
function isPicture(bytes: Uint8Array): boolean {
  const reader = createImageSizeReader();
  reader.push(bytes);
  return reader.size !== undefined;
}

async function upload(
  parts: Parts,
  { name, extension }: CustomEmoji,
  image: Image,
  key: string,
  known: Parameters<typeof idToUploadTo>[3],
): Promise<string> {
  const { store, homeserver } = parts;
  const put = async (mxc: string): Promise<string> => {
    // Before anybody can see it: from then on they may react with it.
    await store.setCursor(imageCursor(mxc), name);
    await homeserver.putMedia(mxc, image.bytes, image.contentType, `${name}.${extension}`);
    await store.media.uploaded(key);
    return mxc;
  };
  const { mxc, isFromBefore } = await idToUploadTo(parts, homeserver, key, known);
  try {
    return await put(mxc);
  } catch (error) {
    // The homeserver may have forgotten an id sooner than we think.
    const isForgotten = error instanceof RemoteError && error.side === 'homeserver' && error.status === 404;
    if (!isFromBefore || !isForgotten) throw error;
    return put(await newMediaId(parts, homeserver, key));
  }
}
