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
] as const;

export type FileKind = (typeof FILE_KINDS)[number];
