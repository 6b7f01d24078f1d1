import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltPackage, buildPackage, runProcess } from '../support/built-package.ts';
import { repositoryRoot } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let built: BuiltPackage;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

const node = process.execPath;
const rcfed = async (...args: string[]) => {
  const HOME = await temporaryFolder();
  return await runProcess(node, [built.bin, ...args], { env: { HOME } });
};

describe('the rcfed binary', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8')) as { version: string };
    expect(await rcfed('--version')).toEqual({
      code: 0,
      stdout: `rcfed/${version} ${process.platform}-${process.arch} node-${process.version}\n`,
      stderr: '',
    });
  });

  it('says in one line what to do, and exits with 3, where Node is too old', async () => {
    const folder = await temporaryFolder();
    await cp(join(built.root, 'bin'), join(folder, 'bin'), { recursive: true });
    const description = JSON.parse(await readFile(join(built.root, 'package.json'), 'utf8')) as object;
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ ...description, engines: { node: '^98.1.2 || >=99' } }),
    );
    for (const bin of ['run.js', 'dev.js']) {
      const { code, stdout, stderr } = await runProcess(node, [join(folder, 'bin', bin), '--version']);
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toMatch(
        /^Error: Node [\d.]+ can't run rcfed, which needs .*nvm install 24 \[RCFED_NODE_TOO_OLD\]\n$/,
      );
    }
  });

  it('lists the topics with --help, with help and with nothing', async () => {
    const [asFlag, asWord, bare] = await Promise.all([rcfed('--help'), rcfed('help'), rcfed()]);
    expect(asFlag).toMatchObject({ code: 0, stdout: expect.stringContaining('profile'), stderr: '' });
    expect(asWord).toEqual(asFlag);
    expect(bare).toEqual(asFlag);
  });

  it('shows help of a topic and of a command, also as "help COMMAND"', async () => {
    expect((await rcfed('profile')).stdout).toContain('profile list');
    expect(await rcfed('help', 'profile', 'add')).toEqual(await rcfed('profile', 'add', '--help'));
  });

  it('completes commands: the plugin answers', async () => {
    expect((await rcfed('autocomplete', '--help')).stdout).toContain('autocomplete');
  });

  it.each(['| head -1', '2>&1 | head -1', '| true'])('exits with 0 when its reader goes: --help %s', async (pipe) => {
    const { stdout } = await runProcess('bash', [
      '-c',
      `"${node}" "${built.bin}" --help ${pipe}; echo "\${PIPESTATUS[0]}"`,
    ]);
    expect(stdout.trim().split('\n').at(-1)).toBe('0');
  });

  it.each(['stdout', 'stderr'] as const)('keeps its exit code where nobody reads its %s', async (unread) => {
    const child = spawn(node, [built.bin, 'profile', 'lst', ...(unread === 'stdout' ? ['--json'] : [])]);
    child[unread].destroy();
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2);
  });

  it('says in a line that its result can not be written, and exits with 1', async () => {
    expect(await runProcess('bash', ['-c', `"${node}" "${built.bin}" --help > /dev/full`])).toEqual({
      code: 1,
      stdout: '',
      stderr: "Error: The result can't be written: ENOSPC [RCFED_FILE_UNWRITABLE]\n",
    });
  });

  it('says what was meant by an unknown command, runs nothing, exits with 2', async () => {
    const typo = await rcfed('profile', 'lst', 'hunter2hunter2');
    expect(typo).toMatchObject({ code: 2, stdout: '' });
    expect(typo.stderr).toContain('did you mean profile list? [RCFED_COMMAND_UNKNOWN]');
    expect(typo.stderr).not.toContain('hunter2');
    const json = await rcfed('profle', 'list', '--json');
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: 'RCFED_COMMAND_UNKNOWN' } });
    const early = await rcfed('--profile', 'work', 'profile', 'list');
    expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining('A command comes first') });
  });

  it('ends with 130 at Ctrl-C and 143 at SIGTERM, although it waits for input', async () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const HOME = await temporaryFolder();
      const child = spawn(node, ['--input-type=module', '-e', waitingCommand(built.bin)], {
        env: { PATH: process.env['PATH'], HOME },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      child.kill(signal);
      expect(await closed).toBe(code);
    }
  });

  it('loses nothing of 20,000 lines when the reader waits for more than 10 s', async () => {
    const HOME = await temporaryFolder();
    await manyProfiles(HOME, 20_000);
    const reader = `{ sleep 11; wc -l; }`;
    const { stdout, code } = await runProcess(
      'bash',
      ['-o', 'pipefail', '-c', `"${node}" "${built.bin}" profile list | ${reader}`],
      { env: { HOME } },
    );
    expect({ lines: stdout.trim(), code }).toEqual({ lines: '20000', code: 0 });
  });

  it('loses no profile when many processes add one at the same time', async () => {
    const HOME = await temporaryFolder();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const runs = await Promise.all(
      names.map((name) =>
        runProcess(node, [built.bin, 'profile', 'add', name, '--kind', 'user', '--admin', '127.0.0.1:1'], {
          env: {
            HOME,
            RCFED_WORKSPACE_URL: 'https://chat.example.org',
            RCFED_WORKSPACE_USER_ID: name,
            RCFED_WORKSPACE_TOKEN: `token-of-${name}`,
          },
        }),
      ),
    );
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(names.map(() => ({ code: 0, stderr: '' })));
    const { stdout } = await runProcess(node, [built.bin, 'profile', 'list'], { env: { HOME } });
    expect(
      stdout
        .split('\n')
        .map((line) => line[0])
        .filter(Boolean),
    ).toEqual(names);
  });
});

describe('the packed package', () => {
  it('runs where it is installed into an empty folder', async () => {
    const folder = await temporaryFolder();
    const packed = await runProcess('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
      cwd: built.root,
      env: { HOME: folder },
    });
    expect(packed.code, packed.stderr).toBe(0);
    const installed = join(folder, 'node_modules/rcfed');
    await mkdir(installed, { recursive: true });
    const archive = join(folder, packed.stdout.trim());
    expect((await runProcess('tar', ['-xzf', archive, '-C', installed, '--strip-components=1'])).code).toBe(0);
    await linkDependencies(installed, join(folder, 'node_modules'));
    const command = join(folder, 'node_modules/.bin/rcfed');
    await mkdir(join(folder, 'node_modules/.bin'));
    await symlink('../rcfed/bin/run.js', command);

    const env = { HOME: folder };
    expect(await runProcess(command, ['--version'], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^rcfed\//),
    });
    expect((await runProcess(command, ['--help'], { env })).stdout).toContain('profile');
    const list = await runProcess(command, ['profile', 'list', '--json'], { env });
    expect(JSON.parse(list.stdout)).toMatchObject({ ok: true, data: { profiles: [] } });
  });
});

/** What `npm install` would do with the network: only the production dependencies are there. */
const linkDependencies = async (installed: string, nodeModules: string): Promise<void> => {
  const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    await mkdir(join(nodeModules, name, '..'), { recursive: true });
    await symlink(join(repositoryRoot, 'node_modules', name), join(nodeModules, name));
  }
};

const manyProfiles = async (home: string, count: number): Promise<void> => {
  const folder = join(home, '.config/rcfed');
  await mkdir(folder, { recursive: true });
  const profile = {
    kind: 'user',
    values: { 'workspace-url': `https://chat.example.org/${'x'.repeat(60)}` },
    secrets: {},
  };
  const profiles = Object.fromEntries(Array.from({ length: count }, (_, at) => [`profile-${at}`, profile]));
  await writeFile(join(folder, 'profiles.json'), JSON.stringify({ version: 1, profiles }));
};

/** Starts the binary on a command that reads stdin, and says so once it waits there. */
const waitingCommand = (bin: string): string => `
  import { pathToFileURL } from 'node:url';
  process.argv = [process.argv[0], ${JSON.stringify(bin)}, 'profile', 'add', '--workspace-token-stdin'];
  const iterate = process.stdin[Symbol.asyncIterator].bind(process.stdin);
  process.stdin[Symbol.asyncIterator] = () => { process.stdout.write('waiting'); return iterate(); };
  await import(pathToFileURL(${JSON.stringify(bin)}));
`;
