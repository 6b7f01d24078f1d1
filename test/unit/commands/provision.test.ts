import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/lib/core/secret.ts';
import { parseRegistration } from '../../../src/lib/matrix/registration.ts';
import { startHomeserver } from '../../../src/sandbox/homeserver/server.ts';
import type { SandboxHomeserver } from '../../../src/sandbox/homeserver/types.ts';
import { type SandboxWorkspace, startWorkspace } from '../../../src/sandbox/workspace/server.ts';
import { type CommandRun, runCommand, type RunOptions } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

let folder: string;
let workspace: SandboxWorkspace;
let homeserver: SandboxHomeserver;
let printed: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rcfed-provision-'));
  workspace = await startWorkspace();
  homeserver = await startHomeserver({ serverName: 'lab.test' });
  printed = [];
});
afterEach(async () => {
  await Promise.all([workspace.stop(), homeserver.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const provision = async (flags: readonly string[] = [], options: RunOptions = {}): Promise<CommandRun> => {
  const run = await runCommand(['federation', 'provision', '--out', folder, ...flags], {
    ...options,
    env: {
      HOME: folder,
      RCFED_WORKSPACE_URL: workspace.url,
      RCFED_WORKSPACE_ADMIN: workspace.admin.username,
      RCFED_WORKSPACE_ADMIN_PASSWORD: workspace.admin.password,
      RCFED_HOMESERVER_URL: homeserver.url,
      RCFED_SERVER_NAME: homeserver.serverName,
      ...options.env,
    },
  });
  printed.push(run.stdout, run.stderr);
  return run;
};

const registrationFile = async () => parseRegistration(await readFile(join(folder, 'registration.yaml'), 'utf8'));
const bot = () => [...workspace.state.accounts.all()].find(({ user }) => user.username === 'rcfed');
const stepsOf = (run: CommandRun): boolean[] =>
  run.json<{ data: { steps: { needed: boolean }[] } }>().data.steps.map(({ needed }) => needed);

describe('federation provision', () => {
  it('makes the bot, the registration and the profile, and a second run finds everything so', async () => {
    const first = await provision(['--json']);
    expect(first.exitCode, first.stdout).toBe(0);
    expectSchema(first.json());
    expect(stepsOf(first)).toEqual([true, true, true, true]);
    expect(bot()?.user.roles.toSorted()).toEqual(['admin', 'bot']);
    const registration = await registrationFile();
    expect(registration).toMatchObject({ serverName: 'lab.test', prefix: 'rc_', url: 'http://127.0.0.1:29400' });
    expect((await stat(join(folder, 'registration.yaml'))).mode & 0o777).toBe(0o600);

    const second = await provision(['--json'], {
      env: { RCFED_WORKSPACE_ADMIN: undefined, RCFED_WORKSPACE_ADMIN_PASSWORD: undefined },
    });
    expect(second.exitCode, second.stdout).toBe(0);
    expectSchema(second.json());
    expect(second.json()).toMatchObject({ data: { changed: false } });
    expect(stepsOf(second)).toEqual([false, false, false, false]);
    expect((await registrationFile()).asToken.reveal()).toBe(registration.asToken.reveal());
    const kept = await runCommand(['profile', 'show', '--reveal', '--yes', '--json'], { env: { HOME: folder } });
    const { fields } = kept.json<{ data: { fields: { field: string; value: string | null }[] } }>().data;
    const secrets = fields.filter(({ field }) => /token|password/.test(field)).flatMap(({ value }) => value ?? []);
    expect(secrets).toHaveLength(4);
    for (const secret of [...secrets, workspace.admin.password]) expect(printed.join('')).not.toContain(secret);
  });

  it('leaves a profile that the bridge starts with', async () => {
    const authority = join(folder, 'ca.pem');
    await writeFile(authority, rootCertificates[0] ?? '');
    await provision(['--ca-file', authority]);
    const kept = await runCommand(['profile', 'show'], { env: { HOME: folder } });
    expect(kept.stdout).toContain(`ca-file\t${authority}\t`);
    homeserver.addRegistration(await registrationFile());
    await homeserver.restart('graceful');
    const linked = await runCommand(['rooms', 'link', 'general', '--new', '--json'], { env: { HOME: folder } });
    expect(linked.json()).toMatchObject({ ok: true, data: { changed: true } });
  });

  it('says what it would do and does nothing with --dry-run', async () => {
    const run = await provision(['--dry-run', '--json']);
    expect(run.json()).toMatchObject({ ok: true, data: { changed: false, dryRun: true } });
    expectSchema(run.json());
    expect(stepsOf(run)).toEqual([true, true, true, true]);
    expect(bot()).toBeUndefined();
    await expect(stat(join(folder, 'registration.yaml'))).rejects.toThrow('ENOENT');
  });

  it('writes only the files that were asked for', async () => {
    const only = await provision(['--json', '--files', 'nginx,systemd']);
    const { files } = only.json<{ data: { files: { path: string; outcome: string }[] } }>().data;
    expect(files.map(({ path }) => path.slice(folder.length + 1))).toEqual([
      'nginx/matrix.conf',
      'systemd/rcfed.service',
      'systemd/rcfed.env',
    ]);
    const none = await provision(['--json', '--files', 'none']);
    expect(none.json()).toMatchObject({ data: { changed: false, files: [] } });
  });

  it('says what the choice of ephemeral events and public rooms costs, and follows it', async () => {
    const run = await provision(['--ephemeral', 'none', '--publish-rooms']);
    expect(run.stdout).toContain('allow_public_rooms_without_auth: true');
    expect(run.stderr).toContain('Nobody sees typing');
    expect(run.stderr).toContain('anybody, without an account, can list');
    expect(await registrationFile()).toMatchObject({ receiveEphemeral: false });
    expect(await readFile(join(folder, 'synapse/rcfed.yaml'), 'utf8')).toContain(
      'allow_public_rooms_over_federation: true',
    );
    await provision(['--ephemeral', 'all', '--replace']);
    expect((await registrationFile()).receiveEphemeral).toBeUndefined();
    const kept = await runCommand(['profile', 'show', '--json'], { env: { HOME: folder } });
    expect(kept.json<{ data: { fields: object[] } }>().data.fields).toContainEqual(
      expect.objectContaining({ field: 'presence', value: 'true' }),
    );
  });

  it('moves the address in the registration with the place where the bridge listens', async () => {
    await provision();
    const moved = await provision(['--listen', '127.0.0.1:29555', '--replace', '--json']);
    expect(moved.exitCode, moved.stdout).toBe(0);
    expect(await registrationFile()).toMatchObject({ url: 'http://127.0.0.1:29555' });
    await provision(['--listen', '127.0.0.1:29400', '--replace', '--json']);
    expect(await registrationFile()).toMatchObject({ url: 'http://127.0.0.1:29400' });
    const kept = await runCommand(['profile', 'show'], { env: { HOME: folder } });
    expect(kept.stdout).toContain('listen\t127.0.0.1:29400\t');
    await provision(['--bridge-url', 'http://bridge.internal:8080', '--replace', '--json']);
    await provision(['--listen', '127.0.0.1:29666', '--replace', '--json']);
    expect(await registrationFile()).toMatchObject({ url: 'http://bridge.internal:8080' });
  });

  it('takes over the account of a bot whose token is lost', async () => {
    await provision();
    const before = bot()?.user._id;
    workspace.revokeTokens('rcfed');
    const looked = await provision(['--dry-run']);
    expect(looked.stdout).toContain('it is there: its password and the tokens it has now end');
    const again = await provision(['--json']);
    expect(stepsOf(again)).toEqual([true, true, false, true]);
    expect(bot()?.user._id).toBe(before);
    expect(stepsOf(await provision(['--json']))).toEqual([false, false, false, false]);
  });

  it('does not take over the account of a person', async () => {
    workspace.createUser({ username: 'rcfed', roles: ['user'] });
    for (const flags of [['--json', '--dry-run'], ['--json']]) {
      const run = await provision(flags);
      expect(run.exitCode).toBe(1);
      expect(run.json()).toMatchObject({ error: { code: 'RCFED_NAME_TAKEN' } });
    }
  });

  it('does not replace another registration unless told to', async () => {
    await provision();
    await rm(join(folder, '.config'), { recursive: true });
    const refused = await provision(['--json']);
    expect(refused.json()).toMatchObject({ error: { code: 'RCFED_REGISTRATION_DIFFERS' } });
    expect((await provision(['--replace'])).exitCode).toBe(0);
  });

  it('makes nothing where its journal can not be kept', async () => {
    await writeFile(join(folder, 'file'), 'where a folder should be');
    const run = await provision(['--json'], { env: { RCFED_DATA_DIR: join(folder, 'file', 'data') } });
    expect(run.exitCode).toBe(3);
    expect(run.json()).toMatchObject({ error: { code: 'RCFED_CONFIG_UNWRITABLE' } });
    expect(bot()).toBeUndefined();
  });

  it('names everything that is missing at once, without a terminal', async () => {
    const run = await runCommand(['federation', 'provision', '--json'], { env: { HOME: folder } });
    expect(run.exitCode).toBe(2);
    const { message } = run.json<{ error: { message: string } }>().error;
    for (const flag of [
      '--workspace-url',
      '--workspace-admin',
      '--workspace-admin-password-file',
      '--homeserver-url',
      '--server-name',
    ])
      expect(message).toContain(flag);
  });

  it('asks a person at the terminal', async () => {
    const run = await runCommand(['federation', 'provision', '--out', folder], {
      env: { HOME: folder },
      terminal: true,
      answers: {
        'User name of an admin': workspace.admin.username,
        'Password of that admin': new Secret(workspace.admin.password),
        'Address of the Rocket.Chat workspace': workspace.url,
        'Address of the Matrix homeserver': homeserver.url,
        'Matrix domain': homeserver.serverName,
        'How is this workspace': 'bridge',
      },
    });
    expect(run.exitCode, run.stderr).toBe(0);
  });

  it('refuses an account that is no admin, and a wrong password', async () => {
    const alice = workspace.createUser({ username: 'alice' });
    const person = await provision(['--json'], {
      env: { RCFED_WORKSPACE_ADMIN: 'alice', RCFED_WORKSPACE_ADMIN_PASSWORD: alice.password },
    });
    expect(person.exitCode).toBe(4);
    expect(person.json()).toMatchObject({ error: { message: 'alice is no admin of the workspace' } });
    const wrong = await provision(['--json'], { env: { RCFED_WORKSPACE_ADMIN_PASSWORD: 'not-the-password' } });
    expect(wrong.exitCode).toBe(4);
    expect(bot()).toBeUndefined();
  });

  it('works with a personal access token of the admin', async () => {
    await writeFile(join(folder, 'token'), workspace.admin.token);
    const run = await provision(
      ['--json', '--workspace-admin-id', workspace.admin.userId, '--workspace-admin-token-file', join(folder, 'token')],
      {
        env: { RCFED_WORKSPACE_ADMIN: undefined, RCFED_WORKSPACE_ADMIN_PASSWORD: undefined },
      },
    );
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.stdout).not.toContain(workspace.admin.token);
  });

  it('gives the password again where the workspace asks for it as a second factor', async () => {
    const admin = workspace.state.accounts.byUsername(workspace.admin.username);
    if (admin) admin.user.createdAt = new Date(0);
    expect((await provision(['--json'])).json()).toMatchObject({ ok: true, data: { changed: true } });
  });

  it('asks for the code of an admin with a second factor', async () => {
    const admin = workspace.state.accounts.byUsername(workspace.admin.username);
    if (admin) admin.secondFactor = { method: 'totp', code: '135790' };
    const without = await provision(['--json']);
    expect(without.exitCode).toBe(4);
    expect(without.json()).toMatchObject({ error: { code: 'RCFED_TWO_FACTOR' } });
    const wrong = await provision(['--json'], { env: { RCFED_TWO_FACTOR_CODE: '000000' } });
    expect(wrong.json()).toMatchObject({
      error: { code: 'RCFED_TWO_FACTOR', message: 'The two-factor code is not accepted' },
    });
    const right = await provision(['--json', '--two-factor-code-stdin'], { stdin: '135790\n' });
    expect(right.exitCode, right.stdout).toBe(0);
  });

  it('does not turn the profile of one workspace into that of another', async () => {
    await provision();
    const other = await startWorkspace();
    try {
      const run = await provision(['--json'], { env: { RCFED_WORKSPACE_URL: other.url } });
      expect(run.json()).toMatchObject({ error: { code: 'RCFED_PROFILE_EXISTS' } });
    } finally {
      await other.stop();
    }
  });

  it('tells no server the token of an administrator of another one', async () => {
    await provision([], { env: { RCFED_HOMESERVER_ADMIN_TOKEN: homeserver.adminToken } });
    const told: string[] = [];
    const other = createServer((request, response) => {
      told.push(request.headers.authorization ?? '');
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"errcode":"M_UNKNOWN_TOKEN"}');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    await provision(['--replace', '--json'], {
      env: {
        RCFED_HOMESERVER_URL: `http://127.0.0.1:${(other.address() as AddressInfo).port}`,
        RCFED_SERVER_NAME: 'other.test',
      },
    });
    other.close();
    expect(told).not.toEqual([]);
    expect(told.join()).not.toContain(homeserver.adminToken);
  });

  it("leaves a person's profile alone, and makes nothing under a name that no profile can have", async () => {
    await runCommand(['profile', 'add', 'me', '--kind', 'user'], {
      env: {
        HOME: folder,
        RCFED_WORKSPACE_URL: workspace.url,
        RCFED_WORKSPACE_USER_ID: 'u1',
        RCFED_WORKSPACE_TOKEN: 'secret-of-alice',
        RCFED_ADMIN: 'https://bridge.lab.test',
      },
    });
    expect((await provision(['--json'])).json()).toMatchObject({ error: { code: 'RCFED_PROFILE_EXISTS' } });
    for (const name of ['my bridge', '../elsewhere'])
      expect((await provision(['--profile', name, '--json'])).exitCode).toBe(2);
    expect(bot()).toBeUndefined();
    expect((await provision(['--profile', 'constructor'])).exitCode).toBe(0);
    const shown = await runCommand(['profile', 'show', 'me'], { env: { HOME: folder } });
    expect(shown.stdout).toContain('Profile me, user');
  });

  it('says what is wrong where a web page answers instead of the homeserver, before it changes anything', async () => {
    const page = await webPage();
    try {
      const run = await provision(['--json'], {
        env: { RCFED_HOMESERVER_URL: `http://127.0.0.1:${(page.address() as AddressInfo).port}` },
      });
      expect(run.exitCode).toBe(5);
      expect(run.json()).toMatchObject({ error: { code: 'RCFED_NOT_JSON' } });
      expect(bot()).toBeUndefined();
    } finally {
      page.close();
    }
  });
});

const webPage = (): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>'),
    );
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
