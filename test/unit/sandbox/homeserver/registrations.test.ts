import { parse } from 'yaml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ServerName } from '../../../../src/lib/core/ids.ts';
import { makeRegistration, renderRegistration } from '../../../../src/lib/matrix/registration.ts';
import type { Registration } from '../../../../src/lib/matrix/types.ts';
import { startHomeserver } from '../../../../src/sandbox/homeserver/server.ts';
import type { SandboxHomeserver } from '../../../../src/sandbox/homeserver/types.ts';
import { eventually } from '../../../support/eventually.ts';
import { startScriptedService } from '../../../support/scripted-service.ts';

let homeserver: SandboxHomeserver;

beforeEach(async () => {
  homeserver = await startHomeserver({ backoffScale: 0.005 });
});
afterEach(() => homeserver.stop());

const made = (id = 'rcfed', serverName = 'sandbox.test', url: string | null = null): Registration =>
  makeRegistration({ id, url, serverName: serverName as ServerName, senderLocalpart: id, prefix: `${id}_` });
const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${homeserver.url}/_sandbox/registrations`, { method: 'POST', body, headers });
const call = (method: string, path: string, token: string, body?: object) =>
  fetch(`${homeserver.url}/_matrix/client/v3${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, Connection: 'close' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const statusFor = async ({ asToken }: Registration): Promise<number> =>
  (await call('GET', '/account/whoami', asToken.reveal())).status;
const asJson = async (registration: Registration): Promise<string> =>
  JSON.stringify(parse(await renderRegistration(registration)));

describe('a registration that is handed over while the homeserver runs', () => {
  test('counts at once, in YAML or JSON, beside those it had, and for those who talk already', async () => {
    const alice = (await homeserver.registerUser('alice')).accessToken;
    const [one, two] = [made('one'), made('two')];
    expect(await statusFor(one)).toBe(401);
    expect((await post(await renderRegistration(one))).status).toBe(200);
    const answer = await post(await asJson(two));
    expect(await answer.json()).toEqual({ id: 'two', prefix: 'two_', sender: '@two:sandbox.test' });
    expect([await statusFor(one), await statusFor(two)]).toEqual([200, 200]);
    expect((await call('GET', '/account/whoami', alice)).status).toBe(200);
    await homeserver.restart('kill');
    expect([await statusFor(one), await statusFor(two)]).toEqual([200, 200]);
  });

  test('takes the place of the one with its id, whose token ends', async () => {
    const [older, newer] = [made(), made()];
    await post(await renderRegistration(older));
    await post(await renderRegistration(newer));
    expect([await statusFor(older), await statusFor(newer)]).toEqual([401, 200]);
  });

  test('brings its service the events of rooms that its users are in from then on', async () => {
    const service = await startScriptedService();
    const alice = (await homeserver.registerUser('alice')).accessToken;
    const created = await call('POST', '/createRoom', alice, { preset: 'public_chat' });
    const { room_id: roomId } = (await created.json()) as { room_id: string };
    const registration = made('rcfed', 'sandbox.test', service.url);
    await post(await renderRegistration(registration));
    expect((await call('POST', `/join/${roomId}`, registration.asToken.reveal(), {})).status).toBe(200);
    await call('PUT', `/rooms/${roomId}/send/m.room.message/1`, alice, { msgtype: 'm.text', body: 'hello' });
    await eventually(() => expect(JSON.stringify(service.transactions)).toContain('hello'));
    await service.stop();
  });

  test('is refused where it says nothing sensible, naming what and no token', async () => {
    const registration = made();
    const text = await renderRegistration(registration);
    const cases: readonly (readonly [string, string])[] = [
      ['', 'The registration is no YAML mapping.'],
      ['a: [', 'The registration is no YAML (line 1).'],
      [text.replace(/^sender_localpart:.*$/m, ''), 'The registration has no sender_localpart.'],
      [
        await renderRegistration(made('rcfed', 'example.org')),
        'The registration is for example.org, and this is sandbox.test.',
      ],
    ];
    for (const [body, error] of cases) {
      const answer = await post(body);
      expect([answer.status, await answer.json()]).toEqual([400, { errcode: 'M_BAD_JSON', error }]);
    }
    expect(await statusFor(registration)).toBe(401);
  });

  test('is refused from a page in a browser', async () => {
    const registration = made();
    expect((await post(await renderRegistration(registration), { Origin: 'https://example.org' })).status).toBe(403);
    expect(await statusFor(registration)).toBe(401);
  });
});
