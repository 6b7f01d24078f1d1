import { Config } from '@oclif/core/config';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { describe, expect, it } from 'vitest';
import { BaseCommand, type CommandResult } from '../../src/cli/base-command.ts';
import { durationFlag } from '../../src/cli/global-flags.ts';
import { secretFlags } from '../../src/cli/secret-flags.ts';
import { RcfedError } from '../../src/lib/core/errors.ts';
import { RemoteError } from '../../src/lib/core/remote-error.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { table } from '../../src/lib/output/table.ts';
import { type RunOptions, repositoryRoot, runCommandClass } from '../support/run-command.ts';
import { expectSchema } from '../support/schema.ts';

const TOKEN = 'syt_not/for+anybody"s eyes';
let behaviour: (command: Sample) => Promise<CommandResult<unknown> | undefined>;

class Sample extends BaseCommand<typeof Sample, unknown> {
  static override id = 'sample';
  static override schema = 'profile-use/1' as const;
  static override args = { room: Args.string() };
  static override flags = {
    limit: Flags.integer({ summary: 'At most so many.', env: 'RCFED_LIMIT', min: 1 }),
    wait: durationFlag({ summary: 'How long.', env: 'RCFED_WAIT' }),
    tag: Flags.string({ summary: 'Tags.', env: 'RCFED_TAG', multiple: true }),
    kind: Flags.option({ options: ['a', 'b'] as const })({ summary: 'Kind.', env: 'RCFED_KIND' }),
    ...secretFlags('token', 'token'),
  };
  protected execute(): Promise<CommandResult<unknown> | undefined> {
    return behaviour(this);
  }
  /** What a command sees of itself. */
  get inside() {
    const { flags, args, settings, context, logger, progress } = this;
    return {
      flags,
      args,
      settings,
      context,
      logger,
      progress,
      event: this.event.bind(this),
      secret: this.secret.bind(this),
    };
  }
}

const run = async (argv: string[], does: typeof behaviour, options: RunOptions = {}) => {
  behaviour = does;
  return await runCommandClass(Sample, argv, await Config.load({ root: repositoryRoot }), options);
};
const fine: CommandResult<unknown> = { data: { name: 'x', changed: true, dryRun: false, plan: [] }, view: ['fine'] };

describe('values of flags', () => {
  it('come from the flag before the variable before the default', async () => {
    const seen: unknown[] = [];
    const look = (command: Sample) => {
      seen.push(command.inside.flags.limit, command.inside.settings.json);
      return Promise.resolve(fine);
    };
    await run([], look);
    await run([], look, { env: { RCFED_LIMIT: '5', RCFED_JSON: '1' } });
    await run(['--limit', '7'], look, { env: { RCFED_LIMIT: '5', RCFED_JSON: '0' } });
    await run(['--limit=8'], look, { env: { RCFED_LIMIT: '5', RCFED_JSON: '' } });
    expect(seen).toEqual([undefined, false, 5, true, 7, false, 8, false]);
  });

  it('may be lists in a variable and durations in flag and variable', async () => {
    let flags: unknown;
    await run(
      ['--timeout', '1.5'],
      (command) => {
        flags = { ...command.inside.flags, timeoutMs: command.inside.settings.timeoutMs };
        return Promise.resolve(fine);
      },
      { env: { RCFED_TAG: 'one, two', RCFED_WAIT: '5m' } },
    );
    expect(flags).toMatchObject({ tag: ['one', 'two'], wait: 300_000, timeoutMs: 1500 });
  });

  it('read nothing of the process, only of the context', async () => {
    process.env['RCFED_LIMIT'] = '9';
    try {
      await run([], (command) => {
        expect(command.inside.flags.limit).toBeUndefined();
        return Promise.resolve(fine);
      });
    } finally {
      delete process.env['RCFED_LIMIT'];
    }
  });

  it.each([
    ['a wrong switch', [], { RCFED_QUIET: 'perhaps' }, 'RCFED_QUIET must be 1 or 0'],
    ['a wrong duration', ['--wait', TOKEN], {}, '--wait needs a duration such as'],
    ['a wrong choice', ['--kind', TOKEN], {}, '--kind must be one of a, b'],
    ['a wrong number', ['--limit', TOKEN], {}, '--limit needs a whole number'],
    ['a number that is too small', ['--limit', '0'], {}, '--limit needs a whole number of at least 1'],
    ['a flag it has not', ['--toke', TOKEN], {}, 'has no flag --toke'],
    ['a flag it has not, with its value', [`--toke=${TOKEN}`], {}, 'has no flag --toke'],
    ['an argument too many', ['room', TOKEN], {}, 'more argument(s) than it takes'],
    ['a token in place of a flag', [`--${TOKEN}`], {}, 'a flag it does not have'],
    ['a flag without its value', ['--limit'], {}, '--limit needs a value'],
    ['two secrets from one place', ['--token-stdin', '--token-file', TOKEN], {}, '--token-file'],
  ])('are refused with exit 2 and without being repeated: %s', async (_, argv, env, says) => {
    for (const json of [[], ['--json']]) {
      const result = await run([...json, ...argv], () => Promise.resolve(fine), { env });
      expect(result.exitCode).toBe(2);
      expect(result.stdout + result.stderr).toContain(says);
      expect(result.stdout + result.stderr).not.toContain('syt_');
      if (json.length > 0) expectSchema(result.json());
    }
  });
});

describe('a result', () => {
  const rows = table(
    [
      { title: 'Name', value: (row: { name: string }) => row.name },
      { title: 'N', value: () => 1 },
    ],
    [{ name: 'a' }, { name: 'long name' }],
  );

  it('is aligned at a terminal and tab-separated in a pipe', async () => {
    const does = () => Promise.resolve({ data: {}, view: ['Two:', rows] });
    expect((await run([], does, { terminal: true })).stdout).toBe('Two:\nNAME       N\na          1\nlong name  1\n');
    expect((await run([], does)).stdout).toBe('Two:\na\t1\nlong name\t1\n');
  });

  it('is an envelope with --json, warnings inside; else they go to stderr, and nowhere with --quiet', async () => {
    const does = () => Promise.resolve({ ...fine, warnings: ['take care'] });
    const json = await run(['--json'], does);
    expectSchema(json.json());
    expect(json).toMatchObject({ exitCode: 0, stderr: '' });
    expect(json.json()).toEqual({ schema: 'profile-use/1', ok: true, data: fine.data, warnings: ['take care'] });
    expect(await run([], does)).toMatchObject({ stdout: 'fine\n', stderr: 'Warning: take care\n' });
    expect(await run(['-q'], does)).toMatchObject({ stdout: 'fine\n', stderr: '' });
  });

  it('with a problem is printed all the same, and the problem sets the exit code', async () => {
    const does = () => Promise.resolve({ ...fine, problem: new RcfedError('RCFED_PARTLY_DONE', 'One of two is done') });
    const json = await run(['--json'], does);
    expectSchema(json.json());
    expect(json).toMatchObject({ exitCode: 9 });
    expect(json.json()).toMatchObject({ ok: false, data: fine.data, error: { code: 'RCFED_PARTLY_DONE' } });
    const text = await run([], does);
    expect(text).toMatchObject({
      exitCode: 9,
      stdout: 'fine\n',
      stderr: expect.stringContaining('[RCFED_PARTLY_DONE]'),
    });
  });

  it('and a failure tell a terminal nothing that it would obey, whatever a server calls itself', async () => {
    const name = '\u001B]0;pwned\u0007a\u001B[2J\rb\u009B31mc';
    const does = async (command: Sample) => {
      command.inside.event({ schema: 'profile-use/1' }, name);
      const problem = new RcfedError('RCFED_REFUSED', name, { why: name, try: [name] });
      return await command.inside.progress.wait(name, async () => ({
        data: name,
        view: [name],
        warnings: [name],
        problem,
      }));
    };
    const { stdout, stderr } = await run([], does, { terminal: true });
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(stdout).toBe('abc\nabc\n');
  });

  it('of a command that goes on for long is one object or one text a line', async () => {
    const does = (command: Sample) => {
      for (const n of [1, 2]) command.inside.event({ schema: 'profile-use/1', n }, `line ${n}`);
      return Promise.resolve(undefined);
    };
    expect((await run(['--json'], does)).lines()).toEqual([1, 2].map((n) => ({ schema: 'profile-use/1', n })));
    expect((await run([], does)).stdout).toBe('line 1\nline 2\n');
  });
});

describe('a failure', () => {
  it('says what, the code, why and what to try', async () => {
    const { stderr, exitCode } = await run([], () =>
      Promise.reject(new RcfedError('RCFED_NETWORK', 'The homeserver is away', { why: 'It went.', try: ['wait'] })),
    );
    expect({ stderr, exitCode }).toEqual({
      exitCode: 5,
      stderr: 'Error: The homeserver is away [RCFED_NETWORK]\n\nIt went.\n\nTry this:\n  wait\n',
    });
  });

  it.each([
    [{ failure: 'network' }, 5, 'RCFED_NETWORK'],
    [{ failure: 'timeout' }, 5, 'RCFED_TIMEOUT'],
    [{ failure: 'not-json' }, 5, 'RCFED_NOT_JSON'],
    [{ failure: 'refused', status: 401 }, 4, 'RCFED_NOT_ALLOWED'],
    [{ failure: 'refused', status: 400 }, 1, 'RCFED_REFUSED'],
  ] as const)('of a server %j becomes exit %i, %s', async (fields, exit, code) => {
    const error = new RemoteError({ side: 'homeserver', request: 'GET /versions', ...fields });
    const result = await run(['--json'], () => Promise.reject(error));
    expectSchema(result.json());
    expect(result.exitCode).toBe(exit);
    expect(result.json()).toMatchObject({ ok: false, error: { code } });
  });

  it('that nobody foresaw is our bug: exit 70, its text and stack only with RCFED_DEBUG=1', async () => {
    const does = () => Promise.reject(new TypeError('cannot read properties of undefined'));
    const plain = await run([], does);
    expect(plain).toMatchObject({ exitCode: 70, stderr: expect.stringContaining('[RCFED_BUG]') });
    expect(plain.stderr).not.toContain('cannot read');
    expect((await run([], does, { env: { RCFED_DEBUG: '1' } })).stderr).toContain('TypeError: cannot read');
    const json = await run(['--json'], does, { env: { RCFED_DEBUG: '1' } });
    expectSchema(json.json());
    expect(json.stdout).not.toMatch(/TypeError|node:|\.ts/);
  });

  it('after Ctrl-C is 130, whatever the interruption made fail', async () => {
    const controller = new AbortController();
    const does = () => {
      controller.abort(new RcfedError('RCFED_INTERRUPTED', 'Interrupted'));
      return Promise.reject(new Error('socket closed'));
    };
    expect(await run([], does, { signal: controller.signal })).toMatchObject({ exitCode: 130 });
  });
});

describe('a secret', () => {
  it('is not printed by any way out, in any spelling', async () => {
    const leak = async (command: Sample): Promise<CommandResult<unknown>> => {
      const secret = await command.inside.secret('token');
      const value = secret?.reveal() ?? '';
      const spellings = [value, encodeURIComponent(value), JSON.stringify(value), String(secret)];
      command.inside.logger('error', 'event', { value, nested: { secret, spellings } });
      command.inside.event({ schema: 'profile-use/1', value, secret }, spellings.join(' '));
      await command.inside.progress.wait(`calling ${value}`, () => Promise.resolve());
      return {
        data: { secret, spellings },
        view: [spellings.join('\n')],
        warnings: spellings,
        problem: new RcfedError('RCFED_REFUSED', `The token ${value} is bad`, {
          why: value,
          try: [value],
          cause: new Error(value),
        }),
      };
    };
    for (const flags of [[], ['--json'], ['--verbose']])
      for (const failing of [false, true]) {
        const does = async (command: Sample) => {
          const result = await leak(command);
          if (failing) throw result.problem;
          return result;
        };
        const { stdout, stderr } = await run([...flags, '--token-stdin'], does, {
          stdin: TOKEN,
          env: { RCFED_DEBUG: '1' },
        });
        for (const spelling of [TOKEN, encodeURIComponent(TOKEN), JSON.stringify(TOKEN).slice(1, -1)])
          expect(stdout + stderr).not.toContain(spelling);
        expect(stdout + stderr).toContain('[redacted]');
      }
  });

  it('prints as [redacted] even where the redactor never met it', async () => {
    const stranger = new Secret(TOKEN);
    const result = await run(['--json'], () => Promise.resolve({ data: { stranger }, view: [] }));
    expect(result.stdout).toContain('"stranger":"[redacted]"');
  });
});
