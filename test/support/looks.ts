import { randomBytes } from 'node:crypto';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { WorkspaceApi } from '../../src/lib/rocketchat/types.ts';
import type { Bench } from './bridge-bench.ts';
import type { Scene } from './bridge-scene.ts';
import { picture } from '../../src/sandbox/features/sample-media.ts';

/** No two are the same. */
export const newPicture = (): Buffer<ArrayBuffer> => Buffer.concat([picture(8, 8), randomBytes(16)]);

export function idOf(account: WorkspaceApi) {
  if (account.credentials === undefined) throw new Error('nobody is logged in');
  return account.credentials.userId;
}

/** Bytes of the picture that alice sees of bob. */
export async function ghostPicture({ alice, ghost }: Scene): Promise<Buffer | undefined> {
  const mxc = (await alice.profile(ghost))?.avatarUrl;
  return mxc === undefined ? undefined : Buffer.from((await alice.media(mxc, 100_000)).bytes);
}

/** Bytes of the picture that people in Rocket.Chat see of alice. */
export async function puppetPicture({ admin }: Bench, { puppet }: Scene): Promise<Buffer | undefined> {
  const image = await admin.avatar(puppet, 100_000);
  return image && Buffer.from(image.bytes);
}

export async function setPicture(person: MatrixApi, bytes: Uint8Array, contentType = 'image/png'): Promise<void> {
  const mxc = await person.createMedia();
  await person.putMedia(mxc, bytes, contentType);
  await person.setAvatarUrl(mxc);
}
