import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseRegistration } from '../../../src/lib/matrix/registration.ts';
import { background, type RunningBridge } from '../../support/bridge-lab.ts';
import { freePort } from '../../support/free-port.ts';
import { type ProvisionScene, provisionScene } from '../../support/provision-scene.ts';
import { type CommandRun, runCommand } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

interface Told {
  readonly data: {
    readonly homeserver: { readonly roomVersion: string | null; readonly wellKnownServer: string | null };
    readonly proof: {
      readonly missing: readonly string[];
      readonly smoke: { readonly state: string; readonly ways: readonly { readonly state: string }[] } | null;
    } | null;
    readonly next: readonly string[];
  };
  readonly error?: { readonly code: string };
}

const told = (run: CommandRun): Told => {
  expectSchema(run.json());
  return run.json<Told>();
};

/** Both servers know of the bridge, which does not run yet. */
async function provisioned(): Promise<ProvisionScene> {
  const scene = await provisionScene();
  const run = await scene.provision(['--listen', `127.0.0.1:${await freePort()}`, '--json']);
  expect(run.exitCode, run.stdout).toBe(0);
  expect(told(run).data.proof).toBeNull();
  scene.homeserver.addRegistration(
    await parseRegistration(await readFile(join(scene.folder, 'registration.yaml'), 'utf8')),
  );
  await scene.homeserver.restart('graceful');
  return scene;
}

async function startBridge({ folder }: ProvisionScene): Promise<RunningBridge> {
  const bridge = background((argv, options) => runCommand(argv, { ...options, env: { HOME: folder } }), {});
  onTestFinished(async () => void (await bridge.stop()));
  await bridge.line(({ event }) => event === 'ready');
  return bridge;
}

async function smokeAccounts({ workspace, homeserver }: ProvisionScene): Promise<Record<string, string>> {
  const bob = workspace.createUser({ username: 'bob' });
  return {
    RCFED_SMOKE_WORKSPACE_USER_ID: bob.userId,
    RCFED_SMOKE_WORKSPACE_TOKEN: bob.token,
    RCFED_SMOKE_HOMESERVER_TOKEN: (await homeserver.registerUser('alice')).accessToken,
  };
}

describe('federation provision --wait', () => {
  it('says what is missing to prove it where no bridge runs and nobody is named to write', async () => {
    const scene = await provisioned();
    const run = await scene.provision(['--wait', '20s', '--json']);
    expect(run.exitCode, run.stdout).toBe(0);
    const { proof, next, homeserver } = told(run).data;
    expect(proof?.smoke).toBeNull();
    expect(proof?.missing).toEqual([
      'No bridge runs.',
      'The environment lacks RCFED_SMOKE_WORKSPACE_USER_ID, RCFED_SMOKE_WORKSPACE_TOKEN, RCFED_SMOKE_HOMESERVER_TOKEN, of an ordinary account on each side.',
    ]);
    expect(next.slice(0, 2)).toEqual(['rcfed federation run --profile default', 'rcfed federation smoke']);
    expect(homeserver).toMatchObject({ roomVersion: expect.stringMatching(/^\d+$/), wellKnownServer: null });
  });

  it('proves it by a message each way where a bridge runs, and hands on what they find wrong', async () => {
    const scene = await provisioned();
    await startBridge(scene);
    const env = await smokeAccounts(scene);
    const run = await scene.provision(['--wait', '20s', '--json'], { env });
    expect(run.exitCode, run.stdout).toBe(0);
    const { proof, next } = told(run).data;
    expect(proof).toMatchObject({ missing: [], smoke: { state: 'passed' } });
    expect(proof?.smoke?.ways.map(({ state }) => state)).toEqual(['arrived', 'arrived']);
    expect(next).toEqual(['rcfed rooms link ROOM --new --profile default']);
    for (const secret of Object.values(env).slice(1)) expect(run.stdout).not.toContain(secret);

    const wrong = { ...env, RCFED_SMOKE_HOMESERVER_TOKEN: 'of-nobody' };
    const refused = await scene.provision(['--wait', '20s', '--json'], { env: wrong });
    const smoke = await runCommand(['federation', 'smoke', '--json'], { env: { ...scene.env, ...wrong } });
    expect(refused.exitCode).toBe(smoke.exitCode);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.json<Told>().error?.code).toBe(smoke.json<Told>().error?.code);
  });
});
