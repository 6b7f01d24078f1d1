import { join } from 'node:path';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { ServerName } from '../core/ids.ts';
import { isRecord } from '../core/record.ts';

/** Keys that servers had at an earlier run: only what is compared with them shows that one was changed. */
export interface SeenKeys {
  /** By name; undefined: the server was never looked at. */
  keys(server: ServerName): Promise<ReadonlyMap<string, string> | undefined>;
  remember(server: ServerName, keys: ReadonlyMap<string, string>): Promise<void>;
}

/** In a file that can be made again: one that is gone or broken is as if nothing had been seen. */
export function seenKeysIn(folder: string): SeenKeys {
  const path = join(folder, 'server-keys.json');
  const read = async (): Promise<Record<string, unknown>> => {
    try {
      const found: unknown = JSON.parse(await readFile(path, 'utf8'));
      return isRecord(found) ? found : {};
    } catch {
      return {};
    }
  };
  let before: ReturnType<typeof read> | undefined;
  let writing = Promise.resolve();
  const write = async (server: ServerName, keys: ReadonlyMap<string, string>): Promise<void> => {
    const known = await read();
    await mkdir(folder, { recursive: true });
    // A name that was given up stays known: it may come back as another key.
    const earlier = isRecord(known[server]) ? known[server] : {};
    const all = { ...known, [server]: { ...earlier, ...Object.fromEntries(keys) } };
    await writeFile(path, JSON.stringify(all));
  };
  return {
    async keys(server) {
      // What was known when this run began: a second look at the same must find the same.
      before ??= read();
      const found = (await before)[server];
      if (!isRecord(found)) return undefined;
      return new Map(Object.entries(found).flatMap(([id, key]) => (typeof key === 'string' ? [[id, key]] : [])));
    },
    remember(server, keys) {
      before ??= read();
      const known = before;
      // One after the other, for all are in one file. Where it can't be written nothing is remembered.
      writing = writing.then(() => known.then(() => write(server, keys))).catch(() => {});
      return writing;
    },
  };
}
