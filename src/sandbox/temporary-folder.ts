import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** A process that was killed a moment ago may still be writing: what it added meanwhile is deleted in another round. */
const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 };

/** Makes a folder that is deleted at the latest when this process ends, unless that is killed. */
export async function temporaryFolder(prefix: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  const callOff = atExit(() => {
    try {
      rmSync(path, REMOVAL);
    } catch {
      // The process ends: there is nobody to tell, and the system empties its folder of temporary files.
    }
  });
  return {
    path,
    async remove() {
      await rm(path, REMOVAL);
      callOff();
    },
  };
}
