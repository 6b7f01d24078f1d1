import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { makeRegistration, renderRegistration } from '../../../src/lib/matrix/registration.ts';
import { background, type RunningBridge } from '../../support/bridge-lab.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { type CommandRun, runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

type Json = Record<string, unknown>;

/** Runs `sandbox up` until the test is over and answers what it tells a person. */
async function up(...argv: readonly string[]): Promise<string> {
  const ending = new AbortController();
  const told = Promise.withResolvers<string>();
  const ended = runCommand(['sandbox', 'up', ...argv], { signal: ending.signal, onStdout: told.resolve });
  onTestFinished(async () => {
    ending.abort(new RcfedError('RCFED_TERMINATED', 'Ended by the system'));
    await ended;
  });
  return await Promise.race([
    told.promise,
    ended.then(({ stderr }) => Promise.reject(new Error(`sandbox up ended: ${stderr}`))),
  ]);
}

/** What a person would type: each command by its first words, and the variables. The folder is the test's own. */
function typed(hint: string, folder: string) {
  const printed = /--out (\S+)/.exec(hint)?.[1] ?? '';
  const lines = hint.replaceAll(printed, folder).split('\n');
  const env = Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^ {2}export (\w+)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value?.replace(/^'(.*)'$/, '$1')]];
    }),
  ) as Record<string, string>;
  const words = (start: string): readonly string[] => {
    const line = lines.find((each) => each.startsWith(`  ${start}`));
    if (line === undefined) throw new Error(`${start} is not in: ${hint}`);
    return line.trim().split(' ').slice(1);
  };
  return { printed, env, words };
}

/** `curl --data-binary @FILE URL` */
async function curl([, file = '', url = '']: readonly string[]): Promise<Response> {
  return await fetch(url, { method: 'POST', body: await readFile(file.slice(1)) });
}

const ok = (run: CommandRun): Json => {
  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  return run.json()['data'] as Json;
};

/** An HTTP API that answers JSON, as somebody. */
const api =
  (base: string, headers: Record<string, string> = {}) =>
  async (method: string, path: string, body?: object): Promise<Json> => {
    const answer = await fetch(base + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.status, `${method} ${path}`).toBe(200);
    return (await answer.json()) as Json;
  };

/** Alice on the homeserver and the admin on the workspace. */
async function people(hint: string): Promise<{ alice: ReturnType<typeof api>; admin: ReturnType<typeof api> }> {
  const [, workspace = ''] = /^Workspace +(\S+)/m.exec(hint) ?? [];
  const [, homeserver = ''] = /^Homeserver +(\S+)/m.exec(hint) ?? [];
  const [, userId = '', token = ''] = /user id (\S+), token (\S+)/.exec(hint) ?? [];
  const account = { username: 'alice', password: randomUUID(), auth: { type: 'm.login.dummy' } };
  const matrix = `${homeserver}/_matrix/client/v3`;
  const { access_token: accessToken } = await api(matrix)('POST', '/register', account);
  return {
    alice: api(matrix, { Authorization: `Bearer ${String(accessToken)}` }),
    admin: api(`${workspace}/api/v1`, { 'X-User-Id': userId, 'X-Auth-Token': token }),
  };
}

/** Says something on each side and waits until the other side has it. */
async function talkAcross(hint: string, room: { alias: string; matrixRoomId: string }): Promise<void> {
  const { alice, admin } = await people(hint);
  const path = encodeURIComponent(room.matrixRoomId);
  await alice('POST', `/join/${encodeURIComponent(room.alias)}`, {});
  await alice('PUT', `/rooms/${path}/send/m.room.message/1`, { msgtype: 'm.text', body: 'from Matrix' });
  await admin('POST', '/chat.postMessage', { roomId: 'GENERAL', text: 'from Rocket.Chat' });
  await eventually(async () => {
    const history = JSON.stringify(await admin('GET', '/channels.history?roomId=GENERAL'));
    expect(history).toContain('from Matrix');
    const messages = JSON.stringify(await alice('GET', `/rooms/${path}/messages?dir=b&limit=50`));
    expect(messages).toContain('from Rocket.Chat');
  });
}

/** The printed command, but with a port for the bridge that no other test has. */
async function provisionByHand(hint: string, folder: string, listen: string): Promise<CommandRun> {
  const { env, words } = typed(hint, folder);
  const ask = () => Promise.reject(new Error('a question was asked'));
  const prompts = { text: ask, secret: ask, confirm: ask, choose: ask };
  return await runCommand([...words('rcfed federation provision'), '--listen', listen, '--json'], { env, prompts });
}

async function runByHand(hint: string, folder: string): Promise<RunningBridge> {
  const { env, words } = typed(hint, folder);
  const bridge = background((_, options) => runCommand([...words('rcfed federation run'), '--json'], options), env);
  onTestFinished(async () => void (await bridge.stop()));
  return bridge;
}

async function linkByHand(hint: string, folder: string): Promise<{ alias: string; matrixRoomId: string }> {
  const { env, words } = typed(hint, folder);
  const linked = ok(await runCommand([...words('rcfed rooms link'), '--json'], { env }));
  return linked['room'] as { alias: string; matrixRoomId: string };
}

describe('sandbox up --no-bridge', () => {
  test('prints the commands that lead to a bridge of one’s own, and they do', { timeout: 60_000 }, async () => {
    const folder = await temporaryFolder();
    const listen = `127.0.0.1:${await freePort()}`;
    const hint = await up('--no-bridge', '--admin-password', 'open sesame');
    expect(ok(await provisionByHand(hint, folder, listen))).toMatchObject({ changed: true, homeserverKnows: false });
    const handed = await curl(typed(hint, folder).words('curl'));
    expect(handed.status).toBe(200);
    expect(await handed.json()).toEqual({ id: 'rcfed', prefix: 'rc_', sender: '@rcfed:sandbox.test' });
    // What the homeserver takes it says only to those it knows: now both take files of the same size.
    expect(ok(await provisionByHand(hint, folder, listen))).toMatchObject({ changed: true, homeserverKnows: true });
    expect(ok(await provisionByHand(hint, folder, listen))).toMatchObject({ changed: false, homeserverKnows: true });
    const bridge = await runByHand(hint, folder);
    await bridge.line(({ event }) => event === 'ready');
    await talkAcross(hint, await linkByHand(hint, folder));
  });

  test('starts with a registration that was made before', { timeout: 60_000 }, async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'registration.yaml');
    const listen = `127.0.0.1:${await freePort()}`;
    const registration = makeRegistration({ url: `http://${listen}`, serverName: 'sandbox.test' as ServerName });
    await writeFile(file, await renderRegistration(registration));
    const hint = await up('--no-bridge', '--registration', file);
    expect(hint).toContain(`yours (--no-bridge); the homeserver has read ${file}`);
    expect(hint).not.toContain('curl');
    const [, homeserver = ''] = /^Homeserver +(\S+)/m.exec(hint) ?? [];
    const bot = api(`${homeserver}/_matrix/client/v3`, { Authorization: `Bearer ${registration.asToken.reveal()}` });
    expect(await bot('GET', '/account/whoami')).toMatchObject({ user_id: '@rcfed:sandbox.test' });
  });

  test('names a folder that is this sandbox’s alone', async () => {
    const hint = await up('--no-bridge');
    const { printed, env } = typed(hint, '/elsewhere');
    const [, port = ''] = /^Homeserver +\S+:(\d+)/m.exec(hint) ?? [];
    expect(basename(printed)).toBe(`rcfed-sandbox-${port}`);
    expect(dirname(printed)).toBe(process.cwd());
    expect(env).toMatchObject({ RCFED_CONFIG_DIR: '/elsewhere', RCFED_DATA_DIR: '/elsewhere' });
  });

  test('refuses a registration that is missing, for another server, or in the way of its own bridge', async () => {
    const folder = await temporaryFolder();
    const other = join(folder, 'other.yaml');
    const registration = makeRegistration({ url: null, serverName: 'example.org' as ServerName });
    await writeFile(other, await renderRegistration(registration));
    const refused = async (...argv: readonly string[]): Promise<unknown> => {
      const { exitCode, json } = await runCommand(['sandbox', 'up', '--json', ...argv]);
      return { exitCode, ...(json()['error'] as object) };
    };
    expect(await refused('--no-bridge', '--registration', join(folder, 'none.yaml'))).toMatchObject({
      code: 'RCFED_FILE_UNREADABLE',
    });
    expect(await refused('--no-bridge', '--registration', other)).toMatchObject({
      exitCode: 2,
      message: 'The registration is for example.org, not sandbox.test',
    });
    expect(await refused('--registration', other)).toMatchObject({ exitCode: 2, code: 'RCFED_USAGE' });
  });
});
