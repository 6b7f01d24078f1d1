import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { manifestFromSource, type Manifest } from '../../scripts/generate/manifest.ts';
import { globalFlags } from '../../src/cli/global-flags.ts';
import { errorCatalogue } from '../../src/lib/core/error-catalogue.ts';
import { repositoryRoot } from '../support/run-command.ts';

let manifest: Manifest;
beforeAll(async () => {
  const packageJson = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
  manifest = await manifestFromSource(repositoryRoot, packageJson);
});

const commands = () => Object.values(manifest.commands);
const flagsOf = () => commands().flatMap(({ id, flags }) => Object.values(flags).map((flag) => ({ id, ...flag })));

describe('what users can rely on, for every command', () => {
  it('has a summary and an environment variable for each flag', () => {
    const faulty = flagsOf().filter(
      ({ name, env, summary }) => env !== `RCFED_${name.replaceAll('-', '_').toUpperCase()}` || !summary?.endsWith('.'),
    );
    expect(faulty.map(({ id, name, env, summary }) => ({ id, name, env, summary }))).toEqual([]);
  });

  it('has the global flags, and one-letter forms for these alone', () => {
    for (const { id, flags } of commands())
      expect(Object.keys(flags), id).toEqual(expect.arrayContaining(Object.keys(globalFlags)));
    const short = flagsOf().filter(({ char, helpGroup }) => char !== undefined && helpGroup !== 'GLOBAL');
    expect(short.map(({ id, name }) => `${id} --${name}`)).toEqual([]);
  });

  it('takes no secret as the value of a flag', () => {
    // The sandbox's accounts are open to everybody on the machine anyway.
    const values = flagsOf().filter(
      ({ id, type, name }) =>
        !id.startsWith('sandbox:') && type === 'option' && /(token|password|secret|key)$/.test(name),
    );
    expect(values.map(({ id, name }) => `${id} --${name}`)).toEqual([]);
  });

  it('has a summary, and a schema of its own with a file in schemas/', () => {
    const names = commands().map(({ schema }) => schema ?? '(none)');
    expect(names.filter((name) => !existsSync(join(repositoryRoot, 'schemas', `${name.split('/')[0]}.json`)))).toEqual(
      [],
    );
    expect(new Set(names).size, 'no two commands share one').toBe(names.length);
    expect(
      commands()
        .filter(({ summary }) => !summary?.endsWith('.'))
        .map(({ id }) => id),
    ).toEqual([]);
  });
});

/** They change nothing of what is configured or federated; a file that is named is written where the user says. */
const READING = [
  'federation:access:check',
  'federation:access:list',
  'federation:diagnose',
  'federation:export',
  'federation:quarantine:list',
  'federation:quarantine:show',
  'federation:registration:show',
  'federation:stats',
  'federation:status',
  'federation:trace',
  'invite:link',
  'invite:list',
  'invite:verify',
  'profile:list',
  'profile:show',
  'rooms:list',
  'rooms:members:list',
  'rooms:search',
  'rooms:servers:list',
  'rooms:show',
  'store:check',
];

/** Those that change something and have no rehearsal, each with the reason. */
const NOT_REHEARSED: Readonly<Record<string, string>> = {
  'federation:run': 'it is the bridge itself',
  'federation:smoke': 'it takes away all that it makes',
  'sandbox:demo': 'it works on servers of its own, which end with it',
  'sandbox:up': 'it works on servers of its own, which end with it',
  'store:backup': 'it makes one new file, and never replaces one',
};

it('every command that changes something says before what it would do, with --dry-run', () => {
  const without = commands()
    .filter(({ flags }) => !('dry-run' in flags))
    .map(({ id }) => id);
  expect(without.toSorted()).toEqual([...READING, ...Object.keys(NOT_REHEARSED)].toSorted());
});

describe('the error catalogue', () => {
  const entries = Object.entries(errorCatalogue);

  it('gives each code an exit code of the contract and one to three cures', () => {
    for (const [code, { exit, try: cures }] of entries) {
      expect([1, 2, 3, 4, 5, 8, 9, 70, 130, 143], code).toContain(exit);
      expect(cures.length, code).toBeGreaterThanOrEqual(1);
      expect(cures.length, code).toBeLessThanOrEqual(3);
      for (const cure of cures) expect(cure.trim().length, code).toBeGreaterThan(5);
    }
  });

  it('is in alphabetical order, so that a code is found and two branches seldom touch the same line', () => {
    const codes = entries.map(([code]) => code);
    expect(codes).toEqual(codes.toSorted());
    for (const code of codes) expect(code).toMatch(/^RCFED_[A-Z0-9_]+$/);
  });

  it('names only commands that exist', () => {
    const ids = new Set(
      commands().flatMap(({ id, aliases }) => [id, ...aliases].map((name) => name.replaceAll(':', ' '))),
    );
    // A command stands at the beginning of a cure or after a colon; "run rcfed as root" is prose.
    const unknown = entries.flatMap(([code, { try: cures }]) =>
      cures
        .map((cure) => /(?:^|: )rcfed ([a-z]+(?:-[a-z]+)*(?: [a-z]+(?:-[a-z]+)*)*)/.exec(cure)?.[1])
        .filter((words) => words !== undefined)
        .filter((words) => ![...ids].some((id) => words === id || words.startsWith(`${id} `)))
        .map((words) => `${code}: rcfed ${words}`),
    );
    expect(unknown).toEqual([]);
  });
});
