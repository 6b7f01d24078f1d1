import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type ListenOptions } from 'node:net';
import { dirname } from 'node:path';
import { RcfedError } from '../core/errors.ts';
import { listenFailure } from '../matrix/listen-failure.ts';
import { reachableSocket } from './socket-path.ts';

/** An open listener of a server. */
export interface Listening {
  /** Path of the socket, or `HOST:PORT` with the port that was taken. */
  readonly address: string;
  /** What `server.close` leaves behind. */
  release(): void;
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

function opened(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Throws RCFED_PORT_IN_USE, RCFED_LISTEN_FAILED. `port` 0 takes a free one. */
export async function listenOnPort(server: Server, host: string, port: number): Promise<Listening> {
  await opened(server, { host, port }).catch((error: unknown) => {
    throw listenFailure(error as Error, host, port);
  });
  const taken = (server.address() as AddressInfo).port;
  return { address: `${host.includes(':') ? `[${host}]` : host}:${taken}`, release: () => {} };
}

/**
 * Listens on a socket that only its owner may use (0600). One that a process left behind when it died
 * is replaced; one that answers, and a file that is no socket, are not touched.
 * @throws RcfedError RCFED_ADMIN_IN_USE, RCFED_ADMIN_ADDRESS
 */
export async function listenOnSocket(server: Server, path: string, platform: NodeJS.Platform): Promise<Listening> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const socket = reachableSocket(path, platform);
    try {
      await opened(server, { path: socket.path }).catch(async (error: unknown) => {
        if (codeOf(error) !== 'EADDRINUSE') throw error;
        await removeStale(path, socket.path);
        await opened(server, { path: socket.path });
      });
      await chmod(socket.path, 0o600);
    } catch (error) {
      socket.release();
      throw error;
    }
    return { address: path, release: socket.release };
  } catch (error) {
    if (error instanceof RcfedError) throw error;
    throw new RcfedError('RCFED_ADMIN_ADDRESS', `The admin socket ${path} can't be opened`, {
      why: `The system says ${codeOf(error) ?? 'nothing about why'}.`,
      cause: error,
    });
  }
}

async function removeStale(path: string, reachable: string): Promise<void> {
  if (!(await lstat(path)).isSocket()) {
    throw new RcfedError('RCFED_ADMIN_ADDRESS', `${path} is a file and no socket`, {
      try: ['Name another one: RCFED_ADMIN=/run/rcfed/admin.sock'],
    });
  }
  if (await answers(reachable)) {
    throw new RcfedError('RCFED_ADMIN_IN_USE', `Another bridge answers at ${path}`, {
      why: 'Each bridge needs an admin socket of its own.',
    });
  }
  await rm(path, { force: true });
}

/** A socket whose process is gone refuses the connection. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(codeOf(error) ?? '')));
  });
}
