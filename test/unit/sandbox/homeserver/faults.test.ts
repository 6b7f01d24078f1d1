import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ServerName } from '../../../../src/lib/core/ids.ts';
import { makeRegistration } from '../../../../src/lib/matrix/registration.ts';
import { startHomeserver } from '../../../../src/sandbox/homeserver/server.ts';
import type { SandboxHomeserver } from '../../../../src/sandbox/homeserver/types.ts';
import { type ScriptedService, startScriptedService } from '../../../support/scripted-service.ts';
import { eventually } from '../../../support/eventually.ts';

let homeserver: SandboxHomeserver;
let service: ScriptedService;
let token: string;
let roomId: string;

beforeEach(async () => {
  service = await startScriptedService();
  const registration = makeRegistration({ url: service.url, serverName: 'sandbox.test' as ServerName });
  homeserver = await startHomeserver({ registrations: [registration], backoffScale: 0.005 });
  token = (await homeserver.registerUser('alice')).accessToken;
  roomId = String(
    ((await (await call('POST', '/createRoom', { preset: 'public_chat' })).json()) as Record<string, unknown>)[
      'room_id'
    ],
  );
  const bot = await call('POST', `/join/${roomId}`, {}, registration.asToken.reveal());
  expect(bot.status).toBe(200);
});
afterEach(async () => {
  await homeserver.stop();
  await service.stop();
});

const call = (method: string, path: string, body: unknown, as = token) =>
  fetch(`${homeserver.url}/_matrix/client/v3${path}`, {
    method,
    headers: { Authorization: `Bearer ${as}`, Connection: 'close' },
    body: JSON.stringify(body),
  });
const send = (text: string, transactionId = text) =>
  call('PUT', `/rooms/${roomId}/send/m.room.message/${transactionId}`, { body: text });
const bodies = () =>
  homeserver.disk.stream.filter((event) => event.type === 'm.room.message').map((event) => event.content['body']);
const pushedBodies = () =>
  service.events().flatMap((event) => (event.type === 'm.room.message' ? [event.content['body']] : []));
const sandbox = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${homeserver.url}/_sandbox/${path}`, {
    method,
    headers: { Connection: 'close', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('faults of the sandbox homeserver', () => {
  test('a dropped answer comes after the act, a cut connection before it', async () => {
    homeserver.faults.add({ path: '/send/', action: 'drop-answer' });
    await expect(send('acted')).rejects.toThrow();
    homeserver.faults.add({ path: '/send/', action: 'cut' });
    await expect(send('not acted')).rejects.toThrow();
    expect(bodies()).toEqual(['acted']);
    expect((await send('acted')).status).toBe(200);
    expect(bodies()).toEqual(['acted']);
  });

  test('errors, limits and HTML come before the act, as often as asked', async () => {
    homeserver.faults.add({ path: '/send/', action: 'status', status: 502, times: 2 });
    expect([(await send('a')).status, (await send('a')).status]).toEqual([502, 502]);
    homeserver.faults.add({ path: '/send/', action: 'too-many-requests', retryAfterMs: 1500 });
    const limited = await send('a');
    expect([limited.status, limited.headers.get('retry-after'), await limited.json()]).toMatchObject([
      429,
      '2',
      { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 1500 },
    ]);
    homeserver.faults.add({ path: '/send/', action: 'html' });
    expect(await (await send('a')).text()).toMatch(/^<!doctype html>/);
    expect(bodies()).toEqual([]);
    expect((await send('a')).status).toBe(200);
  });

  test('a rule may skip requests, wait for a path and be taken back', async () => {
    homeserver.faults.add({ method: 'PUT', path: 'send/m\\.room\\.message', action: 'status', skip: 1 });
    expect([(await send('1')).status, (await send('2')).status, (await send('3')).status]).toEqual([200, 500, 200]);
    const id = homeserver.faults.add({ action: 'status', times: 0 });
    expect([(await send('4')).status, (await send('4')).status]).toEqual([500, 500]);
    homeserver.faults.remove(id);
    expect((await send('4')).status).toBe(200);
  });

  test('a push can be lost or doubled', async () => {
    await eventually(() => expect(service.events().length).toBeGreaterThan(0));
    homeserver.faults.add({ on: 'push', action: 'lose' });
    await send('lost');
    await eventually(() => expect(homeserver.faults.list()[0]?.hits).toBe(1));
    homeserver.faults.add({ on: 'push', action: 'duplicate' });
    await send('twice');
    await eventually(() => expect(pushedBodies()).toEqual(['twice', 'twice']));
    expect(new Set(service.transactions.map((transaction) => transaction.id)).size).toBe(service.transactions.length);
  });

  test('faults are set over HTTP too, but not by a page in a browser', async () => {
    expect((await sandbox('POST', 'faults', { action: 'status', path: '/send/', status: 503 })).status).toBe(200);
    expect((await send('x')).status).toBe(503);
    expect(await (await sandbox('GET', 'faults')).json()).toMatchObject({
      faults: [{ hits: 1, rule: { status: 503 } }],
    });
    expect((await sandbox('POST', 'faults', { action: 'explode' })).status).toBe(400);
    expect((await sandbox('POST', 'faults', { action: 'cut', path: '(' })).status).toBe(400);
    expect((await sandbox('POST', 'faults', { action: 'cut' }, { Origin: 'https://example.org' })).status).toBe(403);
    expect((await sandbox('DELETE', 'faults')).status).toBe(200);
    expect(homeserver.faults.list()).toEqual([]);
  });

  test('a restart over HTTP keeps the port and what is on disk', async () => {
    await send('kept');
    expect(await (await sandbox('POST', 'restart', { mode: 'kill' })).json()).toEqual({ mode: 'kill' });
    await eventually(async () =>
      expect((await call('PUT', `/rooms/${roomId}/send/m.room.message/after`, { body: 'after' })).status).toBe(200),
    );
    expect(bodies()).toEqual(['kept', 'after']);
  });
});

test('it listens on loopback', async () => {
  const another = await startHomeserver();
  expect(new URL(another.url).hostname).toBe('127.0.0.1');
  await another.stop();
});
