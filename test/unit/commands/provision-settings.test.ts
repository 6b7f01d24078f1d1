import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, describe, it } from 'vitest';
import { makeRegistration, parseRegistration } from '../../../src/lib/matrix/registration.ts';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { type ProvisionScene, provisionScene, stateOf } from '../../support/provision-scene.ts';
import { told, toDo } from '../../support/provision-told.ts';
import { expectSchema } from '../../support/schema.ts';

const setting = ({ workspace }: ProvisionScene, id: string): unknown => workspace.state.settings.get(id);

describe('what federation provision changes for its own bridge', () => {
  it('lowers the upload limit to that of the homeserver, after saying so as a diff', async () => {
    const scene = await provisionScene();
    const before = stateOf(scene.workspace);
    expect(toDo(await scene.provision(['--dry-run', '--json']))).toEqual([
      'FileUpload_MaxFileSize 104857600 → 52428800',
    ]);
    expect(stateOf(scene.workspace)).toEqual(before);
    await scene.provision();
    expect(setting(scene, 'FileUpload_MaxFileSize')).toBe(52_428_800);
    expect(toDo(await scene.provision(['--json']))).toEqual([]);
  });

  it('raises nothing unless told to, and says what would help', async () => {
    const scene = await provisionScene({ settings: { FileUpload_MaxFileSize: 1000 } });
    const run = await scene.provision(['--json']);
    expect(told(run).left.map(({ title }) => title)).toEqual(['FileUpload_MaxFileSize 1000 → 52428800']);
    expect(setting(scene, 'FileUpload_MaxFileSize')).toBe(1000);
    await scene.provision(['--loosen']);
    expect(setting(scene, 'FileUpload_MaxFileSize')).toBe(52_428_800);
  });

  it('gives back a permission that the bridge needs only when told to', async () => {
    const scene = await provisionScene();
    scene.workspace.state.permissions.set('message-impersonate', ['app']);
    const first = await scene.provision(['--json']);
    expect(told(first).left).toMatchObject([{ title: 'Permission message-impersonate: app → app, bot' }]);
    await scene.provision(['--loosen']);
    expect(scene.workspace.state.permissions.allows(['bot'], 'message-impersonate')).toBe(true);
  });

  it('changes no setting with --keep-settings, and more with --read-receipts', async () => {
    const scene = await provisionScene();
    await scene.provision(['--keep-settings']);
    expect(setting(scene, 'FileUpload_MaxFileSize')).toBe(104_857_600);
    await scene.provision(['--read-receipts']);
    expect(setting(scene, 'Message_Read_Receipt_Store_Users')).toBe(true);
  });

  it('takes what somebody changes meanwhile for what was there before, and takes no role away', async () => {
    const permission = 'message-impersonate';
    const scene: ProvisionScene = await provisionScene({
      onRequest: (_method, path) => {
        if (!path.endsWith('users.generatePersonalAccessToken')) return;
        scene.workspace.state.settings.set('FileUpload_MaxFileSize', 70_000_000);
        scene.workspace.state.permissions.set(permission, ['moderator']);
      },
    });
    const { permissions } = scene.workspace.state;
    const holders = () =>
      permissions
        .entries()
        .find(({ _id }) => _id === permission)
        ?.roles.toSorted();
    permissions.set(permission, []);
    expect((await scene.provision(['--loosen'])).exitCode).toBe(0);
    expect(setting(scene, 'FileUpload_MaxFileSize')).toBe(52_428_800);
    expect(holders()).toEqual(['bot', 'moderator']);
    expect((await scene.rollback(['--all'])).exitCode).toBe(0);
    expect(setting(scene, 'FileUpload_MaxFileSize')).toBe(70_000_000);
    expect(holders()).toEqual(['moderator']);
  });

  it('asks for each change, where somebody is there to be asked', async () => {
    const scene = await provisionScene();
    const answers = { 'How is this workspace': 'bridge', 'FileUpload_MaxFileSize 104857600': false };
    const run = await scene.provision([], { terminal: true, answers });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(setting(scene, 'FileUpload_MaxFileSize')).toBe(104_857_600);
  });

  it('prints the lines for compose and Helm where the environment of Rocket.Chat holds a setting fast', async () => {
    const scene = await provisionScene({ forcedSettings: { FileUpload_MaxFileSize: 104_857_600 } });
    const run = await scene.provision(['--json']);
    expect(run.exitCode).toBe(9);
    expectSchema(run.json());
    expect(run.json()).toMatchObject({ ok: false, error: { code: 'RCFED_SETTING_FORCED' } });
    expect(told(run).forced).toMatchObject([
      {
        compose: 'OVERWRITE_SETTING_FileUpload_MaxFileSize: "52428800"',
        helm: 'extraEnv: [{name: OVERWRITE_SETTING_FileUpload_MaxFileSize, value: "52428800"}]',
      },
    ]);
  });

  it('exits with 1 under --check when something differs, and names it', async () => {
    const scene = await provisionScene();
    const before = await scene.provision(['--check', '--json']);
    expect(before.exitCode).toBe(1);
    expect(before.json()).toMatchObject({ error: { code: 'RCFED_DRIFT' } });
    await scene.provision();
    expect((await scene.provision(['--check'])).exitCode).toBe(0);
    scene.workspace.state.settings.set('FileUpload_MaxFileSize', 60_000_000);
    const drifted = await scene.provision(['--check', '--json']);
    expect(drifted.json()).toMatchObject({
      error: { message: 'Not as it would be set up: setting:FileUpload_MaxFileSize' },
    });
  });

  it('says what the removed bridge left: a registration of everything, and dead rooms', async () => {
    const scene = await provisionScene();
    const everything = makeRegistration({
      id: 'old',
      url: null,
      prefix: '',
      senderLocalpart: 'rocket.cat',
      serverName: 'lab.test' as ServerName,
    });
    scene.homeserver.addRegistration(everything);
    await scene.homeserver.restart('graceful');
    const [room] = scene.workspace.state.rooms.all();
    Object.assign(room ?? {}, { federated: true });
    const { found } = told(await scene.provision(['--dry-run', '--json']));
    expect(found.join('\n')).toMatch(/marked as federated.*general/);
    expect(found.join('\n')).toMatch(/has taken every name/);
  });

  it('takes a token from the admin where the workspace keeps its own passwords out', async () => {
    const scene = await provisionScene({ version: '7.13' });
    refusePasswordsOf(scene, 'rcfed');
    const refused = await scene.provision(['--json']);
    expect(refused.json()).toMatchObject({ error: { code: 'RCFED_PASSWORD_LOGIN' } });
    scene.workspace.state.createTokens.enabled = true;
    const run = await scene.provision(['--json']);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(toDo(await scene.provision(['--json']))).toEqual([]);
  });

  it('takes the token of an account that was made by hand', async () => {
    const scene = await provisionScene();
    const made = scene.workspace.createUser({ username: 'matrix-bridge', roles: ['admin', 'bot'] });
    const env = {
      RCFED_WORKSPACE_TOKEN: made.token,
      RCFED_WORKSPACE_ADMIN: undefined,
      RCFED_WORKSPACE_ADMIN_PASSWORD: undefined,
    };
    const run = await scene.provision(['--workspace-user-id', made.userId, '--json'], { env });
    expect(run.exitCode, run.stdout).toBe(0);
    expect(told(run).steps).toMatchObject([
      { id: 'workspace-bot', needed: false },
      { id: 'profile', needed: true },
      {},
      {},
    ]);
    expect([...scene.workspace.state.accounts.all()].map(({ user }) => user.username)).not.toContain('rcfed');
  });
});

describe('federation provision that is interrupted', () => {
  it('finishes the step under way, says what is done, and goes on from there the next time', async () => {
    const ending = new AbortController();
    const scene = await provisionScene({
      onRequest: (_method, path) => {
        if (path.endsWith('users.generatePersonalAccessToken'))
          ending.abort(new RcfedError('RCFED_INTERRUPTED', 'Interrupted'));
      },
    });
    const run = await scene.provision([], { signal: ending.signal });
    expect(run.exitCode).toBe(130);
    expect(run.stderr).toMatch(/Done before it stopped.*\n  Account rcfed on/);
    expect((await scene.provision()).exitCode).toBe(0);
    expect(toDo(await scene.provision(['--json']))).toEqual([]);
  });
});

describe('federation provision --wait', () => {
  it('answers the ping of the homeserver until it has loaded the registration', async () => {
    const scene = await provisionScene();
    const listen = `127.0.0.1:${await freePort()}`;
    const waiting = scene.provision(['--listen', listen, '--wait', '20s', '--json']);
    const registration = await eventually(async () =>
      parseRegistration(await readFile(join(scene.folder, 'registration.yaml'), 'utf8')),
    );
    scene.homeserver.addRegistration(registration);
    await scene.homeserver.restart('graceful');
    const run = await waiting;
    expect(run.exitCode, run.stdout).toBe(0);
    expect(told(run).pingMs).toBeGreaterThanOrEqual(0);
  });

  it('exits with 8 when the time is up', async () => {
    const scene = await provisionScene();
    const run = await scene.provision(['--listen', `127.0.0.1:${await freePort()}`, '--wait', '50ms', '--json']);
    expect(run.exitCode).toBe(8);
    expect(run.json()).toMatchObject({ error: { code: 'RCFED_REGISTRATION_PENDING' } });
  });
});

/** As a workspace does whose passwords are LDAP's. */
function refusePasswordsOf({ workspace }: ProvisionScene, username: string): void {
  const { accounts } = workspace.state;
  const { byUsername } = accounts;
  accounts.byUsername = (name) => {
    const account = byUsername(name);
    if (account?.user.username === username) account.passwordDigest = 'of the directory';
    return account;
  };
}
