import { RemoteError } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { BridgeParts } from '../parts.ts';

/** An id without content is forgotten after 24 h (MSC2246); before that is over another one is made. */
const ID_MEMORY_MS = 20 * 60 * 60 * 1000;

type Known = Awaited<ReturnType<BridgeParts['store']['media']['get']>>;

/**
 * The id to upload to, stored before any bytes go: tried again, the same file is finished.
 * @param key of the upload in the store; depends on the effect alone
 * @param known what the store has by that key
 */
export async function idToUploadTo(
  parts: Pick<BridgeParts, 'store' | 'clock'>,
  speaker: MatrixApi,
  key: string,
  known: Known,
): Promise<{ readonly mxc: string; readonly isFromBefore: boolean }> {
  if (known !== undefined && parts.clock.now() - known.createdAt < ID_MEMORY_MS) {
    return { mxc: known.mxc, isFromBefore: true };
  }
  return { mxc: await newMediaId(parts, speaker, key), isFromBefore: false };
}

/**
 * Whether an id from before is good for nothing any more: the homeserver forgot it sooner than we think, or it
 * counts as begun with an upload that broke off.
 */
export const isIdSpent = (error: unknown): boolean =>
  error instanceof RemoteError &&
  error.side === 'homeserver' &&
  (error.status === 404 || error.code === 'M_NOT_YET_UPLOADED');

export async function newMediaId(
  { store }: Pick<BridgeParts, 'store'>,
  speaker: MatrixApi,
  key: string,
): Promise<string> {
  const mxc = await speaker.createMedia();
  await store.media.put(key, mxc);
  return mxc;
}
