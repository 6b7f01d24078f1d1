import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { manifestFromSource, type Manifest, type ManifestCommand } from '../../scripts/generate/manifest.ts';
import { repositoryRoot } from '../support/run-command.ts';

let commands: Map<string, ManifestCommand>;
let topics: Set<string>;
beforeAll(async () => {
  const packageJson = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
  const manifest: Manifest = await manifestFromSource(repositoryRoot, packageJson);
  commands = new Map(
    Object.values(manifest.commands).flatMap((command) =>
      [command.id, ...command.aliases].map((id) => [id.replaceAll(':', ' '), command] as const),
    ),
  );
  topics = new Set([...commands.keys()].map((name) => name.split(' ')[0] ?? ''));
});

/** The words of a command line as a shell would part them. */
const shellWords = (line: string): string[] =>
  [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ''));

/** What is wrong with a command line, without `rcfed`; undefined where it can be typed like that. */
function faultOf(line: string): string | undefined {
  if (/(?:^|\s)#/.test(line.replaceAll(/'[^']*'|"[^"]*"/g, 'quoted'))) return 'a shell takes # for a comment';
  const words = shellWords(line);
  const length = [3, 2, 1].find((count) => commands.has(words.slice(0, count).join(' ')));
  if (length === undefined) return 'there is no such command';
  const command = commands.get(words.slice(0, length).join(' '));
  if (command === undefined) return 'there is no such command';
  const rest = words.slice(length);
  const given: string[] = [];
  const flags: string[] = [];
  while (rest.length > 0) {
    const word = rest.shift() ?? '';
    const [, name, value] = /^--([a-z-]+)(=.*)?$/.exec(word) ?? [];
    if (name === undefined) given.push(word);
    else if (name === 'help') return undefined;
    else {
      const flag = command.flags[name];
      if (flag === undefined) return `there is no flag --${name}`;
      flags.push(name);
      if (flag.type === 'option' && value === undefined && rest.shift() === undefined) return `--${name} needs a value`;
    }
  }
  if (given.includes('…')) return undefined;
  const missing = Object.values(command.flags).find(({ name, required }) => required && !flags.includes(name));
  if (missing !== undefined) return `--${missing.name} is missing`;
  const args = Object.values(command.args);
  if (given.length < args.filter(({ required }) => required).length) return 'an argument is missing';
  return command.strict !== false && given.length > args.length ? 'there are too many arguments' : undefined;
}

const isCommand = (text: string): boolean => topics.has(/^[a-z]+/.exec(text)?.[0] ?? '');

/** `rcfed …` as it stands in a sentence: without what goes on after it. */
const lineIn = (text: string): string =>
  text
    .replaceAll(/\$\([^)]*\)/g, 'word')
    .split(/ {2,}| (?:#|\|\|?|&&|<|>) |[,;.)](?= |$)/)[0]
    ?.trim() ?? '';

const faults = (lines: readonly { readonly where: string; readonly line: string }[]): string[] =>
  lines.flatMap(({ where, line }) => {
    const fault = faultOf(line);
    return fault === undefined ? [] : [`${where}: rcfed ${line}: ${fault}`];
  });

const filesOf = async (pattern: string): Promise<{ where: string; text: string }[]> => {
  const files: { where: string; text: string }[] = [];
  for await (const where of glob(pattern, { cwd: repositoryRoot }))
    files.push({ where, text: await readFile(join(repositoryRoot, where), 'utf8') });
  return files;
};

describe('each command line that people are shown can be typed like that', () => {
  it('in the README and the documents', async () => {
    const files = await filesOf('{*.md,docs/**/*.md}');
    const shown = files.flatMap(({ where, text }) =>
      [...text.matchAll(/(?:^\s*(?:- |\$ )?(?:npx (?:--yes )?)?|`(?:npx )?)rcfed ([a-z][^`\n]*)/gm)]
        .map(([, line = '']) => ({ where, line: lineIn(line) }))
        .filter(({ line }) => isCommand(line))
        // A command may be named without what belongs to it, and its page lists that.
        .filter(({ line }) => !commands.has(line) && !line.includes('[FLAGS]')),
    );
    expect(shown.length).toBeGreaterThan(100);
    expect(faults(shown)).toEqual([]);
  });

  it('in cures, hints and messages', async () => {
    const files = await filesOf('src/**/*.ts');
    const shown = files.flatMap(({ where, text }) =>
      [...text.replaceAll(/\$\{[^{}]*\}/g, 'X').matchAll(/(['"`])((?:(?!\1)[^\n])*?)\1/g)].flatMap(
        ([, , string = '']) =>
          [...string.matchAll(/(?:^|: |, then |\n)rcfed ((?:(?!rcfed )[^\n])*)/g)]
            .map(([, line = '']) => ({ where, line: lineIn(line) }))
            // The sandbox's homeserver calls itself so.
            .filter(({ line }) => isCommand(line) && line !== 'sandbox'),
      ),
    );
    expect(shown.length).toBeGreaterThan(100);
    expect(faults(shown)).toEqual([]);
  });
});
