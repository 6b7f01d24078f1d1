import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/run-command.ts';

interface Import {
  readonly from: string;
  /** A path under src/ for our own files, else the name as written. */
  readonly to: string;
  readonly typeOnly: boolean;
  readonly lazy: boolean;
}

let files: readonly { readonly path: string; readonly text: string }[];
let imports: readonly Import[];

const source = join(repositoryRoot, 'src');
const statement = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s*)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

beforeAll(async () => {
  const paths = (await readdir(source, { recursive: true })).filter((path) => path.endsWith('.ts'));
  files = await Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(source, path), 'utf8') })));
  imports = files.flatMap(({ path, text }) =>
    [...text.matchAll(statement)].map(([, type, fixed, lazy]) => {
      const name = fixed ?? lazy ?? '';
      const to = name.startsWith('.') ? normalize(join(dirname(path), name)) : name;
      return { from: path, to, typeOnly: type !== undefined, lazy: lazy !== undefined };
    }),
  );
});

const listed = (some: readonly Import[]): string[] => some.map(({ from, to }) => `${from} imports ${to}`);
const inFolder = (path: string, ...folders: string[]): boolean =>
  folders.some((folder) => path.startsWith(`${folder}/`));

describe('imports', () => {
  it('are found at all', () => {
    expect(listed(imports)).toContain('cli/report.ts imports lib/output/failure.ts');
    expect(listed(imports.filter(({ lazy }) => lazy))).toContain('lib/output/prompts.ts imports inquirer');
  });

  it('point one way: lib never imports commands, cli or sandbox', () => {
    expect(
      listed(imports.filter(({ from, to }) => inFolder(from, 'lib') && inFolder(to, 'commands', 'cli', 'sandbox'))),
    ).toEqual([]);
  });

  it('of core reach nothing but core and Node', () => {
    const outward = imports.filter(
      ({ from, to }) =>
        inFolder(from, 'lib/core') && !inFolder(to, 'lib/core') && !to.startsWith('node:') && !to.startsWith('valibot'),
    );
    expect(listed(outward)).toEqual([]);
  });

  it('of clients, store, configuration and output do not reach the services', () => {
    const low = ['lib/rocketchat', 'lib/matrix', 'lib/store', 'lib/config', 'lib/output', 'lib/network'];
    const upward = imports.filter(
      ({ from, to }) => inFolder(from, ...low) && inFolder(to, 'lib/bridge', 'lib/provision', 'lib/diagnose'),
    );
    expect(listed(upward)).toEqual([]);
  });

  it('never go from one command to another', () => {
    expect(listed(imports.filter(({ from, to }) => inFolder(from, 'commands') && inFolder(to, 'commands')))).toEqual(
      [],
    );
  });

  it('of the Rocket.Chat SDK are in one file, of matrix-js-sdk in lib/matrix', () => {
    const sdk = imports.filter(({ to }) => to === '@rocket.chat/sdk' || to.startsWith('@rocket.chat/sdk/'));
    expect([...new Set(sdk.map(({ from }) => from))]).toEqual(['lib/rocketchat/realtime.ts']);
    const matrix = imports.filter(({ from, to }) => to.startsWith('matrix-js-sdk') && !inFolder(from, 'lib/matrix'));
    expect(listed(matrix)).toEqual([]);
  });

  it('of commands and their frame are light, also those of what they import; the rest is loaded when it is needed', () => {
    const heavy =
      /^(?!node:|@oclif\/core\/|cli\/|commands\/|lib\/)|^node:(sqlite|http|https|tls|crypto|child_process|worker_threads)$/;
    const fixed = imports.filter(({ typeOnly, lazy }) => !typeOnly && !lazy);
    const reached = new Set(fixed.filter(({ from }) => inFolder(from, 'commands', 'cli')).map(({ from }) => from));
    for (const path of reached) for (const { from, to } of fixed) if (from === path) reached.add(to);
    expect(listed(fixed.filter(({ from, to }) => reached.has(from) && heavy.test(to)))).toEqual([]);
  });

  it('are of the file that has the thing: there are no barrels', () => {
    const barrels = files.filter(({ path, text }) => {
      const lines = text
        .replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '')
        .split(/;\s*/)
        .filter((line) => line.trim() !== '');
      return (
        basename(path) === 'index.ts' ||
        (lines.length > 1 && lines.every((line) => /^\s*export\s[^]*\sfrom\s/.test(line)))
      );
    });
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });
});
