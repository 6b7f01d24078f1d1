import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '../../src/sandbox/temporary-folder.ts';
import type { ServerCertificate } from '../../src/sandbox/synapse/authority.ts';
import { eventually } from './eventually.ts';

const howToGetNginx = 'Install nginx: apt-get install nginx-light.';

/** Debian's is in a folder that only root has in its path. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;

/** What it calls its version; undefined: there is none here, which is said loudly. With CI=true that is an error. */
export function nginxVersion(): string | undefined {
  try {
    return execFileSync('nginx', ['-V'], { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  } catch {
    const absence = `NOT TESTED behind a real proxy: there is no nginx. ${howToGetNginx}`;
    if (process.env['CI'] === 'true') throw new Error(absence);
    process.stderr.write(`\n*** ${absence} ***\n\n`);
    return undefined;
  }
}

export interface NginxOptions {
  /** Written beside the configuration as `NAME.pem` and `NAME.key`. */
  readonly certificates: Readonly<Record<string, ServerCertificate>>;
  /** Ports of 127.0.0.1 that it listens at. */
  readonly ports: readonly number[];
  /** `server` blocks. */
  readonly servers: string;
}

export interface Nginx {
  stop(): Promise<void>;
}

/** A real nginx of one process, with everything that it writes in a temporary folder. Resolves once it listens. */
export async function startNginx({ certificates, ports, servers }: NginxOptions): Promise<Nginx> {
  const folder = await temporaryFolder('rcfed-nginx-');
  const at = (name: string): string => join(folder.path, name);
  for (const [name, { key, cert }] of Object.entries(certificates)) {
    writeFileSync(at(`${name}.pem`), cert);
    writeFileSync(at(`${name}.key`), key);
  }
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  for (const kind of scratch) mkdirSync(at(kind));
  const lines = [
    'daemon off;',
    'master_process off;',
    `pid ${at('pid')};`,
    'error_log stderr crit;',
    'events { worker_connections 64; }',
    'http {',
    'access_log off;',
    ...scratch.map((kind) => `${kind}_temp_path ${at(kind)};`),
    servers,
    '}',
  ];
  writeFileSync(at('nginx.conf'), lines.join('\n'));
  const child = spawn('nginx', ['-p', folder.path, '-c', at('nginx.conf'), '-e', 'stderr'], {
    env: { PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
  const exited = once(child, 'exit');
  try {
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`);
      await Promise.all(ports.map(isOpen));
    });
  } catch (error) {
    child.kill('SIGKILL');
    await folder.remove();
    throw error;
  }
  return {
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await folder.remove();
    },
  };
}

async function isOpen(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.destroy();
}
