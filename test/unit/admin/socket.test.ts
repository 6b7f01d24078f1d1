import { spawnSync } from 'node:child_process';
import { createServer, get, type Server } from 'node:http';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenOnSocket } from '../../../src/lib/admin/listen.ts';
import { reachableSocket } from '../../../src/lib/admin/socket-path.ts';

let folder: string;
const servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rcfed-socket-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true, force: true });
});

const listener = (says: string): Server => {
  const server = createServer((_request, response) => response.end(says));
  servers.push(server);
  return server;
};
const saidAt = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = reachableSocket(path, process.platform);
    get({ socketPath: socket.path, agent: false }, (response) => {
      response.setEncoding('utf8').once('data', resolve);
    })
      .once('error', reject)
      .once('close', () => socket.release());
  });

describe('the admin socket', () => {
  it('is for its owner alone', async () => {
    const path = join(folder, 'made', 'admin.sock');
    await listenOnSocket(listener('one'), path, process.platform);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'made'))).mode & 0o777).toBe(0o700);
  });

  it('of a process that was killed is replaced', async () => {
    const path = join(folder, 'admin.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL');
    expect((await stat(path)).isSocket()).toBe(true);
    await listenOnSocket(listener('the new one'), path, process.platform);
    expect(await saidAt(path)).toBe('the new one');
  });

  it('of a bridge that lives is refused and goes on', async () => {
    const path = join(folder, 'admin.sock');
    await listenOnSocket(listener('the first'), path, process.platform);
    await expect(listenOnSocket(listener('the second'), path, process.platform)).rejects.toMatchObject({
      code: 'RCFED_ADMIN_IN_USE',
    });
    expect(await saidAt(path)).toBe('the first');
  });

  it('never takes the place of a file', async () => {
    const path = join(folder, 'notes.txt');
    await writeFile(path, 'mine');
    await expect(listenOnSocket(listener('x'), path, process.platform)).rejects.toMatchObject({
      code: 'RCFED_ADMIN_ADDRESS',
    });
    expect((await stat(path)).size).toBe(4);
  });

  it.runIf(process.platform === 'linux')(
    'may lie in a folder whose path is longer than a socket may have',
    async () => {
      const path = join(folder, 'a'.repeat(90), 'b'.repeat(90), 'admin.sock');
      await listenOnSocket(listener('far away'), path, 'linux');
      expect(await saidAt(path)).toBe('far away');
      await expect(listenOnSocket(listener('again'), path, 'linux')).rejects.toMatchObject({
        code: 'RCFED_ADMIN_IN_USE',
      });
    },
  );

  it('is refused with its length where the system has no way around', () => {
    expect(() => reachableSocket(`/${'a'.repeat(150)}/admin.sock`, 'darwin')).toThrow('too long');
  });
});
