import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Absolute paths of rcfed's own folders. They need not exist yet. */
export interface Folders {
  /** Profiles and the key that encrypts their secrets. */
  readonly config: string;
  /** The store, the admin socket, the journal. */
  readonly data: string;
  /** What can be made again. */
  readonly cache: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * RCFED_CONFIG_DIR and its siblings, else the XDG variables, else the XDG defaults under the home
 * folder (https://specifications.freedesktop.org/basedir-spec/latest/). The same on every system.
 */
export const foldersFrom = (env: Environment): Folders => {
  const home = env['HOME'] ?? homedir();
  const folder = (own: string, xdg: string, ...fallback: string[]): string => {
    const base = env[xdg];
    // The specification says to ignore a relative path.
    return env[own] ? resolve(env[own]) : join(base?.startsWith('/') ? base : join(home, ...fallback), 'rcfed');
  };
  return {
    config: folder('RCFED_CONFIG_DIR', 'XDG_CONFIG_HOME', '.config'),
    data: folder('RCFED_DATA_DIR', 'XDG_DATA_HOME', '.local', 'share'),
    cache: folder('RCFED_CACHE_DIR', 'XDG_CACHE_HOME', '.cache'),
  };
};
