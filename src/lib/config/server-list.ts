import { join } from 'node:path';
import * as v from 'valibot';
import type { Clock } from '../core/clock.ts';
import type { ServerName } from '../core/ids.ts';
import type { Folders } from './folders.ts';
import { type JsonFile, jsonFile } from './json-file.ts';

interface ServerListSource {
  readonly folders: Folders;
  readonly clock: Clock;
}

/** Searched by everybody besides their own homeserver, and can't be removed. */
const DEFAULTS: readonly ServerName[] = ['matrix.org' as ServerName];

export interface SavedServer {
  readonly server: ServerName;
  /** One of those that are always there. */
  readonly isDefault: boolean;
}

const stored = v.object({ version: v.literal(1), servers: v.array(v.string()) });

const serverFile = ({ folders, clock }: ServerListSource): JsonFile<v.InferOutput<typeof stored>> =>
  jsonFile({
    path: join(folders.config, 'servers.json'),
    schema: stored,
    empty: () => ({ version: 1 as const, servers: [] }),
    clock,
  });

/** The servers whose public rooms are searched, the always present ones first, then in alphabetical order. */
export async function savedServers(source: ServerListSource): Promise<readonly SavedServer[]> {
  const { servers } = await serverFile(source).read();
  const own = [...new Set(servers)].filter((name) => !isDefault(name)).toSorted();
  return [
    ...DEFAULTS.map((server) => ({ server, isDefault: true })),
    ...own.map((server) => ({ server: server as ServerName, isDefault: false })),
  ];
}

/** False: it was there already. Server names are compared without regard to case. */
export function saveServer(source: ServerListSource, server: ServerName): Promise<boolean> {
  return serverFile(source).update((content) => {
    const name = server.toLowerCase();
    if (isDefault(name) || content.servers.includes(name)) return false;
    content.servers.push(name);
    return true;
  });
}

/** False: it was not there, or is one of those that are always there. */
export function forgetServer(source: ServerListSource, server: ServerName): Promise<boolean> {
  return serverFile(source).update((content) => {
    const name = server.toLowerCase();
    const kept = content.servers.filter((each) => each !== name);
    const changed = kept.length < content.servers.length;
    content.servers = kept;
    return changed;
  });
}

const isDefault = (name: string): boolean => DEFAULTS.some((server) => server === name.toLowerCase());
