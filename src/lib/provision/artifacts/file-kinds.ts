/** What can be asked for by `--files`. No imports here: commands list them before anything is loaded. */
export const FILE_KINDS = [
  'homeserver',
  'well-known',
  'nginx',
  'caddy',
  'traefik',
  'systemd',
  'docker',
  'compose',
  'kubernetes',
  'debian',
  'helm',
] as const;

export type FileKind = (typeof FILE_KINDS)[number];

/** A new homeserver, each way in which one is run: only of use where there is none yet. */
export const NEW_HOMESERVER_KINDS: readonly FileKind[] = ['compose', 'debian', 'helm'];
/** These hold nothing else, and are left out where a homeserver is there. */
export const ONLY_NEW_HOMESERVER: readonly FileKind[] = ['debian', 'helm'];
