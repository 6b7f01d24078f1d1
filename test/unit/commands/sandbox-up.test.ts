import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { SandboxView } from '../../../src/sandbox/up.ts';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import { type CommandRun, runCommand } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

/** Runs `sandbox up`, calls `use` once it is ready, then ends it as SIGTERM does. */
async function up(argv: readonly string[], use: (view: SandboxView) => Promise<void>): Promise<CommandRun> {
  const ending = new AbortController();
  let using: Promise<void> | undefined;
  const run = await runCommand(['sandbox', 'up', '--json', ...argv], {
    signal: ending.signal,
    onStdout(text) {
      using = use(JSON.parse(text) as SandboxView).finally(() =>
        ending.abort(new RcfedError('RCFED_TERMINATED', 'Ended by the system')),
      );
    },
  });
  await using;
  return run;
}

const isOpen = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', answer(true)).once('error', answer(false));
  });

const json = async (url: string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> =>
  (await (await fetch(url, { headers })).json()) as Record<string, unknown>;

describe('sandbox up', () => {
  test('runs two servers and a bridge, says so in one line, and ends on SIGTERM', async () => {
    let seen: SandboxView | undefined;
    const run = await up([], async (view) => {
      seen = view;
      const { userId, token } = view.workspace.admin;
      const me = await json(`${view.workspace.url}/api/v1/me`, { 'X-User-Id': userId, 'X-Auth-Token': token });
      expect(me).toMatchObject({ username: 'admin', roles: ['admin'] });
      expect(await json(`${view.homeserver.url}/_matrix/client/versions`)).toHaveProperty('versions');
      expect((await fetch(`${view.bridge?.url}/health/ready`)).status).toBe(200);
      const rooms = await runCommand(['rooms', 'link', 'general', '--new', '--json'], {
        env: { ...view.bridge?.environment },
      });
      expect(rooms.exitCode, rooms.stderr).toBe(0);
    });
    expect(run.exitCode).toBe(143);
    const [line, ...more] = run.lines();
    expect(more).toEqual([]);
    expectSchema(line as object);
    expect(line).toMatchObject({ event: 'ready', homeserver: { serverName: 'sandbox.test' } });
    if (seen?.bridge == null) throw new Error('no bridge was started');
    for (const { url } of [seen.workspace, seen.homeserver, seen.bridge]) {
      expect(await isOpen('127.0.0.1', Number(new URL(url).port))).toBe(false);
    }
    expect(existsSync(seen.bridge.registration)).toBe(false);
    expect(() => process.kill(seen?.bridge?.pid ?? 0, 0)).toThrow('ESRCH');
  });

  test('takes names, versions and a password of its own, and no bridge', async () => {
    const argv = [
      '--no-bridge',
      '--server-name',
      'example.test',
      '--rocketchat-version',
      '7.13',
      '--admin-username',
      'root',
    ];
    const run = await up([...argv, '--admin-password', 'open sesame'], async (view) => {
      expect(view.workspace.version).toMatch(/^7\.13/);
      const login = await fetch(`${view.workspace.url}/api/v1/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ user: 'root', password: 'open sesame' }),
      });
      expect(login.status).toBe(200);
    });
    expectSchema(run.lines()[0] as object);
    expect(run.lines()[0]).toMatchObject({ homeserver: { serverName: 'example.test' }, bridge: null });
  });

  test('listens on loopback only', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address !== undefined && !address.internal && address.family === 'IPv4')?.address;
    await up([], async ({ workspace, homeserver, bridge }) => {
      for (const url of [workspace.url, homeserver.url, bridge?.url ?? '']) {
        const { hostname, port } = new URL(url);
        expect(hostname).toBe('127.0.0.1');
        // A machine without a network has no other address that it could be reached at.
        if (outside !== undefined) expect(await isOpen(outside, Number(port)), `${outside}:${port}`).toBe(false);
      }
    });
  });

  test('names the port that is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    for (const which of ['workspace', 'homeserver']) {
      const run = await runCommand(['sandbox', 'up', `--${which}-port`, String(port), '--json']);
      expect(run.exitCode).toBe(3);
      expect(run.json()).toMatchObject({ ok: false, error: { code: 'RCFED_SANDBOX_PORT' } });
      expect(run.stdout).toContain(`Port ${port} for the ${which} is in use`);
    }
    taken.close();
  });

  test.each([
    ['--server-name', 'not a name'],
    ['--rocketchat-version', '3.0'],
  ])('refuses %s %s', async (flag, value) => {
    const run = await runCommand(['sandbox', 'up', flag, value, '--json']);
    expect(run.exitCode).toBe(2);
    expect(run.json()).toMatchObject({ error: { code: 'RCFED_USAGE' } });
  });

  test('tells a person the addresses, the accounts and what to try', async () => {
    const ending = new AbortController();
    const run = await runCommand(['sandbox', 'up'], {
      signal: ending.signal,
      onStdout: () => ending.abort(new RcfedError('RCFED_INTERRUPTED', 'Interrupted')),
    });
    expect(run.exitCode).toBe(130);
    for (const words of [
      'Workspace   http://127.0.0.1:',
      'password sandbox-admin',
      'Homeserver  http://127.0.0.1:',
      'provisioned: account rcfed in Rocket.Chat, profile sandbox,',
      'RCFED_CONFIG_DIR=',
      'rcfed rooms link general --new',
    ])
      expect(run.stdout).toContain(words);
  });
});
