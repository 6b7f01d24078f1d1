import { existsSync } from 'node:fs';
import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import { isLocked } from '../../../src/lib/store/lock.ts';
import type { SandboxView } from '../../../src/sandbox/up.ts';
import { type CommandRun, runCommand, type RunOptions } from '../../support/run-command.ts';
import { secretsOf } from '../../support/sandbox-secrets.ts';
import { expectSchema } from '../../support/schema.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { elementsOf } from '../../support/xml-elements.ts';

interface Report {
  readonly data: {
    readonly findings: readonly { readonly id: string; readonly status: string; readonly detail: string }[];
    readonly counts: Readonly<Record<string, number>>;
    readonly repaired: readonly object[];
  };
  readonly error?: { readonly code: string };
}

describe('with nothing set up', () => {
  it('says in one sentence what is missing, and what to type', async () => {
    const run = await runCommand(['federation', 'diagnose']);
    expect({ exitCode: run.exitCode, stdout: run.stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(run.stderr).toMatch(/^Error: There is no profile to work with \[RCFED_PROFILE_MISSING\]\n/);
    expect(run.stderr).toContain('rcfed profile add');
  });

  it('lists all its checks, in JSON with what each is about', async () => {
    const run = await runCommand(['federation', 'diagnose', '--list-checks', '--json']);
    expectSchema(run.json());
    const { checks } = run.json<{ data: { checks: readonly Record<string, string>[] } }>().data;
    expect(checks.length).toBeGreaterThanOrEqual(100);
    for (const check of checks) expect(Object.keys(check)).toEqual(['id', 'group', 'title', 'severity', 'fix']);
    const table = await runCommand(['federation', 'diagnose', '--list-checks']);
    const lines = table.stdout.split('\n').map((line) => line.split('\t'));
    expect(lines.slice(0, checks.length).map(([id, , title]) => ({ id, title }))).toEqual(
      checks.map(({ id, title }) => ({ id, title })),
    );
  });

  it('looks at another server all the same', async () => {
    const run = await runCommand(['federation', 'diagnose', '--with', 'https://other.test', '--only', 'D1', '--json']);
    expectSchema(run.json());
    expect(run.exitCode).toBe(1);
    expect(run.json<Report>().data.findings).toMatchObject([{ id: 'D1', status: 'fail' }]);
  });

  it('knows no other checks', async () => {
    for (const flag of ['--only', '--skip']) {
      const run = await runCommand(['federation', 'diagnose', '--with', 'other.test', flag, 'D1,Z9', '--json']);
      expect(run.exitCode).toBe(2);
      expect(run.json()).toMatchObject({ error: { code: 'RCFED_CHECK_UNKNOWN', message: 'There is no check Z9' } });
    }
  });
});

describe('on the sandbox', () => {
  let sandbox: SandboxView;
  let secrets: readonly string[];
  const ending = new AbortController();
  let ended: Promise<CommandRun>;

  beforeAll(async () => {
    const ready = Promise.withResolvers<SandboxView>();
    ended = runCommand(['sandbox', 'up', '--json'], {
      signal: ending.signal,
      onStdout: (text) => ready.resolve(JSON.parse(text) as SandboxView),
    });
    void ended.then(({ stderr }) => ready.reject(new Error(stderr)));
    sandbox = await ready.promise;
    const linked = await rcfed(['rooms', 'link', 'general', '--new']);
    expect(linked.exitCode, linked.stderr).toBe(0);
    secrets = await secretsOf(sandbox);
  });
  afterEach(() => setting('Site_Url', sandbox.workspace.url));
  afterAll(async () => {
    ending.abort(new RcfedError('RCFED_TERMINATED', 'Ended by the system'));
    await ended;
  });

  const rcfed = (argv: readonly string[], options: RunOptions = {}): Promise<CommandRun> =>
    runCommand(argv, { ...options, env: { ...sandbox.bridge?.environment, ...options.env } });
  const diagnose = (flags: readonly string[], options: RunOptions = {}): Promise<CommandRun> =>
    rcfed(['federation', 'diagnose', ...flags], options);

  /** As its admin does it in Administration, Settings. */
  async function setting(id: string, value: unknown): Promise<void> {
    const { url, admin } = sandbox.workspace;
    const answer = await fetch(`${url}/api/v1/settings/${id}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-User-Id': admin.userId, 'X-Auth-Token': admin.token },
      body: JSON.stringify({ value }),
    });
    expect(answer.status, await answer.text()).toBe(200);
  }

  it('everything that can be looked at is as it should be', async () => {
    const run = await diagnose(['--json', '--deep', '--with', sandbox.homeserver.serverName]);
    expectSchema(run.json());
    expect(run.exitCode, run.stdout).toBe(0);
    const { findings, counts } = run.json<Report>().data;
    expect(counts).toMatchObject({ fail: 0, crash: 0, warn: 0 });
    // The two servers of the sandbox differ in this, as those of most people do.
    expect(findings.filter(({ status }) => status === 'info').map(({ id }) => id)).toEqual(['G11']);
    for (const { status, detail } of findings) if (status === 'skip') expect(detail).not.toBe('');
    expect(findings.filter(({ id }) => id.startsWith('G') && id !== 'G11' && id !== 'G10' && id !== 'G13')).toSatisfy(
      (ofBridge: Report['data']['findings']) => ofBridge.every(({ status }) => status === 'pass'),
    );
  });

  it('tells a person what is wrong, what follows from it and what to do', async () => {
    await setting('Site_Url', '');
    const run = await diagnose(['--only', 'R2']);
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toBe(`Rocket.Chat: 1 of 2 ok

FAILED R2 The workspace knows its own address: Site_Url is ""
  Start Rocket.Chat with its public address:
    in environment of Rocket.Chat:
      ROOT_URL=https://chat.example.org
  docs/checks.md#r2

1 failed, 0 warnings, 1 passed, 0 skipped.
`);
    expect(run.stderr).toContain('Error: 1 check failed, 0 warn [RCFED_CHECKS_FAILED]');
    expect(run.stderr).toContain('R2 The workspace knows its own address');
    const json = await diagnose(['--only', 'R2', '--json']);
    expectSchema(json.json());
    expect(json.exitCode).toBe(1);
    expect(json.json<Report>().error?.code).toBe('RCFED_CHECKS_FAILED');
  });

  it('takes a warning for a failure only with --strict', async () => {
    await setting('Site_Url', 'https://chat.example.org');
    const only = ['--only', 'R2'];
    expect((await diagnose(only)).exitCode).toBe(0);
    const strict = await diagnose([...only, '--strict']);
    expect(strict.exitCode).toBe(1);
    for (const [format, expected] of [
      ['junit', 'failures="1"'],
      ['tap', 'not ok 2 - R2'],
    ] as const)
      expect((await diagnose([...only, '--strict', '--format', format])).stdout).toContain(expected);
    expect((await diagnose([...only, '--format', 'junit'])).stdout).toContain('failures="0"');
    expect(strict.stdout).toContain('warning R2 The workspace knows its own address: Site_Url is https://chat.example');
  });

  it('looks only at what was asked for and what that needs, and leaves out what is not wanted', async () => {
    const ids = async (...flags: string[]) =>
      (await diagnose([...flags, '--json'])).json<Report>().data.findings.map(({ id, status }) => `${id} ${status}`);
    expect(await ids('--only', 'g6')).toEqual(['L3 pass', 'G1 pass', 'G6 pass']);
    expect(await ids('--only', 'G6', '--skip', 'G1')).toEqual(['L3 pass', 'G1 skip', 'G6 pass']);
  });

  describe('--fix', () => {
    const profiles = (): string => join(sandbox.bridge?.environment['RCFED_CONFIG_DIR'] ?? '', 'profiles.json');
    const mode = async (): Promise<number> => (await stat(profiles())).mode & 0o777;
    const fix = (options: RunOptions, ...flags: string[]): Promise<CommandRun> =>
      diagnose(['--only', 'L2', '--fix', ...flags], options);
    afterEach(() => chmod(profiles(), 0o600));

    it('shows what it would do, and does it when told so', async () => {
      await chmod(profiles(), 0o644);
      const question = `Do this: chmod 600 ${profiles()}`;
      const refused = await fix({ terminal: true, answers: { [question]: false } });
      expect({ exitCode: refused.exitCode, mode: await mode() }).toEqual({ exitCode: 1, mode: 0o644 });
      expect(refused.stderr).toContain('L2: ');
      const agreed = await fix({ terminal: true, answers: { [question]: true } });
      expect({ exitCode: agreed.exitCode, mode: await mode() }).toEqual({ exitCode: 0, mode: 0o600 });
      expect(agreed.stdout).toContain(`Done for L2: chmod 600 ${profiles()}`);
    });

    it('asks nobody with --yes, and does nothing where nobody can be asked', async () => {
      await chmod(profiles(), 0o644);
      const asked = await fix({}, '--json');
      expect({ exitCode: asked.exitCode, mode: await mode() }).toEqual({ exitCode: 2, mode: 0o644 });
      expect(asked.stdout).toContain('--yes');
      const done = await fix({}, '--yes', '--json');
      expectSchema(done.json());
      expect({ exitCode: done.exitCode, mode: await mode() }).toEqual({ exitCode: 0, mode: 0o600 });
      expect(done.json<Report>().data.repaired).toEqual([{ id: 'L2', shown: `chmod 600 ${profiles()}` }]);
    });

    it('does nothing where it could not write the report of it', async () => {
      await chmod(profiles(), 0o644);
      const run = await fix({}, '--yes', '--bundle', '/nowhere/at/all', '--json');
      expect(run.json()).toMatchObject({ error: { code: 'RCFED_FILE_UNWRITABLE' } });
      expect(await mode()).toBe(0o644);
    });

    it('leaves a report for machines as it is, and says beside it what it did', async () => {
      await chmod(profiles(), 0o644);
      const run = await fix({}, '--yes', '--format', 'tap');
      expect({ exitCode: run.exitCode, mode: await mode() }).toEqual({ exitCode: 0, mode: 0o600 });
      expect(run.stdout).toMatch(/^TAP version 14\n/);
      expect(run.stderr).toContain(`Done for L2: chmod 600 ${profiles()}`);
    });
  });

  describe('--format', () => {
    const only = ['--only', 'R2,G6'];

    it('junit is XML that names each check, with what failed as a failure', async () => {
      await setting('Site_Url', '<&">');
      const run = await diagnose([...only, '--format', 'junit']);
      expect(run.exitCode).toBe(1);
      const cases = elementsOf(run.stdout, 'testcase');
      expect(cases.map(({ attribs }) => attribs['classname'])).toEqual(['L3', 'R1', 'R2', 'G1', 'G6']);
      const failures = elementsOf(run.stdout, 'failure');
      expect(failures.map(({ attribs }) => attribs['message'])).toEqual(['Site_Url is "<&\\">"']);
      expect(elementsOf(run.stdout, 'testsuites')[0]?.attribs).toMatchObject({
        tests: '5',
        failures: '1',
        errors: '0',
      });
    });

    it('tap has a line for each check', async () => {
      const { stdout } = await diagnose([...only, '--format', 'tap']);
      expect(stdout).toMatch(/^TAP version 14\n1\.\.5\n/);
      expect(stdout.match(/^(not )?ok \d+ - \w+/gm)).toEqual(
        ['L3', 'R1', 'R2', 'G1', 'G6'].map((id, at) => `ok ${at + 1} - ${id}`),
      );
    });

    it('json is what --json says, and --output writes any of them into a file for its owner', async () => {
      const file = join(await temporaryFolder(), 'report.json');
      const run = await diagnose([...only, '--format', 'json', '--output', file]);
      expect({ exitCode: run.exitCode, stdout: run.stdout }).toEqual({
        exitCode: 0,
        stdout: `The report is in ${file}.\n`,
      });
      const written = JSON.parse(await readFile(file, 'utf8')) as object;
      expectSchema(written);
      expect(written).toMatchObject({ ok: true, data: { counts: { pass: 5 } } });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    });

    it('says so where the file can not be written', async () => {
      const run = await diagnose([...only, '--output', '/nowhere/at/all', '--json']);
      expect(run.json()).toMatchObject({ error: { code: 'RCFED_FILE_UNWRITABLE' } });
    });
  });

  it('--bundle holds all that was found, and no secret', async () => {
    const file = join(await temporaryFolder(), 'bundle.json');
    // What a careless person puts where it is shown.
    const [botToken = '', asToken = ''] = secrets;
    await setting('Site_Url', `https://${botToken}@chat.example.org/?token=${asToken}`);
    const run = await diagnose(['--deep', '--bundle', file]);
    const text = await readFile(file, 'utf8');
    const { findings, about } = JSON.parse(text) as Report['data'] & { about: object };
    expect(findings.length).toBeGreaterThan(100);
    expect(findings.find(({ id }) => id === 'R2')?.detail).toContain('[redacted]');
    expect(about).toMatchObject({ node: process.version });
    for (const secret of secrets) expect(text + run.stdout + run.stderr).not.toContain(secret);
  });

  it.each([['--fix'], ['--format', 'tap'], ['--output', 'report'], ['--bundle', 'bundle']])(
    '--watch does not pretend to do %s as well',
    async (...flags) => expect((await diagnose(['--watch', ...flags])).exitCode).toBe(2),
  );

  it('--watch looks again until Ctrl-C', async () => {
    const stop = new AbortController();
    let looks = 0;
    const run = await diagnose(['--only', 'G6', '--watch', '--json'], {
      signal: stop.signal,
      // Its fifteen seconds between two looks are over at once.
      clock: {
        ...systemClock,
        sleep: (ms, signal) => (ms === 15_000 ? Promise.resolve() : systemClock.sleep(ms, signal)),
      },
      onStdout() {
        looks += 1;
        if (looks === 2) stop.abort(new RcfedError('RCFED_INTERRUPTED', 'Interrupted'));
      },
    });
    expect(run.exitCode).toBe(130);
    expect(run.lines()).toHaveLength(2);
    for (const line of run.lines<Report>()) {
      expectSchema(line);
      expect(line.data.findings.map(({ id }) => id)).toEqual(['L3', 'G1', 'G6']);
    }
  });

  it('--watch keeps no bridge from being started meanwhile', async () => {
    const stop = new AbortController();
    const folder = await temporaryFolder();
    const store = join(folder, 'sandbox', 'store.db');
    const locked: boolean[] = [];
    const run = await diagnose(['--only', 'G6', '--watch', '--json'], {
      // A bridge of its own, which does not run.
      env: { RCFED_DATA_DIR: folder },
      signal: stop.signal,
      clock: {
        ...systemClock,
        async sleep(ms, signal) {
          if (ms !== 15_000) return await systemClock.sleep(ms, signal);
          locked.push(await isLocked(store));
          if (locked.length === 2) stop.abort(new RcfedError('RCFED_INTERRUPTED', 'Interrupted'));
        },
      },
    });
    expect(run.lines<Report>().map(({ data }) => data.findings.map(({ id, status }) => `${id} ${status}`))).toEqual([
      ['L3 pass', 'G1 fail', 'G6 skip'],
      ['L3 pass', 'G1 fail', 'G6 skip'],
    ]);
    expect(existsSync(store), 'it was opened').toBe(true);
    expect(locked).toEqual([false, false]);
  });
});
