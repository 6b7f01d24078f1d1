import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRegistration, renderRegistration } from '../../../src/lib/matrix/registration.ts';
import { writePrivateFile } from '../../../src/lib/config/private-file.ts';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { type CommandRun, runCommand, type RunOptions } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let lab: BridgeLab;
let path: string;
const printed: string[] = [];

beforeAll(async () => {
  lab = await startBridgeLab();
  path = join(lab.folder, 'registration.yaml');
  await writePrivateFile(path, await renderRegistration({ ...lab.registration, url: 'http://127.0.0.1:29400' }));
  const added = await lab.run(['profile', 'add', 'work', '--kind', 'admin', '--json'], {
    env: { RCFED_REGISTRATION: path },
  });
  expect(added.exitCode, added.stdout).toBe(0);
});
afterAll(async () => lab.stop());

const withoutEnvironment = async (argv: readonly string[], options: RunOptions = {}): Promise<CommandRun> => {
  const run = await runCommand([...argv], { ...options, env: { HOME: lab.folder, ...options.env } });
  printed.push(run.stdout, run.stderr);
  return run;
};
const rotate = (...flags: string[]): Promise<CommandRun> =>
  withoutEnvironment(['federation', 'registration', 'rotate', '--json', ...flags]);
const tokensIn = async (file: string): Promise<string[]> => {
  const { asToken, hsToken } = await parseRegistration(await readFile(file, 'utf8'));
  return [asToken.reveal(), hsToken.reveal()];
};
const old = (): string[] => [lab.registration.asToken.reveal(), lab.registration.hsToken.reveal()];

describe('federation registration rotate', () => {
  it('says what it would do, and does nothing, with --dry-run', async () => {
    const run = await rotate('--dry-run');
    expectSchema(run.json());
    expect(run.json()).toMatchObject({
      data: { changed: false, dryRun: true, path, aside: null, profile: 'work', entry: null },
    });
    expect(await tokensIn(path)).toEqual(old());
  });

  it('asks first, and does nothing without a yes', async () => {
    expect((await rotate()).exitCode).toBe(2);
    const run = await withoutEnvironment(['federation', 'registration', 'rotate'], {
      terminal: true,
      answers: { 'Replace both tokens?': false },
    });
    expect(run.exitCode).toBe(1);
    expect(await tokensIn(path)).toEqual(old());
  });

  it('refuses where the environment sets the tokens', async () => {
    const run = await withoutEnvironment(['federation', 'registration', 'rotate', '--yes', '--json'], {
      env: { RCFED_AS_TOKEN: 'another' },
    });
    expect(run.json()).toMatchObject({
      error: { code: 'RCFED_REGISTRATION_ELSEWHERE', message: 'The environment sets as-token' },
    });
  });

  it('makes new tokens in file and profile, keeps the old file, and says who is restarted when', async () => {
    const run = await rotate('--yes');
    expectSchema(run.json());
    expect(run.json()).toMatchObject({
      data: { changed: true, path, aside: `${path}.old-1`, profile: 'work', entry: 2 },
    });
    const { next } = run.json<{ data: { next: string[] } }>().data;
    expect(next[0]).toContain('Restart the bridge');
    expect(next[1]).toContain('restart the homeserver');

    const fresh = await tokensIn(path);
    expect(new Set([...fresh, ...old()]).size).toBe(4);
    expect(await tokensIn(`${path}.old-1`)).toEqual(old());
    for (const file of [path, `${path}.old-1`]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    const shown = await withoutEnvironment(['profile', 'show', '--reveal', '--yes', '--json']);
    printed.pop();
    printed.pop();
    const { fields } = shown.json<{ data: { fields: { field: string; value: string | null }[] } }>().data;
    expect(['as-token', 'hs-token'].map((name) => fields.find(({ field }) => field === name)?.value)).toEqual(fresh);
    for (const token of [...fresh, ...old()]) expect(printed.join('')).not.toContain(token);
  });

  it('is undone by the number that it tells, also where the environment is the profile', async () => {
    const file = join(await temporaryFolder(), 'registration.yaml');
    await writePrivateFile(file, await renderRegistration({ ...lab.registration, url: 'http://127.0.0.1:29400' }));
    const env = {
      HOME: dirname(file),
      RCFED_WORKSPACE_URL: lab.workspace.url,
      RCFED_HOMESERVER_URL: lab.homeserver.url,
      RCFED_SERVER_NAME: lab.homeserver.serverName,
      RCFED_REGISTRATION: file,
    };
    const run = (...words: string[]) => runCommand(['federation', ...words], { env });
    await run('registration', 'write', join(dirname(file), 'other'), '--files', 'none');
    const rotated = await run('registration', 'rotate', '--yes', '--json');
    const { entry } = rotated.json<{ data: { entry: number } }>().data;
    expect((await run('rollback', String(entry), '--yes')).stdout).toContain('undone:      New tokens');
    expect(await tokensIn(file)).toEqual(old());
  });

  it('works in the order that it tells: the bridge waits until the homeserver has the new file', async () => {
    const started = lab.bridge({ RCFED_AS_TOKEN: '', RCFED_HS_TOKEN: '', RCFED_REGISTRATION: path });
    const bridge = await started;
    await bridge.line(({ event, side }) => event === 'waiting' && side === 'homeserver');
    const { listener } = (await bridge.line(({ event }) => event === 'listening')) as { listener: string };
    lab.homeserver.addRegistration({ ...(await parseRegistration(await readFile(path, 'utf8'))), url: listener });
    await lab.homeserver.restart('graceful');
    await bridge.line(({ event }) => event === 'ready');
  });
});
