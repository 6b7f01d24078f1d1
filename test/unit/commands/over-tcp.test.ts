import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { type CommandRun, runCommand } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

const TOKEN = 'the-token-of-the-admin-api';
let lab: BridgeLab;
let address: string;
let page: Server;
let pageAddress: string;

beforeAll(async () => {
  lab = await startBridgeLab();
  const bridge = await lab.bridge({ RCFED_ADMIN: '127.0.0.1:0', RCFED_ADMIN_TOKEN: TOKEN });
  address = ((await bridge.line(({ event }) => event === 'listening'))['admin'] as string[])[1] ?? '';
  page = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>'),
  );
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  pageAddress = `127.0.0.1:${(page.address() as AddressInfo).port}`;
  const linked = await lab.run(['rooms', 'link', 'general', '--new']);
  expect(linked.exitCode, linked.stderr).toBe(0);
});
afterAll(async () => {
  page.close();
  await lab.stop();
  for (const secret of [...lab.secrets, TOKEN]) expect(lab.printed()).not.toContain(secret);
});

/** As somebody who has only a Rocket.Chat account and the bridge's address. */
const asPerson = async (account: { userId: string; token: string }, ...argv: string[]): Promise<CommandRun> =>
  runCommand([...argv, '--json', '--yes'], {
    env: {
      HOME: lab.folder,
      RCFED_WORKSPACE_URL: lab.workspace.url,
      RCFED_WORKSPACE_USER_ID: account.userId,
      RCFED_WORKSPACE_TOKEN: account.token,
      RCFED_ADMIN: address,
    },
  });
const post = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://${address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: '{}',
    ...init,
  });

describe('a bridge that is reached over TCP', () => {
  it('serves the admin with its token, and the socket goes on', async () => {
    const env = { RCFED_ADMIN: address, RCFED_ADMIN_TOKEN: TOKEN };
    const overTcp = await lab.run(['rooms', 'list', '--json'], { env });
    expect(overTcp.json()).toMatchObject({ ok: true, data: { rooms: [{ room: 'general' }] } });
    // People come to the Matrix room meanwhile.
    const [{ matrixMembers: _, waiting: __, ...room }] = (
      overTcp.json()['data'] as { rooms: [Record<string, unknown>] }
    ).rooms;
    expect((await lab.run(['rooms', 'list', '--json'])).json()).toMatchObject({ ok: true, data: { rooms: [room] } });
  });

  it('refuses a wrong token', async () => {
    const run = await lab.run(['rooms', 'list', '--json'], {
      env: { RCFED_ADMIN: address, RCFED_ADMIN_TOKEN: 'another-token-altogether' },
    });
    expect(run.exitCode).toBe(4);
    expect(run.json()).toMatchObject({ error: { code: 'RCFED_NOT_ALLOWED' } });
  });

  it('shows people the rooms they see, and little of its state', async () => {
    const alice = lab.workspace.createUser({ username: 'alice' });
    const rooms = await asPerson(alice, 'rooms', 'list');
    expectSchema(rooms.json());
    expect(rooms.json()).toMatchObject({ ok: true, data: { rooms: [{ room: 'general' }] } });
    const status = await asPerson(alice, 'federation', 'status');
    expectSchema(status.json());
    expect(Object.keys(status.json<{ data: object }>().data).toSorted()).toEqual([
      'homeserver',
      'ready',
      'rooms',
      'running',
      'workspace',
    ]);
  });

  it('lets people change nothing', async () => {
    const bob = lab.workspace.createUser({ username: 'bob' });
    for (const argv of [
      ['rooms', 'unlink', 'general'],
      ['rooms', 'link', 'general', '--new'],
      ['federation', 'quarantine', 'list'],
      ['federation', 'trace', '$e'],
    ]) {
      const run = await asPerson(bob, ...argv);
      expect(run.exitCode).toBe(4);
      expect(run.json()).toMatchObject({
        error: { code: 'RCFED_NOT_ALLOWED', message: 'Only admins of the workspace may do this' },
      });
    }
  });

  it('gives an admin of the workspace the rights of one', async () => {
    expect((await asPerson(lab.workspace.admin, 'federation', 'quarantine', 'list')).json()).toMatchObject({
      ok: true,
    });
  });

  it('refuses somebody without an account', async () => {
    expect((await asPerson({ userId: 'nobody', token: 'nothing-that-is-known' }, 'rooms', 'list')).exitCode).toBe(4);
  });

  it('takes no odd requests', async () => {
    const codes = async (...requests: Promise<Response>[]) =>
      Promise.all(
        requests.map(async (request) => ((await (await request).json()) as { error: { code: string } }).error.code),
      );
    expect(
      await codes(
        post('/v1/nothing'),
        post('/v1/constructor'),
        post('/v1/rooms', { method: 'GET', body: null }),
        post('/v1/unlink', { body: '{"room":1}' }),
        post('/v1/unlink', { body: '{"room":"general","force":true}' }),
        post('/v1/unlink', { body: 'room=general' }),
        post('/v1/unlink', { body: JSON.stringify({ room: 'x'.repeat(100_000) }) }),
        post('/v1/rooms', { headers: {} }),
      ),
    ).toEqual([
      'RCFED_BRIDGE_OUTDATED',
      'RCFED_BRIDGE_OUTDATED',
      'RCFED_BRIDGE_OUTDATED',
      'RCFED_USAGE',
      'RCFED_USAGE',
      'RCFED_USAGE',
      'RCFED_USAGE',
      'RCFED_NOT_ALLOWED',
    ]);
    const { error } = (await (await post('/v1/unlink', { body: '{"room":1}' })).json()) as { error: { why: string } };
    expect(error.why).toBe('Invalid type: Expected string but received 1.');
  });
});

describe('an admin address that is wrong', () => {
  it('is said to be no bridge where a web page answers', async () => {
    const run = await lab.run(['rooms', 'list', '--json'], {
      env: { RCFED_ADMIN: pageAddress, RCFED_ADMIN_TOKEN: TOKEN },
    });
    expect(run.exitCode).toBe(5);
    expect(run.json()).toMatchObject({ error: { code: 'RCFED_ADMIN_FOREIGN', why: 'It answers with a web page.' } });
  });

  it('is said to have nobody there', async () => {
    const run = await runCommand(['rooms', 'list', '--json'], {
      env: {
        HOME: lab.folder,
        RCFED_WORKSPACE_URL: lab.workspace.url,
        RCFED_WORKSPACE_USER_ID: 'x',
        RCFED_WORKSPACE_TOKEN: 'whatever',
        RCFED_ADMIN: '127.0.0.1:1',
      },
    });
    expect(run.exitCode).toBe(5);
    expect(run.json()).toMatchObject({ error: { code: 'RCFED_BRIDGE_UNREACHABLE' } });
  });
});
