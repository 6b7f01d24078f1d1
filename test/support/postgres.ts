import { execFile, type ExecFileOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, chownSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

/** A PostgreSQL server for tests. */
export interface TestPostgres {
  /** URL of a new, empty database; another one at each call. */
  url(): Promise<string>;
  /** Ends what was started and drops what was made. */
  stop(): Promise<void>;
}

const run = promisify(execFile);
const PROGRAMS = '/usr/lib/postgresql';
const STARTS = 3;

export const HOW_TO_GET_POSTGRES =
  'apt-get install postgresql, or set RCFED_TEST_POSTGRES to the URL of a server where databases may be made';

/**
 * Uses the server of RCFED_TEST_POSTGRES, or starts a throw-away cluster from installed programs (as an
 * unprivileged user when run as root). Answers undefined where neither can be had.
 */
export async function startPostgres(): Promise<TestPostgres | undefined> {
  const given = process.env['RCFED_TEST_POSTGRES'];
  if (given !== undefined) return databasesOf(given, async () => {});
  const programs = findPrograms();
  return programs === undefined ? undefined : startCluster(programs);
}

/** Databases of a server that runs already; `stop` drops those that were made and then calls `end`. */
function databasesOf(server: string, end: () => Promise<void>): TestPostgres {
  const made: string[] = [];
  return {
    async url() {
      const name = `rcfed_test_${randomBytes(6).toString('hex')}`;
      await admin(server, `create database ${name} encoding 'UTF8' template template0`);
      made.push(name);
      const url = new URL(server);
      url.pathname = `/${name}`;
      return url.href;
    },
    async stop() {
      for (const name of made.splice(0)) await admin(server, `drop database if exists ${name} with (force)`);
      await end();
    },
  };
}

async function admin(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The folder that holds initdb, pg_ctl and postgres: of PATH, else the newest one that Debian installed. */
function findPrograms(): string | undefined {
  const installed = existsSync(PROGRAMS) ? readdirSync(PROGRAMS).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...installed.map((version) => join(PROGRAMS, version, 'bin')),
  ];
  return folders.find((folder) => ['initdb', 'pg_ctl', 'postgres'].every((name) => isExecutable(join(folder, name))));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined) throw new Error('Run as root, the tests need a user postgres or nobody for PostgreSQL.');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function startCluster(programs: string): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'rcfed-postgres-'));
  const user = unprivileged();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
  const program = (name: string, ...args: string[]) => runQuietly(join(programs, name), args, options);
  const end = async (): Promise<void> => {
    if (existsSync(join(data, 'postmaster.pid'))) await program('pg_ctl', 'stop', '-w', '-m', 'immediate', '-D', data);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await program('initdb', '-D', data, '-U', 'rcfed', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync');
    for (let starts = 1; ; starts += 1) {
      const port = await freePort();
      const server = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off`;
      try {
        await program('pg_ctl', 'start', '-w', '-D', data, '-l', join(folder, 'log'), '-o', server);
        return databasesOf(`postgres://rcfed@127.0.0.1:${port}/postgres`, end);
      } catch (error) {
        // Somebody may have taken the port between our look and the server's start.
        if (starts === STARTS) throw error;
      }
    }
  } catch (error) {
    await end();
    throw error;
  }
}

/** Without pipes: the server that pg_ctl leaves behind would keep them open. */
async function runQuietly(file: string, args: readonly string[], options: ExecFileOptions): Promise<void> {
  const { uid, gid, cwd, env } = options;
  const child = spawn(file, args, { uid, gid, cwd, env, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === 0) return;
  const log = await run('tail', ['-n', '20', join(String(cwd), 'log')]).catch(() => ({ stdout: '' }));
  throw new Error(`${file} ended with ${code}. ${log.stdout}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
