import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Artifact } from '../../src/lib/provision/artifacts/artifact.ts';
import { FILE_KINDS } from '../../src/lib/provision/artifacts/file-kinds.ts';
import { artifactsOf } from '../../src/lib/provision/artifacts/kinds.ts';
import type { SetupFacts } from '../../src/lib/provision/artifacts/setup-facts.ts';
import { exampleFacts } from './setup-facts.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** All files in a folder of their own, as a person would have them, or with the change that a test needs. */
export async function artifactFolder(
  facts: SetupFacts = exampleFacts(),
  change = (file: Artifact): string => file.text,
): Promise<string> {
  const folder = await temporaryFolder();
  for (const file of await artifactsOf(facts, FILE_KINDS)) {
    const path = join(folder, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, change(file));
  }
  return folder;
}
