import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RcfedError } from '../../lib/core/errors.ts';

const run = promisify(execFile);

/**
 * Somewhere a Synapse can be run from. `program(data)` is the command line that runs it in the foreground
 * with the folder `data` seen as `folder`; killing the process kills the server. With a container it's the
 * container that must be killed, by its name. `hosts` is a file that it alone has as its /etc/hosts, which takes
 * root; the machine's own stays as it is.
 */
export interface SynapseSource {
  readonly description: string;
  readonly folder: (data: string) => string;
  readonly program: (data: string, name: string, hosts?: string) => readonly string[];
  /** The command that kills it where a signal to the program isn't enough. */
  readonly killer?: (name: string, signal: 'SIGTERM' | 'SIGKILL') => readonly string[];
}

const module = ['-m', 'synapse.app.homeserver', '-c'];
/** So that no server stays behind when we are killed. Linux only; elsewhere it is stopped by us alone. */
const dieWithParent = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL'] : [];

/** A shell whose mounts show nowhere else and are gone with it, however it ends. */
const ownMounts = ['unshare', '--mount', '--propagation=private', 'sh', '-c'];

export interface SynapseSearch {
  /** A Python that has Synapse; nothing else is then tried. */
  readonly python?: string | undefined;
  /** Folder that a Synapse is built into, once. */
  readonly cache: string;
  /** Called before a build, which takes about a minute. */
  readonly onBuild: () => void;
}

/**
 * The first that works: the named Python, an installed Synapse, the Debian sid root in the cache folder,
 * Docker, and that root built now if this is root on a Debian. A server by URL is no choice: it needs
 * registrations of its own and restarts. Undefined if none is to be had.
 * @throws RcfedError RCFED_SYNAPSE_MISSING for a Python without it, RCFED_SYNAPSE_FAILED for a build
 */
export async function findSynapse({ python, cache, onBuild }: SynapseSearch): Promise<SynapseSource | undefined> {
  if (python !== undefined && python !== '') {
    if (await succeeds(python, ['-c', 'import synapse'])) return installed(python);
    throw new RcfedError('RCFED_SYNAPSE_MISSING', `${python} has no Synapse`);
  }
  if (await succeeds('python3', ['-c', 'import synapse.app.homeserver'])) return installed('python3');
  const root = join(cache, 'synapse-root');
  const isRoot = process.getuid?.() === 0;
  if (isRoot && existsSync(root)) return sidRoot(root);
  if (await succeeds('docker', ['info'])) return docker();
  if (!isRoot || !existsSync('/etc/debian_version')) return undefined;
  onBuild();
  await build(root);
  return sidRoot(root);
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, [...args], { timeout: 20_000 }).then(
    () => true,
    () => false,
  );
}

const installed = (python: string): SynapseSource => ({
  description: `Synapse of ${python}`,
  folder: (data) => data,
  program: (data, _name, hosts) => [
    ...dieWithParent,
    ...(hosts === undefined ? [] : [...ownMounts, 'mount --bind "$0" /etc/hosts && exec "$@"', hosts]),
    python,
    ...module,
    join(data, 'homeserver.yaml'),
  ],
});

/** The host's network, so that the server reaches a test's application service on 127.0.0.1. */
const docker = (): SynapseSource => ({
  description: 'Synapse in Docker',
  folder: () => '/lab',
  program: (data, name, hosts) => [
    'docker',
    'run',
    '--rm',
    '--network=host',
    `--name=${name}`,
    `--volume=${data}:/lab`,
    ...(hosts === undefined ? [] : [`--volume=${hosts}:/etc/hosts:ro`]),
    '--entrypoint=python3',
    'matrixdotorg/synapse:latest',
    ...module,
    '/lab/homeserver.yaml',
  ],
  killer: (name, signal) => ['docker', 'kill', '--signal', signal, name],
});

const sidRoot = (root: string): SynapseSource => ({
  description: `Synapse of the Debian sid root ${root}`,
  folder: () => '/lab',
  program: (data, _name, hosts = join(root, 'etc/hosts')) => [
    ...dieWithParent,
    ...ownMounts,
    'mkdir -p "$0/lab" && mount --bind "$1" "$0/lab" && mount --bind "$2" "$0/etc/hosts" && mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && shift 2 && exec chroot "$0" "$@"',
    root,
    data,
    hosts,
    'python3',
    ...module,
    '/lab/homeserver.yaml',
  ],
});

/** Under a lock that ends with its holder: of two builders the second finds the work done. */
async function build(root: string): Promise<void> {
  mkdirSync(join(root, '..'), { recursive: true });
  const script = [
    'set -e',
    '[ ! -d "$0" ] || exit 0',
    'command -v mmdebstrap >/dev/null || { apt-get update -qq; apt-get install -y -qq mmdebstrap; }',
    'rm -rf "$0.new"',
    `mmdebstrap --variant=minbase --include=ca-certificates,matrix-synapse,python3-psycopg2 --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' sid "$0.new"`,
    'mv "$0.new" "$0"',
  ].join('\n');
  await run('flock', [`${root}.lock`, 'sh', '-c', script, root], { maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: ExecFileException) => {
      const why = (error.stderr ?? error.message).trim().slice(-2000);
      throw new RcfedError('RCFED_SYNAPSE_FAILED', 'A Synapse could not be built', { why, cause: error });
    },
  );
}
