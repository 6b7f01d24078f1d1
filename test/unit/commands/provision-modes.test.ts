import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ProvisionScene, provisionScene, stateOf } from '../../support/provision-scene.ts';
import { runCommand } from '../../support/run-command.ts';
import { told, toDo } from '../../support/provision-told.ts';

const setting = ({ workspace }: ProvisionScene, id: string): unknown => workspace.state.settings.get(id);

describe('federation provision for other ways to federate', () => {
  it('sets up a workspace that is a homeserver itself', async () => {
    const scene = await provisionScene();
    scene.workspace.state.licence.add('federation');
    const flags = [
      '--mode',
      'native',
      '--server-name',
      'chat.example.org',
      '--allow-servers',
      'acme.com,*.partner.org',
    ];
    const roles = ['--federation-roles', 'admin'];
    const run = await scene.provision([...flags, ...roles, '--json']);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(toDo(run)).toEqual([
      'Federation_Service_Domain "" → chat.example.org',
      'Federation_Service_Allow_List "" → *.acme.com,*.partner.org',
      'Permission access-federation: admin, user → admin',
      'Federation_Service_Enabled false → true',
    ]);
    expect(setting(scene, 'Federation_Service_Enabled')).toBe(true);
    expect(told(run).next).toEqual(['rcfed federation diagnose --profile default']);
    expect(toDo(await scene.provision([...flags, ...roles, '--json']))).toEqual([]);
    const unasked = await scene.provision(['--server-name', 'chat.example.org', '--json']);
    expect(unasked.json()).toMatchObject({ error: { code: 'RCFED_ANSWER_MISSING' } });
    expect(unasked.stdout).toContain('--mode bridge|native');
    const renamed = await scene.provision([
      '--mode',
      'native',
      '--server-name',
      'example.org',
      '--profile',
      'other',
      '--json',
    ]);
    expect(renamed.json()).toMatchObject({ error: { code: 'RCFED_DOMAIN_SET' } });
  });

  it.each([
    ['native', '7.10', 'Rocket.Chat 7.10.0 is no Matrix homeserver itself'],
    ['native', '8.8', 'The licence of the workspace has no federation'],
    ['legacy', '8.8', 'Rocket.Chat 8.8.0 has no bridge of its own any more'],
  ])('refuses %s on %s before it changes anything', async (mode, version, message) => {
    const scene = await provisionScene({ version });
    const before = stateOf(scene.workspace);
    const run = await scene.provision(['--mode', mode, '--json']);
    expect(run.exitCode).toBe(3);
    expect(run.json<{ error: { message: string } }>().error.message).toBe(message);
    expect(stateOf(scene.workspace)).toEqual(before);
  });

  it('sets up the bridge that Rocket.Chat had, with tokens that nobody can work out', async () => {
    const scene = await provisionScene({ version: '7.10' });
    const guessable = setting(scene, 'Federation_Matrix_as_token');
    const run = await scene.provision(['--mode', 'legacy', '--bridge-url', 'http://rocketchat:3300', '--json']);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(toDo(run)).toContain('Federation_Matrix_as_token: a new random value');
    const token = String(setting(scene, 'Federation_Matrix_as_token'));
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(token).not.toBe(guessable);
    const written = await readFile(join(scene.folder, 'rocketchat-registration.yaml'), 'utf8');
    expect(written).toContain(`as_token: ${token}`);
    expect(await readFile(join(scene.folder, '.local/share/rcfed/default/journal.json'), 'utf8')).not.toContain(token);
    expect(run.stdout).not.toContain(token);
    expect(told(await scene.provision(['--mode', 'legacy', '--json'])).steps.filter(({ needed }) => needed)).toEqual(
      [],
    );
  });

  it('explains what to know of a new homeserver, and asks none', async () => {
    const scene = await provisionScene();
    const flags = ['--new-homeserver', '--dry-run', '--json'];
    const run = await scene.provision(flags, { env: { RCFED_HOMESERVER_URL: undefined } });
    expect(run.exitCode, run.stdout).toBe(0);
    const { explained } = told(run);
    expect(explained.join('\n')).toMatch(/lab\.test is for ever/);
    expect(explained.join('\n')).toMatch(/PostgreSQL/);
    expect(explained.join('\n')).toMatch(/Matrix Authentication Service/);
  });

  it('writes a new homeserver for Docker, Debian and Helm, and none where there is one', async () => {
    const scene = await provisionScene();
    const argv = ['federation', 'provision', '--out', scene.folder, '--dry-run', '--json'];
    const written = async (...flags: string[]): Promise<string[]> => {
      const run = await runCommand([...argv, ...flags], { env: scene.env });
      return run
        .json<{ data: { files: { path: string }[] } }>()
        .data.files.map(({ path }) => path.slice(scene.folder.length + 1));
    };
    const variants = [
      'compose/synapse/homeserver.yaml',
      'synapse/debian/README.txt',
      'synapse/debian/rcfed-homeserver.yaml',
      'synapse/helm/registration-secret.yaml',
      'synapse/helm/values.yaml',
    ];
    expect(await written('--new-homeserver')).toEqual(expect.arrayContaining(variants));
    expect(await written()).toEqual(expect.arrayContaining(['compose/compose.yaml', 'systemd/rcfed.service']));
    expect((await written()).filter((path) => /^synapse\/(debian|helm)\//.test(path))).toEqual([]);
    expect((await written('--new-homeserver', '--files', 'helm')).toSorted()).toEqual(variants.slice(3));
  });
});
