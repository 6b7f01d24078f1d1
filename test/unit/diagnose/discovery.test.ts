import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import type { DiagnoseOptions } from '../../../src/lib/diagnose/context.ts';
import { discoveryChecks } from '../../../src/lib/diagnose/checks/discovery.ts';
import { NameError } from '../../../src/lib/diagnose/probe/probe.ts';
import { findingsOf, noProbe } from '../../support/diagnose-parts.ts';
import { expectPrinted } from '../../support/expect-printed.ts';
import { type FakeInternet, fakeInternet, json, service } from '../../support/fake-internet.ts';

const WELL_KNOWN = '/.well-known/matrix/server';
const CLIENT = '/.well-known/matrix/client';
const client = json(
  { 'm.homeserver': { base_url: 'https://matrix.example.org' } },
  { headers: { 'access-control-allow-origin': '*' } },
);
const delegated = json({ 'm.server': 'matrix.example.org:443' }, { headers: { 'cache-control': 'max-age=3600' } });
const web = (document: object = delegated) => ({ [WELL_KNOWN]: document, [CLIENT]: client });

/** A server that is found as it should be; a test changes one thing. */
const healthy: FakeInternet = {
  hosts: { 'example.org': ['9.9.9.1'], 'matrix.example.org': ['9.9.9.2'] },
  servers: { '9.9.9.1:443': web(), '9.9.9.2:443': {} },
};

const look = async (internet: Partial<FakeInternet>, name = 'example.org', options: Partial<DiagnoseOptions> = {}) => {
  const found = await findingsOf(discoveryChecks, {
    own: name as ServerName,
    probe: fakeInternet({ ...healthy, ...internet }),
    options: { deep: false, external: false, updates: false, allowPrivate: false, ...options },
  });
  expectPrinted(found);
  return {
    statuses: Object.fromEntries(
      found.filter(({ status }) => status !== 'pass' && status !== 'skip').map(({ id, status }) => [id, status]),
    ),
    finding: (id: string) => found.find((one) => one.id === id && one.status !== 'pass'),
    all: found,
  };
};

const withDocument = (document: object): Partial<FakeInternet> => ({
  servers: { ...healthy.servers, '9.9.9.1:443': web(document) },
});

it('a server that is found as it should be has nothing to say', async () => {
  const { statuses, all } = await look({});
  expect(statuses).toEqual({});
  expect(all.find(({ id }) => id === 'D9')?.detail).toContain('https://matrix.example.org:443 at 9.9.9.2');
});

describe('one thing is wrong, and that alone is told', () => {
  const cases: readonly [string, Partial<FakeInternet>, Record<string, string>, RegExp][] = [
    ['D3', { hosts: {} }, { D3: 'fail' }, /example.org is not in the DNS/],
    [
      'D3',
      { hosts: { 'example.org': new NameError('timeout', 'no name server answers about example.org') } },
      { D3: 'fail' },
      /no name server answers/,
    ],
    ['D4', withDocument({ body: '<!doctype html><title>Shop</title>' }), { D4: 'fail' }, /a web page, not JSON/],
    ['D4', withDocument(json({ 'm.server': 'https://matrix.example.org' })), { D4: 'fail' }, /"https:\/\/matrix/],
    ['D4', withDocument(json({ 'm.server': 'matrix.example.org/' })), { D4: 'fail' }, /"matrix.example.org\/"/],
    ['D4', withDocument(json({ server: 'x' })), { D4: 'fail' }, /no text "m.server"/],
    ['D4', withDocument({ body: '{' }), { D4: 'fail' }, /not JSON/],
    ['D4', withDocument({ status: 502 }), { D4: 'fail' }, /answers 502/],
    ['D4', withDocument({ cut: true }), { D4: 'fail' }, /longer than 50 KiB/],
    ['D4', withDocument({ status: 301, headers: { location: WELL_KNOWN } }), { D4: 'fail' }, /circle/],
    ['D4', withDocument({ status: 301, headers: { location: 'http://example.org/x' } }), { D4: 'fail' }, /http:/],
    [
      'D4',
      {
        ...withDocument({ status: 301, headers: { location: 'https://inside/x' } }),
        hosts: { ...healthy.hosts, inside: ['169.254.169.254'] },
      },
      { D4: 'fail' },
      /private address/,
    ],
    ['D5', withDocument({ ...delegated, headers: { 'content-type': 'text/plain' } }), { D5: 'warn' }, /text\/plain/],
    [
      'D6',
      {
        servers: {
          ...healthy.servers,
          '9.9.9.1:443': { ...web({ status: 308, headers: { location: '/elsewhere' } }), '/elsewhere': delegated },
        },
      },
      { D6: 'warn' },
      /308/,
    ],
    [
      'D7',
      {
        hosts: { ...healthy.hosts, 'example.org': ['9.9.9.1', '9.9.9.3'] },
        servers: { ...healthy.servers, '9.9.9.3:443': web(json({ 'm.server': 'old.example.org:443' })) },
      },
      { D7: 'warn' },
      /do not agree/,
    ],
    ['D7', { hosts: { ...healthy.hosts, 'example.org': ['9.9.9.1', '9.9.9.3'] } }, { D7: 'fail' }, /do not agree/],
    [
      'D8',
      withDocument({ ...delegated, headers: { ...delegated.headers, 'cache-control': 'max-age=999999' } }),
      { D8: 'info' },
      /999999/,
    ],
    ['D9', { hosts: { ...healthy.hosts, 'matrix.example.org': ['10.0.0.2'] } }, { D9: 'fail' }, /10\.0\.0\.2/],
    ['D9', { hosts: { 'example.org': ['9.9.9.1'] } }, { D9: 'fail' }, /matrix.example.org is not in the DNS/],
    ['D10', withDocument(json({ 'm.server': 'matrix.example.org' })), { D10: 'fail' }, /closed at port 8448/],
    [
      'D11',
      {
        ...withDocument({ status: 404 }),
        services: { '_matrix._tcp.example.org': [service('matrix.example.org', 443)] },
      },
      { D11: 'warn' },
      /deprecated/,
    ],
    [
      'D11',
      {
        ...withDocument({ status: 404 }),
        services: { '_matrix-fed._tcp.example.org': [service('matrix.example.org', 443)] },
        aliases: { 'matrix.example.org': 'host.example.net' },
      },
      { D11: 'fail' },
      /alias of host.example.net/,
    ],
    [
      'D12',
      { services: { '_matrix-fed._tcp.example.org': [service('matrix.example.org', 443)] } },
      { D12: 'info' },
      /wins over the SRV record/,
    ],
    [
      'D13',
      { hosts: { ...healthy.hosts, 'matrix.example.org': ['9.9.9.2', '2620:fe::9'] } },
      { D13: 'warn' },
      /2620:fe::9 does not answer/,
    ],
    [
      'D14',
      { servers: { ...healthy.servers, '9.9.9.1:443': { [WELL_KNOWN]: delegated } } },
      { D14: 'warn' },
      /answers 404/,
    ],
    [
      'D14',
      { servers: { ...healthy.servers, '9.9.9.1:443': { ...web(), [CLIENT]: { ...client, headers: {} } } } },
      { D14: 'warn' },
      /Access-Control-Allow-Origin/,
    ],
  ];
  it.each(cases)('%s', async (id, internet, expected, detail) => {
    const { statuses, finding } = await look(internet);
    expect(statuses).toEqual(expected);
    expect(finding(id)?.detail).toMatch(detail);
    expect(finding(id)?.cure?.text ?? '').not.toBe('');
  });
});

it('a redirect within a closed network stays with the host that was asked', async () => {
  const internet: Partial<FakeInternet> = {
    hosts: { 'example.org': ['10.0.0.1'], 'matrix.example.org': ['9.9.9.2'] },
    servers: {
      '10.0.0.1:443': { ...web({ status: 301, headers: { location: '/elsewhere' } }), '/elsewhere': delegated },
      '9.9.9.2:443': {},
    },
  };
  expect((await look(internet)).statuses).toEqual({});
});

it('a machine without IPv6 takes no IPv6 address for dead, and says nothing of what it can not see', async () => {
  const both: Partial<FakeInternet> = {
    hosts: { 'example.org': ['2620:fe::1', '9.9.9.1'], 'matrix.example.org': ['2620:fe::2', '9.9.9.2'] },
    withoutFamily: 6,
  };
  const { statuses, all } = await look(both);
  expect(statuses).toEqual({});
  expect(all.find(({ id }) => id === 'D13')?.detail).toBe(
    'matrix.example.org is at 2620:fe::2, to which this machine has no way',
  );
  const sixAlone = await look({ hosts: { 'example.org': ['2620:fe::1'] }, withoutFamily: 6 });
  expect(sixAlone.statuses).toEqual({});
  expect(sixAlone.all.find(({ id }) => id === 'D9')?.detail).toBe(
    'needs D3: example.org is at 2620:fe::1, to which this machine has no way',
  );
});

it('addresses without a document agree, whether a web server says so or there is none', async () => {
  const internet: Partial<FakeInternet> = {
    hosts: { 'example.org': ['9.9.9.1', '9.9.9.3'] },
    servers: { '9.9.9.1:443': { [CLIENT]: client }, '9.9.9.1:8448': {}, '9.9.9.3:8448': {} },
  };
  expect((await look(internet)).statuses).toEqual({});
});

it('port 8448 is closed only where no address has it open, and a name that can not be led elsewhere is told to open it', async () => {
  const two: Partial<FakeInternet> = {
    hosts: { 'example.org': ['9.9.9.1', '9.9.9.3'] },
    servers: { '9.9.9.1:443': { [CLIENT]: client }, '9.9.9.3:443': { [CLIENT]: client }, '9.9.9.3:8448': {} },
  };
  expect((await look(two)).statuses).toEqual({});
  const { finding } = await look({ servers: { '9.9.9.1:443': {} } }, '9.9.9.1');
  expect(finding('D10')?.cure).toEqual({ text: 'Listen at port 8448: a name like this one is led nowhere else.' });
});

it('clients are sent on to where their document is, as browsers do', async () => {
  const there: Partial<FakeInternet> = {
    hosts: { ...healthy.hosts, 'www.example.org': ['9.9.9.3'] },
    servers: {
      ...healthy.servers,
      '9.9.9.1:443': {
        [WELL_KNOWN]: delegated,
        [CLIENT]: { status: 301, headers: { location: 'https://www.example.org/client' } },
      },
      '9.9.9.3:443': { '/client': client },
    },
  };
  expect((await look(there)).statuses).toEqual({});
});

it('a redirect to a host that nobody has is what is wrong, not the check', async () => {
  const { statuses, finding } = await look(
    withDocument({ status: 301, headers: { location: 'https://www.example.org/x' } }),
  );
  expect(statuses).toEqual({ D4: 'fail' });
  expect(finding('D4')?.detail).toContain('www.example.org is not in the DNS');
});

it('an SRV record that says there is no such service leads nowhere', async () => {
  const { statuses } = await look({
    ...withDocument({ status: 404 }),
    hosts: { ...healthy.hosts, '': [] },
    services: { '_matrix-fed._tcp.example.org': [service('', 0)] },
  });
  expect(statuses).toEqual({ D9: 'fail' });
});

it('a name for tests is not waited for', async () => {
  const found = await findingsOf(discoveryChecks, {
    own: 'sandbox.test' as ServerName,
    probe: noProbe({ addresses: () => new Promise(() => {}) }),
    clock: { ...systemClock, sleep: (ms, signal) => (ms < 2000 ? Promise.resolve() : systemClock.sleep(ms, signal)) },
  });
  expect(found.find(({ id }) => id === 'D3')).toMatchObject({
    status: 'skip',
    detail: expect.stringMatching(/^sandbox.test is a name for tests/),
  });
});

it('a name that is none ends there', async () => {
  expect((await look({}, 'https://example.org')).statuses).toEqual({ D1: 'fail' });
});

it('an address, and a name with a port, can never be moved', async () => {
  const internet = { servers: { '9.9.9.1:8448': {}, '9.9.9.1:443': {} } };
  expect((await look(internet, '9.9.9.1')).statuses).toEqual({ D2: 'warn' });
  expect((await look(internet, 'example.org:8448')).statuses).toEqual({ D2: 'info' });
});

it('private addresses are fine where they are allowed', async () => {
  const internet = {
    hosts: { 'example.org': ['9.9.9.1'], 'matrix.example.org': ['10.0.0.2'] },
    servers: { ...healthy.servers, '10.0.0.2:443': {} },
  };
  expect((await look(internet, 'example.org', { allowPrivate: true })).statuses).toEqual({});
});

it('a domain without a web server is found by its SRV record', async () => {
  const { statuses, all } = await look({
    hosts: { 'matrix.example.org': ['9.9.9.2'] },
    servers: { '9.9.9.2:8448': {} },
    services: { '_matrix-fed._tcp.example.org': [service('matrix.example.org', 8448)] },
  });
  expect(statuses).toEqual({});
  expect(all.find(({ id }) => id === 'D9')?.detail).toContain('by SRV');
});
