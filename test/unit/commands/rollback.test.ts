import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRegistration } from '../../../src/lib/matrix/registration.ts';
import { subscribe } from '../../../src/sandbox/workspace/rooms.ts';
import { type ProvisionScene, provisionScene, stateOf } from '../../support/provision-scene.ts';
import { type CommandRun, runCommand } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

interface Told {
  readonly data: {
    readonly changed: boolean;
    readonly entries: readonly { readonly id: number; readonly what: string; readonly state: string }[];
    readonly undone: readonly {
      readonly id: number;
      readonly what: string;
      readonly outcome: string;
      readonly note: string | null;
    }[];
  };
}

const told = (run: CommandRun): Told['data'] => {
  expectSchema(run.json());
  return run.json<Told>().data;
};

const withoutAdmin = { env: { RCFED_WORKSPACE_ADMIN: undefined, RCFED_WORKSPACE_ADMIN_PASSWORD: undefined } };

async function provisioned(): Promise<{ scene: ProvisionScene; before: ReturnType<typeof stateOf> }> {
  const scene = await provisionScene();
  const before = stateOf(scene.workspace);
  expect((await scene.provision()).exitCode).toBe(0);
  return { scene, before };
}

const size = ({ workspace }: ProvisionScene): unknown => workspace.state.settings.get('FileUpload_MaxFileSize');

describe('federation rollback', () => {
  it('lists what provisioning changed', async () => {
    const { scene } = await provisioned();
    expect(told(await scene.rollback(['--json'])).entries).toMatchObject([
      { id: 1, what: 'Account rcfed made', state: 'done' },
      { id: 2, what: 'Profile default added', state: 'done' },
      { id: 3, what: 'FileUpload_MaxFileSize 104857600 → 52428800', state: 'done' },
      { id: 4, what: `File ${join(scene.folder, 'registration.yaml')} written`, state: 'done' },
    ]);
    expect((await scene.rollback([], { terminal: true })).stdout).toContain('Account rcfed made');
  });

  it('says so when there is nothing', async () => {
    const scene = await provisionScene();
    expect((await scene.rollback()).stdout).toContain('No command has changed anything for profile default');
  });

  it("puts everything back with the bridge's own account, and finds it so the second time", async () => {
    const { scene, before } = await provisioned();
    const run = await scene.rollback(['--all', '--json'], withoutAdmin);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(told(run).undone.map(({ outcome }) => outcome)).toEqual(['undone', 'undone', 'undone', 'undone']);
    expect(stateOf(scene.workspace)).toEqual(before);
    expect(await readdir(scene.folder)).toContain('registration.yaml.undone-1');
    expect((await scene.rollback(['--all'])).stdout).toBe('There is nothing to undo.\n');
  });

  it('undoes one entry, and does nothing with --dry-run', async () => {
    const { scene } = await provisioned();
    const looked = await scene.rollback(['3', '--dry-run', '--json']);
    expect(told(looked).undone).toMatchObject([{ id: 3, outcome: 'would undo' }]);
    expect(size(scene)).toBe(52_428_800);
    await scene.rollback(['3']);
    expect(size(scene)).toBe(104_857_600);
    expect(told(await scene.rollback(['3', '--json'])).undone).toMatchObject([{ outcome: 'already so' }]);
  });

  it('keeps what somebody has changed since, unless told or answered otherwise', async () => {
    const { scene } = await provisioned();
    scene.workspace.state.settings.set('FileUpload_MaxFileSize', 7);
    const run = await scene.rollback(['3', '--json']);
    expect(run.exitCode).toBe(9);
    expect(told(run).undone).toMatchObject([{ outcome: 'kept' }]);
    expect(size(scene)).toBe(7);
    const declined = await scene.rollback(['3'], { terminal: true, answers: { 'is 7 now': false } });
    expect(declined.exitCode).toBe(9);
    await scene.rollback(['3', '--yes']);
    expect(size(scene)).toBe(104_857_600);
  });

  it('undoes the rest where the workspace refuses one entry, and a folder lies in the way of another', async () => {
    const { scene } = await provisioned();
    const path = join(scene.folder, 'registration.yaml');
    await rm(path);
    await mkdir(path);
    scene.workspace.state.permissions.set('edit-privileged-setting', []);
    const run = await scene.rollback(['--all', '--json']);
    expect(run.exitCode, run.stdout).toBe(9);
    expect(told(run).undone).toMatchObject([
      { id: 4, outcome: 'kept', note: expect.stringContaining('a folder') },
      { id: 3, outcome: 'kept', note: expect.stringContaining('Refused') },
      { id: 1, outcome: 'undone' },
      { id: 2, outcome: 'undone' },
    ]);
  });

  it('finds a setting undone that a newer version of the workspace has no more', async () => {
    const { scene } = await provisioned();
    scene.workspace.faults.add({ path: 'settings/FileUpload_MaxFileSize', action: 'status', status: 404 });
    expect(told(await scene.rollback(['3', '--json'])).undone).toMatchObject([{ outcome: 'already so' }]);
  });

  it('brings back the registration and the profile that were there before', async () => {
    const { scene } = await provisioned();
    const path = join(scene.folder, 'registration.yaml');
    const old = await readFile(path, 'utf8');
    await scene.provision(['--prefix', 'other_', '--replace']);
    expect(await readFile(path, 'utf8')).not.toBe(old);
    const { entries } = told(await scene.rollback(['--json']));
    for (const { id } of entries.filter((entry) => entry.id > 4).toReversed()) await scene.rollback([String(id)]);
    expect(await readFile(path, 'utf8')).toBe(old);
    expect(told(await scene.rollback(['--json'])).entries.filter(({ state }) => state === 'undone')).toHaveLength(2);
    const steps = (await scene.provision(['--json'])).json<{ data: { changed: boolean } }>();
    expect(steps.data.changed).toBe(false);
  });

  it('moves the files to run the bridge with aside too', async () => {
    const { scene } = await provisioned();
    await scene.provision(['--files', 'systemd'], {});
    const { entries } = told(await scene.rollback(['--json']));
    expect(entries.filter(({ what }) => what.includes('.service'))).not.toEqual([]);
  });

  it('leaves the account where it is the last owner of rooms, and says so', async () => {
    const { scene } = await provisioned();
    const { accounts, rooms } = scene.workspace.state;
    const bot = accounts.byUsername('rcfed');
    const [room] = rooms.all();
    if (bot === undefined || room === undefined) throw new Error('the sandbox has neither account nor room');
    for (const other of rooms.members(room._id)) other.roles = [];
    subscribe(scene.workspace.state, room, bot).roles = ['owner'];
    const run = await scene.rollback(['1', '--json']);
    expect(run.exitCode).toBe(9);
    expect(told(run).undone).toMatchObject([{ outcome: 'kept' }]);
    expect(run.stdout).toContain('last owner of rooms');
    expect(bot.user.active).toBe(true);
  });

  it('brings back tokens that were replaced, which the journal keeps encrypted', async () => {
    const scene = await provisionScene({ version: '7.10' });
    const before = stateOf(scene.workspace);
    await scene.provision(['--mode', 'legacy']);
    expect(stateOf(scene.workspace).settings).not.toEqual(before.settings);
    const run = await scene.rollback(['--all', '--json']);
    expect(run.exitCode, run.stdout).toBe(0);
    expect(stateOf(scene.workspace)).toEqual(before);
    const token = String(before.settings['Federation_Matrix_as_token']);
    expect(run.stdout).not.toContain(token);
    expect(await readFile(join(scene.folder, '.local/share/rcfed/default/journal.json'), 'utf8')).not.toContain(token);
  });

  it('brings the tokens back that a rotation replaced, in file and profile, and each rotation by itself', async () => {
    const { scene } = await provisioned();
    const path = join(scene.folder, 'registration.yaml');
    const journal = join(scene.folder, '.local/share/rcfed/default/journal.json');
    const tokens = async () => {
      const { asToken, hsToken } = await parseRegistration(await readFile(path, 'utf8'));
      return [asToken.reveal(), hsToken.reveal()];
    };
    const rotate = async (): Promise<number> => {
      const env = { HOME: scene.folder };
      const run = await runCommand(['federation', 'registration', 'rotate', '--yes', '--json'], { env });
      expect(run.exitCode, run.stdout).toBe(0);
      return run.json<{ data: { entry: number } }>().data.entry;
    };
    const asProvisioned = async () => (await scene.provision(['--check', '--json'])).exitCode;

    const first = await tokens();
    const entry = await rotate();
    const second = await tokens();
    const later = await rotate();
    const third = await tokens();
    expect(new Set([...first, ...second, ...third]).size).toBe(6);

    const refused = await scene.rollback([String(entry), '--json']);
    expect(told(refused).undone).toMatchObject([{ outcome: 'kept', note: `Somebody has changed ${path} since.` }]);
    expect(await tokens()).toEqual(third);

    const looked = await scene.rollback([String(later), '--dry-run', '--json']);
    expect(told(looked).undone).toMatchObject([{ id: later, outcome: 'would undo' }]);
    expect(told(await scene.rollback([String(later), '--json'])).undone).toMatchObject([{ outcome: 'undone' }]);
    expect(await tokens()).toEqual(second);
    expect(await asProvisioned()).toBe(0);
    const undone = told(await scene.rollback([String(entry), '--json'])).undone;
    expect(undone).toMatchObject([{ outcome: 'undone', note: expect.stringContaining('Restart the bridge') }]);
    expect(await tokens()).toEqual(first);
    expect(await asProvisioned()).toBe(0);
    expect(told(await scene.rollback([String(entry), '--json'])).undone).toMatchObject([{ outcome: 'already so' }]);
    for (const token of [...first, ...second, ...third]) expect(await readFile(journal, 'utf8')).not.toContain(token);
  });

  it('can not bring back tokens whose file was removed, and says so', async () => {
    const { scene } = await provisioned();
    const argv = ['federation', 'registration', 'rotate', '--yes', '--json'];
    const rotated = await runCommand(argv, { env: { HOME: scene.folder } });
    const { aside, entry } = rotated.json<{ data: { aside: string; entry: number } }>().data;
    await rm(aside);
    const run = await scene.rollback([String(entry), '--json']);
    expect(told(run).undone).toMatchObject([{ outcome: 'kept', note: expect.stringContaining(`${aside}, is gone`) }]);
  });

  it('needs an admin where the account is dead', async () => {
    const { scene } = await provisioned();
    scene.workspace.revokeTokens('rcfed');
    const refused = await scene.rollback(['3', '--json'], withoutAdmin);
    expect(refused.exitCode).toBe(2);
    expect(refused.stdout).toContain('--workspace-admin');
    expect((await scene.rollback(['3'])).exitCode).toBe(0);
  });

  it('refuses an entry that is not there, and one together with all', async () => {
    const scene = await provisionScene();
    expect((await scene.rollback(['9', '--json'])).json()).toMatchObject({ error: { code: 'RCFED_JOURNAL_UNKNOWN' } });
    expect((await scene.rollback(['1', '--all'])).exitCode).toBe(2);
  });

  it('keeps a journal that it can not read, and says where', async () => {
    const scene = await provisionScene();
    const folder = join(scene.folder, '.local/share/rcfed/default');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'journal.json'), '{"version": 9}');
    expect((await scene.rollback(['--json'])).json()).toMatchObject({ error: { code: 'RCFED_CONFIG_BROKEN' } });
    expect(await readdir(folder)).toContain('journal.json.broken-1');
  });
});
