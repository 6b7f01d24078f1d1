import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import type { CommandRun } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;
let out: string;

beforeAll(async () => {
  lab = await startBridgeLab();
  out = join(lab.folder, 'out');
});
afterAll(async () => {
  for (const secret of lab.secrets) expect(lab.printed()).not.toContain(secret);
  await lab.stop();
});
beforeEach(async () => rm(out, { recursive: true, force: true }));

const write = (...flags: string[]): Promise<CommandRun> =>
  lab.run(['federation', 'registration', 'write', out, '--json', ...flags]);
const outcomes = (run: CommandRun): Record<string, string> =>
  Object.fromEntries(
    run
      .json<{ data: { files: { path: string; outcome: string }[] } }>()
      .data.files.map(({ path, outcome }) => [path.slice(out.length + 1), outcome]),
  );
const unit = (): string => join(out, 'systemd/rcfed.service');

describe('federation registration write', () => {
  it('writes everything that runs a bridge into the folder that is named, and again nothing', async () => {
    const first = await write();
    expectSchema(first.json());
    expect(new Set(Object.values(outcomes(first)))).toEqual(new Set(['written']));
    expect(Object.keys(outcomes(first))).toEqual(
      expect.arrayContaining([
        'synapse/rcfed.yaml',
        'well-known/matrix/server',
        'nginx/matrix.conf',
        'caddy/Caddyfile',
        'traefik/matrix.yaml',
        'systemd/rcfed.service',
        'docker/Dockerfile',
        'compose/compose.yaml',
        'kubernetes/base/kustomization.yaml',
        'kubernetes/overlays/monolith/kustomization.yaml',
        'kubernetes/overlays/microservices/kustomization.yaml',
      ]),
    );
    const second = await write();
    expectSchema(second.json());
    expect(second.json()).toMatchObject({ data: { changed: false } });
    expect(new Set(Object.values(outcomes(second)))).toEqual(new Set(['already so']));
  });

  it('says before what it would write, and takes back what it wrote', async () => {
    const rehearsed = await write('--files', 'systemd', '--dry-run');
    expectSchema(rehearsed.json());
    expect(rehearsed.json()).toMatchObject({
      data: {
        changed: false,
        dryRun: true,
        plan: [`+ ${join(out, 'registration.yaml')}`, `+ ${unit()}`, `+ ${join(out, 'systemd/rcfed.env')}`],
      },
    });
    expect(await readdir(lab.folder)).not.toContain('out');
    await write('--files', 'systemd');
    expect((await write('--files', 'systemd', '--dry-run')).json<{ data: { plan: string[] } }>().data.plan).toEqual([
      `= ${join(out, 'registration.yaml')}`,
      `= ${unit()}`,
      `= ${join(out, 'systemd/rcfed.env')}`,
    ]);
    await writeFile(join(out, 'registration.yaml'), '# mine\n');
    expect((await write('--files', 'none', '--dry-run')).json()).toMatchObject({
      error: { code: 'RCFED_REGISTRATION_DIFFERS' },
    });
    await write('--files', 'none', '--replace');
    const listed = await lab.run(['federation', 'rollback', '--json']);
    const { id } = listed.json<{ data: { entries: { id: number }[] } }>().data.entries.at(-1) ?? {};
    expect((await lab.run(['federation', 'rollback', String(id)])).exitCode).toBe(0);
    expect(await readFile(join(out, 'registration.yaml'), 'utf8')).toBe('# mine\n');
  });

  it('closes every file with a secret to others, also one that somebody opened', async () => {
    await write();
    const holding: string[] = [];
    for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile()) continue;
      const text = await readFile(path, 'utf8');
      if (lab.secrets.some((secret) => text.includes(secret))) holding.push(path);
    }
    expect(holding.length).toBeGreaterThan(3);
    for (const path of holding) expect((await stat(path)).mode & 0o777, path).toBe(0o600);
    await chmod(join(out, 'systemd/rcfed.env'), 0o644);
    expect(outcomes(await write())).toMatchObject({
      'systemd/rcfed.env': 'written',
      'systemd/rcfed.service': 'already so',
    });
    expect((await stat(join(out, 'systemd/rcfed.env'))).mode & 0o777).toBe(0o600);
  });

  it('has the service listen where the profile says, so that a homeserver elsewhere reaches it', async () => {
    await lab.run(['federation', 'registration', 'write', out, '--files', 'systemd'], {
      env: { RCFED_LISTEN: '[::]:29555' },
    });
    const { RCFED_LISTEN: listen } = parseEnv(await readFile(join(out, 'systemd/rcfed.env'), 'utf8'));
    expect(listen).toBe('[::]:29555');
  });

  it('writes anew what says something else now, and nothing besides', async () => {
    await write();
    const run = await write('--image', 'registry.example.org/rcfed:1');
    const changed = Object.entries(outcomes(run)).flatMap(([path, outcome]) => (outcome === 'written' ? [path] : []));
    expect(changed.toSorted()).toEqual(['compose/compose.yaml', 'kubernetes/base/deployment.yaml']);
  });

  it('leaves a file that was changed by hand, unless told to replace it, and then keeps it', async () => {
    await write();
    await writeFile(unit(), '# mine\n');
    const kept = await write();
    expect(outcomes(kept)).toMatchObject({ 'systemd/rcfed.service': 'kept' });
    expect(kept.json<{ warnings: string[] }>().warnings.join()).toContain('--replace');
    expect(await readFile(unit(), 'utf8')).toBe('# mine\n');

    const replaced = await write('--replace');
    expectSchema(replaced.json());
    expect(outcomes(replaced)).toMatchObject({ 'systemd/rcfed.service': 'written' });
    expect(await readFile(`${unit()}.old-1`, 'utf8')).toBe('# mine\n');
    expect(await readFile(unit(), 'utf8')).toContain('[Service]');
  });

  it('takes a folder of somebody else as changed by hand', async () => {
    await write('--files', 'systemd');
    await rm(join(out, '.rcfed-files.json'));
    await writeFile(unit(), '# mine\n');
    expect(outcomes(await write('--files', 'systemd'))).toEqual({
      'systemd/rcfed.service': 'kept',
      'systemd/rcfed.env': 'already so',
    });
  });

  it('keeps the passwords of the compose file, and refuses to make others where they are broken', async () => {
    const secrets = join(out, 'compose/synapse/secrets.yaml');
    await write('--files', 'compose');
    const before = await readFile(secrets, 'utf8');
    await rm(join(out, 'compose/postgres.env'));
    expect(outcomes(await write('--files', 'compose'))).toMatchObject({ 'compose/postgres.env': 'written' });
    expect(await readFile(secrets, 'utf8')).toBe(before);
    await writeFile(secrets, 'database: {}\n');
    expect((await write('--files', 'compose')).json()).toMatchObject({ error: { code: 'RCFED_COMPOSE_SECRETS' } });
  });

  it('prints the lines that publish rooms, and says what that costs', async () => {
    const run = await write('--publish-rooms', '--ephemeral', 'all', '--replace');
    expectSchema(run.json());
    expect(run.json<{ data: { homeserverYaml: string } }>().data.homeserverYaml).toContain(
      'room_list_publication_rules:',
    );
    expect(run.stderr).toContain('without an account');
    expect(await readFile(join(out, 'compose/bridge.env'), 'utf8')).toContain('RCFED_PRESENCE=true');
  });

  it('refuses a federation host that is an address', async () => {
    const run = await write('--federation-host', 'https://matrix.example.org');
    expect(run.json()).toMatchObject({ error: { code: 'RCFED_SERVER_NAME_INVALID' } });
  });

  it('leaves an environment that alone runs the bridge', async () => {
    await write('--files', 'systemd');
    const env = parseEnv(await readFile(join(out, 'systemd/rcfed.env'), 'utf8'));
    const nothing = Object.fromEntries(Object.keys(lab.env).map((name) => [name, undefined]));
    const bridge = await lab.bridge({
      ...(nothing as Record<string, never>),
      HOME: join(lab.folder, 'elsewhere'),
      ...(env as Record<string, string>),
      RCFED_LISTEN: '127.0.0.1:0',
    });
    await bridge.line(({ event }) => event === 'ready');
  });
});
