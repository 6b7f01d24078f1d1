import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ServiceConnection } from '../../../src/lib/admin/connect.ts';
import type { AdminProfile } from '../../../src/lib/config/profile.ts';
import { legacyChecks } from '../../../src/lib/diagnose/checks/legacy.ts';
import { findingsOf } from '../../support/diagnose-parts.ts';
import { expectPrinted } from '../../support/expect-printed.ts';
import { type FakeInternet, fakeInternet, json } from '../../support/fake-internet.ts';
import { adminProfile, type WorkspaceAnswers, setupWith } from '../../support/fake-workspace.ts';

const AS = 'a'.repeat(64);
const HS = 'b'.repeat(64);
const registration = `id: rc\nurl: http://rocketchat:3300\nas_token: ${AS}\nhs_token: ${HS}\nsender_localpart: rocket.cat\nnamespaces: {users: [{regex: '@rc_.*'}]}\n`;
const inOrder = {
  Federation_Matrix_enabled: true,
  Federation_Matrix_configuration_status: 'Valid',
  Federation_Matrix_id: 'rc',
  Federation_Matrix_as_token: AS,
  Federation_Matrix_hs_token: HS,
  Federation_Matrix_homeserver_url: 'http://matrix.example.org:8008',
  Federation_Matrix_homeserver_domain: 'example.org',
  Federation_Matrix_serve_well_known: true,
  Federation_Matrix_registration_file: registration,
};
const WHOAMI = '/_matrix/client/v3/account/whoami';
const PING = '/_matrix/client/v1/appservice/rc/ping';
const REGISTER = '/_matrix/client/v3/register';
const VERSION = '/_matrix/federation/v1/version';
const homeserver: FakeInternet['servers'][string] = {
  '/_matrix/client/versions': json({ versions: ['v1.11'] }),
  '/_matrix/key/v2/server': json({ server_name: 'example.org' }),
  [WHOAMI]: json({ errcode: 'M_UNKNOWN_TOKEN' }, { status: 401 }),
  [PING]: json({ duration_ms: 12 }),
  [REGISTER]: json({ errcode: 'M_FORBIDDEN' }, { status: 403 }),
  [VERSION]: json({ server: { name: 'Synapse', version: '1.140.0' } }),
};

interface Change extends WorkspaceAnswers {
  readonly server?: FakeInternet['servers'][string];
  readonly profile?: Partial<AdminProfile>;
}

async function look({ server = {}, profile = {}, settings = {}, ...answers }: Change = {}) {
  const version = { info: async () => ({ version: '7.10', serverTime: Date.now() }) };
  const unique = { publicSettings: async () => new Map([['uniqueID', 'unique']]) };
  const given = { ...version, ...unique, ...answers, settings: { ...inOrder, ...settings } };
  const found = await findingsOf(legacyChecks, {
    setup: {
      ...setupWith(given, { ...adminProfile, listen: '127.0.0.1:0', ...profile }),
      bridge: async () => ({ running: false }) as ServiceConnection,
    },
    probe: fakeInternet({
      hosts: { 'matrix.example.org': ['9.9.9.1'], 'two.example.org': ['2620:fe::1', '9.9.9.1'], synapse: ['10.0.0.3'] },
      servers: { '9.9.9.1:8008': { ...homeserver, ...server }, '10.0.0.3:8008': { ...homeserver, ...server } },
    }),
  });
  expectPrinted(found);
  const wrong = found.filter(({ status }) => status !== 'pass' && status !== 'skip');
  return {
    statuses: Object.fromEntries(wrong.map(({ id, status }) => [id, status])),
    details: wrong.map(({ detail, cure }) => `${detail} ${cure?.text ?? ''}`).join('\n'),
    passed: found.filter(({ status }) => status === 'pass').length,
  };
}

it('a bridge that is as it should be has nothing to say', async () => {
  expect(await look()).toMatchObject({ statuses: {}, passed: 13 });
});

it('where it is off nothing is looked at', async () => {
  expect(await look({ settings: { Federation_Matrix_enabled: false } })).toMatchObject({ statuses: {}, passed: 0 });
});

describe('one thing is wrong, and that alone is told', () => {
  const predictable = createHash('sha256').update('as_unique').digest('hex');
  const ping = (status: number, errcode: string) => ({ server: { [PING]: json({ errcode }, { status }) } });
  const set = (name: string, value: unknown): Change => ({ settings: { [`Federation_Matrix_${name}`]: value } });
  const cases: readonly [string, Change, Record<string, string>, RegExp][] = [
    ['B1', set('configuration_status', 'Invalid'), { B1: 'fail' }, /Invalid: it processes nothing/],
    ['B2', set('hs_token', ''), { B2: 'fail' }, /one is empty/],
    ['B2', set('hs_token', AS), { B2: 'fail' }, /the same/],
    ['B3', set('as_token', predictable), { B3: 'fail' }, /work out the as_token/],
    [
      'B4',
      { server: { '/_matrix/client/versions': { status: 502, body: '<html>' } } },
      { B4: 'fail' },
      /502, a web page/,
    ],
    ['B5', set('homeserver_domain', 'https://chat.example.org'), { B5: 'fail' }, /calls itself example.org/],
    ['B6', { server: { [WHOAMI]: json({}, { status: 503 }) } }, { B6: 'fail' }, /authentication service/],
    ['B7', ping(403, 'M_FORBIDDEN'), { B7: 'fail' }, /M_FORBIDDEN.*as_token or id differ/],
    ['B7', ping(502, 'M_BAD_STATUS'), { B7: 'fail' }, /hs_token differs/],
    ['B7', ping(502, 'M_CONNECTION_FAILED'), { B7: 'fail' }, /does not reach the url/],
    ['B7', { server: { [PING]: json({ duration_ms: 5000 }) } }, { B7: 'warn' }, /5000 ms/],
    ['B9', { info: async () => ({ version: '6.13', serverTime: 0 }) }, { B9: 'warn' }, /old way of authorization/],
    [
      'B10, B15',
      { server: { [VERSION]: json({ server: { name: 'Synapse', version: '1.84.1' } }) } },
      { B10: 'warn', B15: 'warn' },
      /1\.84\.1/,
    ],
    ['B11', set('homeserver_url', 'http://synapse:8008'), { B11: 'fail' }, /publishes synapse/],
    ['B12', set('registration_file', 'namespaces: {users: [{regex: .*}]}'), { B12: 'warn' }, /claims all users/],
    [
      'B14',
      { server: { [REGISTER]: json({ flows: [{ stages: ['m.login.dummy'] }] }, { status: 401 }) } },
      { B14: 'fail' },
      /without any proof/,
    ],
  ];
  it.each(cases)('%s', async (_, change, expected, detail) => {
    const { statuses, details } = await look(change);
    expect(statuses).toEqual(expected);
    expect(details).toMatch(detail);
    expect(details).not.toContain(AS);
  });

  it('B8', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rcfed-checks-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'registration.yaml');
    const profile = { registration: { path, asToken: undefined, hsToken: undefined } };
    await writeFile(path, registration);
    expect((await look({ profile })).statuses).toEqual({});
    await writeFile(path, registration.replace(HS, 'c'.repeat(64)).replace('3300', '3301'));
    const { statuses, details } = await look({ profile });
    expect(statuses).toEqual({ B8: 'fail' });
    expect(details).toContain('differs in url, hs_token');
    expect(details).not.toContain('ccc');
  });

  it('B8 leaves the file of another application service alone, and compares no order of words', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rcfed-checks-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'registration.yaml');
    const profile = { registration: { path, asToken: undefined, hsToken: undefined } };
    await writeFile(path, registration.replace('id: rc\n', 'id: rcfed\n').replace(AS, 'd'.repeat(64)));
    expect((await look({ profile })).statuses).toEqual({});
    const more = "{exclusive: false, regex: '@rc_.*'}";
    const reordered = "{regex: '@rc_.*', exclusive: false}";
    await writeFile(path, registration.replace("{regex: '@rc_.*'}", more));
    const settings = { Federation_Matrix_registration_file: registration.replace("{regex: '@rc_.*'}", reordered) };
    expect((await look({ profile, settings })).statuses).toEqual({});
  });

  it('a registration that can not be read is told without a line of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rcfed-checks-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'registration.yaml');
    await writeFile(path, registration);
    const profile = { registration: { path, asToken: undefined, hsToken: undefined } };
    const settings = { Federation_Matrix_registration_file: `id: rc\nas_token: "${AS}\nurl: : {` };
    const { statuses, details } = await look({ profile, settings });
    expect(statuses).toEqual({ B8: 'fail', B12: 'warn' });
    expect(details).not.toContain(AS);
  });

  it('an address that does not answer is no matter where another one does', async () => {
    const found = await look({ settings: { Federation_Matrix_homeserver_url: 'http://two.example.org:8008' } });
    expect(found.statuses).toEqual({});
  });

  it('B13', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const listen = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await look({ profile: { listen } })).statuses).toEqual({ B13: 'fail' });
    expect((await look({ profile: { listen: '192.0.2.1:29318' } })).statuses).toEqual({});
  });
});
