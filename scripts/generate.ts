/**
 * Writes everything that is made from the code: oclif.manifest.json, docs/commands/, docs/features.md, docs/checks.md, the
 * snapshot of commands and flags. With --check it writes nothing and fails if a file is not as it would be made.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPage } from './generate/check-page.ts';
import { commandPages } from './generate/command-pages.ts';
import { commandSnapshot } from './generate/command-snapshot.ts';
import { featurePage } from './generate/feature-page.ts';
import { manifestFromSource } from './generate/manifest.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readText = (path: string): Promise<string | undefined> =>
  readFile(join(root, path), 'utf8').catch(() => undefined);

const packageJson = JSON.parse((await readText('package.json')) ?? '{}');
const manifest = await manifestFromSource(root, packageJson);
const wanted: Record<string, string> = {
  'oclif.manifest.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
  'test/command-snapshot.txt': commandSnapshot(manifest),
  ...commandPages(manifest),
  ...featurePage(),
  ...checkPage(),
};

const pages = await readdir(join(root, 'docs/commands')).catch(() => []);
const superfluous = pages.map((name) => `docs/commands/${name}`).filter((path) => wanted[path] === undefined);
const differing: string[] = [];
for (const [path, text] of Object.entries(wanted)) if ((await readText(path)) !== text) differing.push(path);

if (process.argv.includes('--check')) {
  for (const path of [...differing, ...superfluous])
    process.stderr.write(`${path} differs from the code; run: npm run generate\n`);
  process.exitCode = differing.length + superfluous.length > 0 ? 1 : 0;
} else {
  for (const path of differing) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), wanted[path] ?? '');
    process.stdout.write(`wrote ${path}\n`);
  }
  for (const path of superfluous) await rm(join(root, path));
}
