import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { RcfedError } from '../core/errors.ts';

/** `sun_path` has 108 bytes on Linux and 104 elsewhere, the closing zero included. */
const LONGEST = 100;

export interface ReachableSocket {
  /** What to bind or connect to. */
  readonly path: string;
  /** To be called when the path is not needed any more. */
  release(): void;
}

/**
 * A path of a socket that the system takes. One that is too long is reached on Linux through its
 * opened folder, which /proc gives a short name; elsewhere it is refused.
 * @throws RcfedError RCFED_ADMIN_ADDRESS; the system's own error where the folder can't be opened
 */
export function reachableSocket(path: string, platform: NodeJS.Platform): ReachableSocket {
  if (Buffer.byteLength(path) <= LONGEST) return { path, release: () => {} };
  const name = basename(path);
  if (platform !== 'linux' || Buffer.byteLength(name) > LONGEST / 2) {
    throw new RcfedError('RCFED_ADMIN_ADDRESS', `The path of the admin socket, ${path}, is too long`, {
      why: `A socket's path may have ${LONGEST} bytes; this one has ${Buffer.byteLength(path)}.`,
    });
  }
  const folder = openSync(dirname(path), 'r');
  let open = true;
  return {
    path: `/proc/self/fd/${folder}/${name}`,
    release() {
      if (open) closeSync(folder);
      open = false;
    },
  };
}
