import { RemoteError } from '../core/remote-error.ts';
import type { ApiParts } from './api.ts';

/**
 * A picture under `/avatar/`; undefined where there is none, which the server draws as initials.
 *
 * @param path encoded
 */
export async function avatarRequest(
  { rest }: Pick<ApiParts, 'rest'>,
  path: string,
  limit: number,
  etag: string | undefined,
): Promise<{ bytes: Uint8Array; contentType: string } | undefined> {
  try {
    const image = await rest.download(`/avatar/${path}`, limit, { etag });
    return image.contentType.startsWith('image/svg+xml') ? undefined : image;
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) return undefined;
    throw error;
  }
}
