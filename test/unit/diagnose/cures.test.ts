import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../support/run-command.ts';

interface Manifest {
  readonly commands: Readonly<Record<string, { readonly flags: Readonly<Record<string, unknown>> }>>;
}

const { commands } = JSON.parse(readFileSync(join(repositoryRoot, 'oclif.manifest.json'), 'utf8')) as Manifest;

/** Every command of ours that checks tell people to type. */
const told = new Set(
  globSync('src/lib/diagnose/checks/*.ts', { cwd: repositoryRoot }).flatMap((file) =>
    [...readFileSync(join(repositoryRoot, file), 'utf8').matchAll(/['`](rcfed [a-z][^'`,]*)['`]/g)].map(
      ([, line = '']) => line,
    ),
  ),
);

describe('what people are told to type', () => {
  it.each([...told])('%s', (line) => {
    const words = line.split(' ').slice(1);
    const flags = words.flatMap((word) => /^--([a-z-]+)$/.exec(word)?.[1] ?? []);
    const names = words.slice(0, words.findIndex((word) => !/^[a-z-]+$/.test(word) || word.startsWith('-')) >>> 0);
    const lengths = names.map((_, at) => names.length - at);
    const id = lengths.map((length) => names.slice(0, length).join(':')).find((name) => commands[name] !== undefined);
    expect(id, 'there is such a command').toBeDefined();
    for (const flag of flags) expect(Object.keys(commands[id ?? '']?.flags ?? {})).toContain(flag);
  });
});
