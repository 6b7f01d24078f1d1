import { statfs } from 'node:fs/promises';
import type { Reach } from '../admin/reach.ts';
import type { Folders } from '../config/folders.ts';
import type { Profile } from '../config/profile.ts';
import type { ServerName } from '../core/ids.ts';
import type { DiagnoseOptions, DiagnoseParts, Machine } from './context.ts';
import { openSetup } from './open-setup.ts';
import { connections } from './probe/connection.ts';
import { systemNames } from './probe/names.ts';
import { hasWay } from './probe/way.ts';
import { seenKeysIn } from './seen-keys.ts';

export interface OpenOptions {
  readonly profile: Profile | undefined;
  readonly partner: ServerName | undefined;
  readonly reach: Reach;
  readonly folders: Folders;
  readonly env: DiagnoseParts['env'];
  /** PEM file of authorities trusted besides Node's own. */
  readonly caFile: string | undefined;
  readonly options: DiagnoseOptions;
  readonly machine: Omit<Machine, 'freeBytes'>;
}

/** What checks are made with, over this machine's own network. */
export async function openParts(given: OpenOptions): Promise<{ parts: DiagnoseParts; close(): Promise<void> }> {
  const { profile, partner, reach, folders, env, caFile, options, machine } = given;
  const setup = openSetup(profile, reach, folders);
  const ca = caFile === undefined ? undefined : await (await import('../network/ca-file.ts')).trustedWith(caFile);
  const { clock, log, signal } = reach;
  const own = setup.admin?.homeserver.serverName;
  const probe = { ...systemNames(), ...connections({ clock, ca }), hasWay };
  const seen = seenKeysIn(folders.cache);
  return {
    parts: {
      setup,
      machine: { ...machine, freeBytes },
      probe,
      seen,
      clock,
      log,
      env,
      own,
      partner,
      options,
      signal,
    },
    close: () => setup.close(),
  };
}

const freeBytes: Machine['freeBytes'] = (folder) =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
