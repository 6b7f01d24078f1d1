import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type RunOptions, runCommand } from '../support/run-command.ts';
import { expectSchema } from '../support/schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TOKEN = 'workspace-token-4711';
const WORKSPACE = ['--workspace-url', 'https://chat.example.org', '--workspace-user-id', 'u1'];
const HOMESERVER = ['--homeserver-url', 'https://matrix.example.org', '--server-name', 'example.org'];
const ADMIN = ['profile', 'add', 'work', ...WORKSPACE, ...HOMESERVER];

let home: string;
beforeEach(async () => {
  home = await temporaryFolder();
});

const rcfed = (argv: readonly string[], options: RunOptions = {}) =>
  runCommand(argv, { ...options, env: { HOME: home, ...options.env } });
const onlyProfile = (): Promise<string> => readFile(join(home, '.config/rcfed/profiles.json'), 'utf8');

describe('the journal of a profile', () => {
  interface Told {
    readonly plan: readonly string[];
    readonly entries: readonly { readonly id: number; readonly what: string }[];
    readonly undone: readonly { readonly outcome: string; readonly note: string | null }[];
  }
  const told = async (argv: readonly string[], options: RunOptions = {}): Promise<Told> => {
    const run = await rcfed([...argv, '--json'], options);
    expectSchema(run.json());
    return run.json<{ data: Told }>().data;
  };
  const rollback = (...argv: string[]) => told(['federation', 'rollback', '--profile', 'work', ...argv]);
  const withToken: RunOptions = { env: { RCFED_WORKSPACE_TOKEN: TOKEN } };

  it('says before what an addition, a change and a removal would do, and nothing is changed', async () => {
    const added = await told([...ADMIN, '--dry-run'], withToken);
    expect(added.plan).toEqual([
      '+ profile work (admin)',
      '+ workspace-url: https://chat.example.org',
      '+ workspace-user-id: u1',
      '+ homeserver-url: https://matrix.example.org',
      '+ server-name: example.org',
      '+ workspace-token: as given',
    ]);
    expect((await rcfed(['profile', 'list'])).stdout).toBe('');
    await rcfed(ADMIN, withToken);
    const before = await onlyProfile();
    const other = [...ADMIN.slice(0, -1), 'other.org', '--replace', '--dry-run'];
    expect((await told(other, withToken)).plan).toEqual([
      '~ profile work (admin)',
      '~ server-name: example.org → other.org',
    ]);
    expect((await told(['profile', 'remove', 'work', '--dry-run'])).plan).toEqual(['- profile work and its secrets']);
    expect((await told(['profile', 'use', 'work', '--dry-run'])).plan).toEqual(['= profile in use: work']);
    expect(await onlyProfile()).toBe(before);
    expect((await rcfed([...ADMIN.slice(0, -1), 'other.org', '--dry-run'], withToken)).exitCode).toBe(2);
  });

  it('brings back a profile that was removed, with its secrets, which it keeps encrypted', async () => {
    await rcfed(ADMIN, withToken);
    const before = await onlyProfile();
    await rcfed(['profile', 'remove', 'work', '--yes']);
    expect(await readFile(join(home, '.local/share/rcfed/work/journal.json'), 'utf8')).not.toContain(TOKEN);
    const { entries } = await rollback();
    expect(entries.map(({ what }) => what)).toEqual(['Profile work added', 'Profile work removed']);
    expect((await rollback('2', '--dry-run')).undone).toMatchObject([{ outcome: 'would undo' }]);
    expect((await rollback('2')).undone).toMatchObject([{ outcome: 'undone' }]);
    expect(JSON.parse(await onlyProfile())).toEqual(JSON.parse(before));
    expect((await rollback('2')).undone).toMatchObject([{ outcome: 'already so' }]);
    await rcfed(ADMIN, withToken);
    expect((await rollback()).entries).toHaveLength(2);
  });

  it('knows which profile was in use before, and leaves what somebody chose since', async () => {
    await rcfed(ADMIN, withToken);
    const more = (name: string) => rcfed(ADMIN.with(2, name), withToken);
    await more('second');
    await more('third');
    await rcfed(['profile', 'use', 'second']);
    await rcfed(['profile', 'use', 'second']);
    const second = (...argv: string[]) => told(['federation', 'rollback', '--profile', 'second', ...argv]);
    expect((await second()).entries.map(({ what }) => what)).toEqual([
      'Profile second added',
      'Profile in use: work → second',
    ]);
    await rcfed(['profile', 'use', 'third']);
    expect((await second('2')).undone).toMatchObject([{ outcome: 'kept', note: 'Profile third is in use now.' }]);
    expect((await second('2', '--yes')).undone).toMatchObject([{ outcome: 'undone' }]);
    expect((await rcfed(['profile', 'list'])).stdout).toContain('work\tadmin\tyes');
  });

  it("has nothing of a person's own profile", async () => {
    const me = ['profile', 'add', 'work', '--kind', 'user', '--workspace-url', 'https://chat.example.org'];
    await rcfed([...me, '--admin', 'https://bridge.example.org', '--workspace-user-id', 'u1'], withToken);
    await rcfed(['profile', 'remove', 'work', '--yes']);
    expect((await rollback()).entries).toEqual([]);
  });
});
