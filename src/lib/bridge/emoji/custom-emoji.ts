import { RemoteError } from '../../core/remote-error.ts';
import type { CustomEmoji } from '../../rocketchat/feature-types.ts';
import type { BridgeParts } from '../parts.ts';
import { createEmojiList, type EmojiList } from './emoji-list.ts';
import { bringImage, imageCursor } from './emoji-image.ts';

/** The workspace's own emoji, and their images on Matrix. */
export interface CustomEmojiBook extends EmojiList {
  /**
   * `mxc:` address of the image of an emoji by its name or alias, uploaded the first time. undefined: there is
   * no such emoji, or no image that could be brought over; a message never waits for that. Only the store's
   * failures reject.
   */
  imageOf(code: string): Promise<string | undefined>;
  /** The name of the emoji, one that is still there, whose image was once brought to that address. */
  nameOf(mxc: string): Promise<string | undefined>;
}

type Parts = Pick<BridgeParts, 'store' | 'workspace' | 'homeserver' | 'clock' | 'log'>;

/** An image that could not be had is asked for again after so long, so that a slow server does not slow each message. */
const FAILED_MS = 60_000;
/** The same for one of which only its bytes tell that it was changed. */
const UNMARKED_MS = 10 * 60_000;
/** Emoji of one workspace, with their former images; beyond that all are looked up anew. */
const MOST = 10_000;

interface Brought {
  readonly mxc: string | undefined;
  readonly goodUntil: number;
}

export function createCustomEmojiBook(parts: Parts): CustomEmojiBook {
  const list = createEmojiList(parts);
  const images = new Map<string, Brought>();
  const bringing = new Map<string, Promise<string | undefined>>();

  const bring = async (emoji: CustomEmoji, key: string): Promise<string | undefined> => {
    let mxc: string | undefined;
    try {
      mxc = await bringImage(parts, emoji);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      parts.log('warn', 'emoji.no-image', { emoji: emoji.name, reason: error.message });
    }
    const lasts = mxc === undefined ? FAILED_MS : emoji.etag === undefined ? UNMARKED_MS : Number.POSITIVE_INFINITY;
    if (images.size >= MOST) images.clear();
    images.set(key, { mxc, goodUntil: parts.clock.now() + lasts });
    return mxc;
  };

  return {
    find: (code) => list.find(code),
    forget() {
      list.forget();
      // A new emoji is told of before its image is there, and once more then.
      for (const [key, { mxc, goodUntil }] of images)
        if (mxc === undefined || goodUntil !== Number.POSITIVE_INFINITY) images.delete(key);
    },
    async imageOf(code) {
      const emoji = await found(parts, list, code);
      if (emoji === undefined) return undefined;
      const key = `${emoji.name}.${emoji.extension}:${emoji.etag ?? ''}`;
      const known = images.get(key);
      if (known !== undefined && parts.clock.now() < known.goodUntil) return known.mxc;
      const under = bringing.get(key) ?? bring(emoji, key).finally(() => bringing.delete(key));
      bringing.set(key, under);
      return under;
    },
    async nameOf(mxc) {
      const name = await parts.store.cursor(imageCursor(mxc));
      return name === undefined ? undefined : (await list.find(name))?.name;
    },
  };
}

async function found({ log }: Parts, list: EmojiList, code: string): Promise<CustomEmoji | undefined> {
  try {
    return await list.find(code);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    log('warn', 'emoji.unread', { reason: error.message });
    return undefined;
  }
}

/** What the workspace calls an image emoji of Matrix: by the image if it is one of its own, else by the short code. */
export async function codeInWorkspace(
  book: CustomEmojiBook,
  mxc: string,
  shortcode: string,
): Promise<string | undefined> {
  const name = await book.nameOf(mxc);
  if (name !== undefined) return name;
  const code = shortcode.replace(/^:(.+):$/, '$1');
  return code !== '' && (await book.find(code)) !== undefined ? code : undefined;
}
