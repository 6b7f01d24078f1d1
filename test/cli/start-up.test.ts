import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltPackage, buildPackage, runProcess } from '../support/built-package.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let built: BuiltPackage;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

/** Names of the packages that a run loads, whoever imports or requires them. */
const packagesLoadedBy = async (...args: string[]): Promise<string[]> => {
  const folder = await temporaryFolder();
  const hook = join(folder, 'hook.mjs');
  await writeFile(
    hook,
    `import { registerHooks } from 'node:module';
     registerHooks({ resolve(name, context, next) {
       const found = next(name, context);
       const packageName = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules\\/)/.exec(found.url)?.[1];
       if (packageName) process.stderr.write('loads ' + packageName + '\\n');
       return found;
     } });`,
  );
  const { stderr } = await runProcess(process.execPath, ['--import', hook, built.bin, ...args], {
    env: { HOME: folder },
  });
  return [...new Set([...stderr.matchAll(/^loads (.*)$/gm)].map(([, name]) => name ?? ''))].toSorted();
};

/** oclif and what oclif itself brings; everything else of ours comes in when a command needs it. */
const OCLIF = [
  '@oclif/core',
  '@oclif/plugin-autocomplete',
  'ansi-escapes',
  'ansi-regex',
  'ansi-styles',
  'ansis',
  'balanced-match',
  'brace-expansion',
  'clean-stack',
  'cli-spinners',
  'color-convert',
  'color-name',
  'debug',
  'ejs',
  'emoji-regex',
  'escape-string-regexp',
  'fdir',
  'get-package-type',
  'has-flag',
  'indent-string',
  'is-docker',
  'is-fullwidth-code-point',
  'is-inside-container',
  'is-wsl',
  'jake',
  'filelist',
  'async',
  'picocolors',
  'lilconfig',
  'minimatch',
  'ms',
  'picomatch',
  'powershell-utils',
  'semver',
  'string-width',
  'strip-ansi',
  'supports-color',
  'tinyglobby',
  'widest-line',
  'wordwrap',
  'wrap-ansi',
  'wsl-utils',
];

describe('starting up', () => {
  it('loads no package at all for --version', async () => {
    expect(await packagesLoadedBy('--version')).toEqual([]);
  });

  it.each([[['--help']], [['profile', 'list', '--nonsense']], [['nonsense']]])(
    'loads only oclif for %j',
    async (args) => {
      const loaded = await packagesLoadedBy(...args);
      expect(loaded).toContain('@oclif/core');
      expect(loaded.filter((name) => ![...OCLIF, 'valibot', 'lowdb'].includes(name))).toEqual([]);
    },
  );

  it('loads no prompt, spinner or task list where nobody is to be asked', async () => {
    const loaded = await packagesLoadedBy('profile', 'add', '--no-input');
    expect(loaded.filter((name) => /inquirer|ora|listr/.test(name))).toEqual([]);
  });
});
