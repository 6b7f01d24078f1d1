import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { foldersFrom } from '../../src/lib/config/folders.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { type RunOptions, runCommand } from '../support/run-command.ts';
import { expectSchema } from '../support/schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TOKEN = 'workspace-token-4711';
const ADD = ['profile', 'add', 'work', '--workspace-url', 'https://Chat.example.org/', '--workspace-user-id', 'u1'];
const ADMIN = [...ADD, '--homeserver-url', 'https://matrix.example.org', '--server-name', 'Example.org'];

let home: string;
let config: string;
beforeEach(async () => {
  home = await temporaryFolder();
  config = join(home, '.config/rcfed');
});

const rcfed = (argv: readonly string[], options: RunOptions = {}) =>
  runCommand(argv, { ...options, env: { HOME: home, ...options.env } });
const addWork = (more: readonly string[] = [], token = TOKEN) =>
  rcfed([...ADMIN, ...more], { env: { RCFED_WORKSPACE_TOKEN: token } });
const onlyProfile = async (): Promise<string> => await readFile(join(config, 'profiles.json'), 'utf8');

describe('profile add', () => {
  it('keeps a profile from flags, puts the first one in use and shows it in the list', async () => {
    const added = await addWork(['--json']);
    expectSchema(added.json());
    expect(added).toMatchObject({ exitCode: 0, stderr: '' });
    expect(added.json()).toMatchObject({
      ok: true,
      data: { name: 'work', kind: 'admin', changed: true, current: true },
    });

    const list = await rcfed(['profile', 'list']);
    expect(list.stdout).toBe('work\tadmin\tyes\thttps://chat.example.org\texample.org\n');
    const json = await rcfed(['profile', 'list', '--json']);
    expectSchema(json.json());
  });

  it('takes the token from a hidden prompt, from stdin, from a file or from the environment', async () => {
    const file = join(home, 'token');
    await writeFile(file, `${TOKEN}\n`);
    const ways: RunOptions[] = [
      { terminal: true, answers: { 'Personal access token on the workspace': new Secret(TOKEN) } },
      { stdin: `${TOKEN}\n` },
      {},
      { env: { RCFED_WORKSPACE_TOKEN: TOKEN } },
      { env: { RCFED_WORKSPACE_TOKEN_FILE: file } },
    ];
    const flags = [[], ['--workspace-token-stdin'], ['--workspace-token-file', file], [], []];
    for (const [at, way] of ways.entries()) {
      const run = await rcfed([...ADMIN, ...(flags[at] ?? [])], way);
      expect(run, run.stderr).toMatchObject({ exitCode: 0 });
      expect(run.stdout, 'each way gives the same profile').toContain(at === 0 ? 'is kept' : 'already so');
    }
  });

  it('asks for what is missing at a terminal', async () => {
    const answers = {
      'Address of the Rocket.Chat workspace': 'https://chat.example.org',
      'User id': 'u1',
      'Personal access token on the workspace': new Secret(TOKEN),
      'Address of the Matrix homeserver': 'https://matrix.example.org',
      'Matrix domain': 'example.org',
    };
    expect(await rcfed(['profile', 'add'], { terminal: true, answers })).toMatchObject({ exitCode: 0 });
    expect((await rcfed(['profile', 'show'])).stdout).toContain('server-name\texample.org\tprofile');
  });

  it.each([
    ['without a terminal', [], {}],
    ['with --no-input', ['--no-input'], { terminal: true }],
    ['with CI', [], { terminal: true, env: { CI: 'true' } }],
  ] as const)('names every missing answer at once %s, exit 2', async (_, flags, options) => {
    const run = await rcfed(['profile', 'add', '--json', ...flags], options);
    expect(run.exitCode).toBe(2);
    expectSchema(run.json());
    const { error } = run.json<{ error: { code: string; message: string } }>();
    expect(error.code).toBe('RCFED_ANSWER_MISSING');
    for (const flag of [
      '--workspace-url',
      '--workspace-user-id',
      '--workspace-token-file',
      '--homeserver-url',
      '--server-name',
    ])
      expect(error.message).toContain(flag);
  });

  it('says "already so" the second time and refuses a different one without --replace', async () => {
    await addWork();
    expect((await addWork(['--json'])).json()).toMatchObject({ ok: true, data: { changed: false } });
    const other = await addWork(['--prefix', 'chat_', '--json']);
    expect(other.exitCode).toBe(2);
    expect(other.json()).toMatchObject({ ok: false, error: { code: 'RCFED_PROFILE_EXISTS' } });
    expect((await addWork(['--prefix', 'chat_', '--replace'])).exitCode).toBe(0);
    expect((await rcfed(['profile', 'show'])).stdout).toContain('prefix\tchat_\tprofile');
  });

  it('names files so that they are found from every folder', async () => {
    await addWork(['--registration', 'registration.yaml', '--store', 'sqlite:store.db', '--ca-file', 'ca.pem']);
    const { stdout } = await rcfed(['profile', 'show']);
    expect(stdout).toContain(`registration\t${resolve('registration.yaml')}\t`);
    expect(stdout).toContain(`store\tsqlite:${resolve('store.db')}\t`);
    expect(stdout).toContain(`ca-file\t${resolve('ca.pem')}\t`);
  });

  it('notices that only the token differs', async () => {
    await addWork();
    expect((await addWork([], 'another-token-4712')).exitCode).toBe(2);
  });

  it.each([
    [['--workspace-url', 'chat.example.org']],
    [['--workspace-url', 'ftp://chat.example.org']],
    [['--workspace-url', 'https://me:hunter2hunter2@chat.example.org']],
    [['--server-name', 'https://example.org']],
    [['--listen', '29400']],
    [['--identity', 'hunter2hunter2']],
    [['--keep-bodies', 'hunter2hunter2']],
    [['--prefix', 'RC']],
    [['--store', 'postgres://rcfed:hunter2hunter2@db.example.org/rcfed']],
  ])('refuses %s with the name of the flag and without repeating the value', async (flags) => {
    const [flag = ''] = flags;
    const others = ADMIN.filter((word, at) => word !== flag && ADMIN[at - 1] !== flag);
    const run = await rcfed([...others, ...flags], { env: { RCFED_WORKSPACE_TOKEN: TOKEN } });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(flags[0]);
    expect(run.stderr + run.stdout).not.toContain('hunter2');
    await expect(onlyProfile()).rejects.toThrow('ENOENT');
  });

  it('keeps files for the owner alone and no secret in clear text', async () => {
    await addWork();
    const modes = async (name: string): Promise<number> => (await stat(join(config, name))).mode & 0o777;
    expect(await modes('profiles.json')).toBe(0o600);
    expect(await modes('key')).toBe(0o600);
    expect(await modes('.')).toBe(0o700);
    expect((await readdir(config)).toSorted()).toEqual(['key', 'key.lock', 'profiles.json', 'profiles.json.lock']);
    expect(await onlyProfile()).not.toContain(TOKEN);
  });

  it('finds folders that are named from where a command is run, as the address of a socket must not be', () => {
    expect(foldersFrom({ RCFED_DATA_DIR: 'data' }).data).toBe(resolve('data'));
  });

  it('says why its folder can not be used', async () => {
    await writeFile(join(home, '.config'), 'a file where the folder should be');
    expect(await addWork()).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('A file and a folder are mixed up'),
    });
  });
});

describe('profile show', () => {
  it('hides secrets, and reveals them only after a yes', async () => {
    await addWork();
    const hidden = await rcfed(['profile', 'show', '--json']);
    expectSchema(hidden.json());
    expect(hidden.stdout).toContain('"workspace-token","value":"[redacted]"');
    expect(hidden.stdout).not.toContain(TOKEN);

    const reveal = ['profile', 'show', '--reveal'];
    expect(await rcfed(reveal)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('--yes') });
    expect(await rcfed(reveal, { terminal: true, answers: { secrets: false } })).toMatchObject({
      exitCode: 1,
      stdout: '',
    });
    expect((await rcfed(reveal, { terminal: true, answers: { secrets: true } })).stdout).toContain(TOKEN);
    const json = await rcfed([...reveal, '--yes', '--json']);
    expectSchema(json.json());
    expect(json.stdout).toContain(TOKEN);
  });

  it('shows what a command would use: the environment over the profile over the default', async () => {
    await addWork(['--prefix', 'chat_']);
    const { stdout } = await rcfed(['profile', 'show'], {
      env: { RCFED_PREFIX: 'env_', RCFED_STORE: 'postgres://rcfed:hunter2hunter2@db.example.org/rcfed' },
    });
    expect(stdout).toContain('prefix\tenv_\tenvironment\n');
    expect(stdout).toContain('workspace-user-id\tu1\tprofile\n');
    expect(stdout).toContain('identity\tpuppets\tdefault\n');
    expect(stdout).toContain('store-password\t[redacted]\tenvironment\n');
    expect(stdout).not.toContain('hunter2');
  });

  it('refuses with exit 3 and a cure where there is no profile, or none of that name', async () => {
    expect(await rcfed(['profile', 'show'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('rcfed profile add'),
    });
    expect(await rcfed(['profile', 'show', 'nowhere'])).toMatchObject({ exitCode: 3 });
  });

  it('refuses secrets that another key encrypted, or that were moved from another profile', async () => {
    await addWork();
    const otherKey = await rcfed(['profile', 'show'], { env: { RCFED_KEY: 'ab'.repeat(32) } });
    expect(otherKey).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringContaining('RCFED_SECRET_UNREADABLE'),
    });
    const content = JSON.parse(await onlyProfile()) as { profiles: Record<string, unknown> };
    await writeFile(
      join(config, 'profiles.json'),
      JSON.stringify({ ...content, profiles: { play: content.profiles['work'] }, current: 'play' }),
    );
    expect(await rcfed(['profile', 'show'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('RCFED_SECRET_UNREADABLE'),
    });
  });

  it('says how to go on where the key is lost, and that works', async () => {
    await addWork();
    await rm(join(config, 'key'));
    const lost = await rcfed(['profile', 'show']);
    expect(lost.stderr).toContain('rcfed profile remove NAME, then rcfed profile add NAME');
    expect(await rcfed(['profile', 'remove', 'work', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(await addWork()).toMatchObject({ exitCode: 0 });
    expect((await rcfed(['profile', 'show', '--reveal', '--yes'])).stdout).toContain(TOKEN);
  });

  it('refuses a named key file that is not there instead of making one', async () => {
    const run = await rcfed(ADMIN, { env: { RCFED_WORKSPACE_TOKEN: TOKEN, RCFED_KEY_FILE: join(home, 'gone') } });
    expect(run).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('RCFED_KEY_INVALID') });
    await expect(stat(join(home, 'gone'))).rejects.toThrow('ENOENT');
  });
});

describe('profile use and remove', () => {
  it('changes the profile in use, and says when it already was', async () => {
    await addWork();
    await rcfed(['profile', 'add', 'play', ...ADMIN.slice(3)], { env: { RCFED_WORKSPACE_TOKEN: TOKEN } });
    const use = await rcfed(['profile', 'use', 'play', '--json']);
    expectSchema(use.json());
    expect(use.json()).toMatchObject({ data: { name: 'play', changed: true } });
    expect((await rcfed(['profile', 'use', 'play'])).stdout).toContain('already in use');
    expect(await rcfed(['profile', 'use', 'nowhere'])).toMatchObject({ exitCode: 3 });
  });

  it('forgets a profile after a yes, and is content where there is none', async () => {
    await addWork();
    expect(await rcfed(['profile', 'remove', 'work'])).toMatchObject({ exitCode: 2 });
    expect(await rcfed(['profile', 'remove', 'work'], { terminal: true, answers: { Forget: false } })).toMatchObject({
      exitCode: 1,
    });
    expect((await rcfed(['profile', 'list'])).stdout).toContain('work');
    const removed = await rcfed(['profile', 'remove', 'work', '--yes', '--json']);
    expectSchema(removed.json());
    expect(removed.json()).toMatchObject({ data: { changed: true } });
    expect((await rcfed(['profile', 'remove', 'work', '--yes', '--json'])).json()).toMatchObject({
      ok: true,
      data: { changed: false },
    });
    expect(await onlyProfile()).not.toContain('secrets');
  });
});

describe('a broken profile file', () => {
  it.each(['{"version":1,', '[]', '{"version":1,"profiles":{"work":{"kind":"admin"}}}', ''])(
    'is kept aside and named, never overwritten: %j',
    async (text) => {
      await mkdir(config, { recursive: true });
      const path = join(config, 'profiles.json');
      await writeFile(`${path}.broken-1`, 'from an earlier time');
      await writeFile(path, text);
      const run = await rcfed(['profile', 'list', '--json']);
      expect(run.exitCode).toBe(3);
      expectSchema(run.json());
      expect(run.json()).toMatchObject({
        error: { code: 'RCFED_CONFIG_BROKEN', message: expect.stringContaining('profiles.json.broken-2') },
      });
      expect(await readFile(`${path}.broken-2`, 'utf8')).toBe(text);
      expect(await readFile(`${path}.broken-1`, 'utf8')).toBe('from an earlier time');
      expect(await addWork()).toMatchObject({ exitCode: 0 });
    },
  );

  it('is left alone where it only can not be read', async () => {
    const path = join(config, 'profiles.json');
    await mkdir(path, { recursive: true });
    await chmod(path, 0o000);
    expect(await rcfed(['profile', 'list'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('RCFED_CONFIG_UNREADABLE'),
    });
    await chmod(path, 0o700);
    expect(await readdir(config)).toEqual(['profiles.json']);
  });
});
