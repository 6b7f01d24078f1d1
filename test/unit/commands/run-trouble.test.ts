import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { background, type BridgeLab, type RunningBridge, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;
const pages: Server[] = [];
const bridges: RunningBridge[] = [];

beforeEach(async () => {
  lab = await startBridgeLab();
});
afterEach(async () => {
  for (const bridge of bridges.splice(0)) {
    await bridge.stop();
    for (const line of bridge.lines) expectSchema(line);
  }
  for (const page of pages.splice(0)) page.close();
  await lab.stop();
  for (const secret of lab.secrets) expect(lab.printed()).not.toContain(secret);
});

const start = (env: Record<string, string>): RunningBridge => {
  const bridge = background(lab.run, env);
  bridges.push(bridge);
  return bridge;
};
const waitingFor = (bridge: RunningBridge, side: string) =>
  bridge.line((line) => line['event'] === 'waiting' && line['side'] === side);
const failure = async (env: Record<string, string | undefined>) => {
  const run = await lab.run(['federation', 'run', '--json'], { env });
  return { exit: run.exitCode, error: (run.lines().at(-1) as { error: { code: string; message: string } }).error };
};
const webPage = (): Promise<string> =>
  new Promise((resolve) => {
    const server = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>'),
    );
    pages.push(server);
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

describe('federation run ends with 3 when', () => {
  it('its port is in use, and lets go of the store', async () => {
    const listen = await webPage();
    expect(await failure({ RCFED_LISTEN: listen })).toMatchObject({ exit: 3, error: { code: 'RCFED_PORT_IN_USE' } });
    expect((await lab.run(['federation', 'status', '--json'])).json()).toMatchObject({
      ok: true,
      data: { running: false },
    });
  });

  it('its admin port is in use', async () => {
    const env = { RCFED_ADMIN: await webPage(), RCFED_ADMIN_TOKEN: 'the-token-of-the-admin-api' };
    expect(await failure(env)).toMatchObject({ exit: 3, error: { code: 'RCFED_PORT_IN_USE' } });
  });

  it('its admin port has no token', async () => {
    expect(await failure({ RCFED_ADMIN: '127.0.0.1:0' })).toMatchObject({
      exit: 3,
      error: { code: 'RCFED_PROFILE_INCOMPLETE' },
    });
  });

  it('another bridge answers at its admin socket', async () => {
    await start({}).line(({ event }) => event === 'listening');
    const other = await failure({ RCFED_STORE: join(lab.folder, 'other.db') });
    expect(other).toMatchObject({ exit: 3, error: { code: 'RCFED_ADMIN_IN_USE' } });
  });

  it("the profiles can't be understood; they are kept aside", async () => {
    const folder = join(lab.folder, '.config/rcfed');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'profiles.json'), '{"version": 1, "profiles": ');
    expect(await failure({})).toMatchObject({ exit: 3, error: { code: 'RCFED_CONFIG_BROKEN' } });
    expect(await readdir(folder)).toContain('profiles.json.broken-1');
  });

  it('there is no registration', async () => {
    expect(await failure({ RCFED_AS_TOKEN: undefined })).toMatchObject({
      exit: 3,
      error: { code: 'RCFED_REGISTRATION_MISSING' },
    });
  });
});

describe('federation run waits, says so once and goes on when', () => {
  it('the as_token is refused', async () => {
    const bridge = start({ RCFED_AS_TOKEN: 'not-the-token-of-the-registration' });
    expect(await waitingFor(bridge, 'homeserver')).toMatchObject({
      reason: expect.stringContaining('M_UNKNOWN_TOKEN'),
    });
    const status = await lab.run(['federation', 'status', '--json']);
    expect(status.json()).toMatchObject({ data: { running: true, ready: false, homeserver: { works: false } } });
    expect((await bridge.stop()).stderr).toBe('');
    expect(bridge.lines.filter(({ event, side }) => event === 'waiting' && side === 'homeserver')).toHaveLength(1);
  });

  it('the token of the bot is refused', async () => {
    const bridge = start({ RCFED_WORKSPACE_TOKEN: 'not-the-token-of-the-bot' });
    await waitingFor(bridge, 'workspace');
    const status = await lab.run(['federation', 'status', '--json']);
    expect(status.json()).toMatchObject({ data: { running: true, ready: false, workspace: { works: false } } });
    // The homeserver's registration has no url here: that it can't reach the bridge is said too.
    const warnings = (await bridge.stop()).stderr
      .split('\n')
      .filter((line) => !/ping-failed.*M_URL_NOT_SET/.test(line));
    expect(warnings.join('')).toBe('');
    expect(bridge.lines.filter(({ event, side }) => event === 'waiting' && side === 'workspace')).toHaveLength(1);
  });

  it('a web page answers instead of the homeserver', async () => {
    const bridge = start({ RCFED_HOMESERVER_URL: `http://${await webPage()}` });
    await waitingFor(bridge, 'homeserver');
    expect((await bridge.stop()).exitCode).toBe(130);
  });

  it('nobody answers for the workspace at its very first start', async () => {
    const bridge = start({ RCFED_WORKSPACE_URL: 'http://127.0.0.1:1' });
    await waitingFor(bridge, 'workspace');
    expect((await bridge.stop()).exitCode).toBe(130);
  });
});

describe('federation run starts', () => {
  it('with secrets that are mounted as files', async () => {
    const files = ['AS_TOKEN', 'HS_TOKEN', 'WORKSPACE_TOKEN'] as const;
    const env: Record<string, string> = {};
    for (const name of files) {
      await writeFile(join(lab.folder, name), `${lab.env[`RCFED_${name}`]}\n`);
      env[`RCFED_${name}`] = '';
      env[`RCFED_${name}_FILE`] = join(lab.folder, name);
    }
    await start(env).line(({ event }) => event === 'ready');
  });

  it('with nothing to write to but its store, where the admin API has a port', async () => {
    await writeFile(join(lab.folder, 'a-file'), '');
    const bridge = start({
      RCFED_DATA_DIR: join(lab.folder, 'a-file'),
      RCFED_STORE: join(lab.folder, 'store.db'),
      RCFED_ADMIN: '127.0.0.1:0',
      RCFED_ADMIN_TOKEN: 'the-token-of-the-admin-api',
    });
    expect((await bridge.line(({ event }) => event === 'listening'))['admin']).toHaveLength(1);
  });

  it('with a registration file that is mounted', async () => {
    const { renderRegistration } = await import('../../../src/lib/matrix/registration.ts');
    const path = join(lab.folder, 'registration.yaml');
    await writeFile(path, await renderRegistration(lab.registration));
    await start({ RCFED_AS_TOKEN: '', RCFED_HS_TOKEN: '', RCFED_REGISTRATION: path }).line(
      ({ event }) => event === 'ready',
    );
  });
});
