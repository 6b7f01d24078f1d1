import { describe, expect, it } from 'vitest';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { type Check, passes, skips } from '../../../src/lib/diagnose/check.ts';
import { bridgeChecks } from '../../../src/lib/diagnose/checks/bridge.ts';
import { partnerChecks } from '../../../src/lib/diagnose/checks/partner.ts';
import type { DiagnoseParts } from '../../../src/lib/diagnose/context.ts';
import type { WebAnswer, WebRequest } from '../../../src/lib/diagnose/probe/probe.ts';
import { repairAll } from '../../../src/lib/diagnose/repair.ts';
import { type BridgeAnswers, bridgeSetup } from '../../support/fake-bridge.ts';
import { findingsOf } from '../../support/diagnose-parts.ts';
import { expectPrinted } from '../../support/expect-printed.ts';
import { fakeInternet, json } from '../../support/fake-internet.ts';

const OTHER = 'other.org' as ServerName;
const ADMIN_TOKEN = 'token-of-a-server-admin';
const withAdminToken = {
  homeserver: { url: 'https://matrix.example.org', serverName: 'example.org', adminToken: new Secret(ADMIN_TOKEN) },
};
const DESTINATION = '/_synapse/admin/v1/federation/destinations/other.org';

type Answers = Readonly<Record<string, Partial<WebAnswer> | ((request: WebRequest) => Partial<WebAnswer>)>>;

interface Given {
  readonly bridge?: BridgeAnswers;
  /** What our homeserver answers, by path. */
  readonly homeserver?: Answers;
  /** What the tester answers, by path. */
  readonly tester?: Answers;
  /** What the other server says that it runs. */
  readonly software?: string;
  readonly env?: DiagnoseParts['env'];
  /** Failing checks of earlier groups, `D4@other.org`. */
  readonly failing?: readonly string[];
  readonly partner?: ServerName;
  /** Neither server could be looked at. */
  readonly unseen?: boolean;
}

/** Stands for a check of an earlier group, about both names or none. */
const earlier = (id: string, group: Check['group'], failing: readonly string[]): Check => ({
  id,
  group,
  title: id,
  severity: 'fail',
  fix: 'printed',
  why: '',
  ...(group === 'native' ? {} : { about: 'name' }),
  run: async ({ subject }) =>
    failing.includes(subject === undefined ? id : `${id}@${subject.name}`)
      ? { status: 'fail', detail: `${id} is wrong` }
      : passes('fine'),
});

const unseenCheck: Check = {
  ...earlier('F1', 'federation', []),
  run: () => Promise.resolve(skips('it is a name for tests')),
};

async function look(given: Given) {
  const { bridge = {}, homeserver = {}, tester = {}, env = {}, failing = [], partner = OTHER } = given;
  const { software = 'Synapse', unseen = false } = given;
  const stubs = [
    earlier('N5', 'native', failing),
    earlier('D4', 'discovery', failing),
    earlier('D3', 'discovery', failing),
    earlier('T3', 'transport', failing),
    ...(unseen ? [unseenCheck] : []),
  ];
  // G9 looks at the rooms, which the checks of rooms need.
  const rooms = bridgeChecks.filter(({ id }) => id === 'G9');
  const found = await findingsOf([...rooms, ...stubs, ...partnerChecks], {
    setup: bridgeSetup({ profile: withAdminToken, ...bridge }),
    probe: fakeInternet({
      hosts: {
        'matrix.example.org': ['198.51.100.1'],
        'federationtester.matrix.org': ['198.51.100.2'],
        'tester.internal': ['198.51.100.3'],
        'other.org': ['198.51.100.4'],
      },
      servers: {
        '198.51.100.1:443': { [DESTINATION]: json({ failure_ts: null, retry_interval: 0 }), ...homeserver },
        '198.51.100.2:443': { '*': json({ FederationOK: true }), ...tester },
        '198.51.100.3:8000': { '*': json({ FederationOK: true }) },
        '198.51.100.4:8448': { '*': json({ server: { name: software, version: '1' } }) },
      },
    }),
    partner,
    env,
    options: { deep: false, external: true, updates: false, allowPrivate: true },
  });
  expectPrinted(found);
  const wrong = found.filter(({ id, status }) => id.startsWith('X') && status !== 'pass' && status !== 'skip');
  return {
    found: found.filter(({ id }) => id.startsWith('X')),
    statuses: wrong.map(({ id, subject, status }) => `${id}${subject === undefined ? '' : `@${subject}`} ${status}`),
    details: wrong.map(({ detail, evidence = [] }) => [detail, ...evidence].join('\n')).join('\n'),
    cures: wrong.map(({ cure }) => cure?.text ?? ''),
  };
}

it('another server that is as it should be passes everything', async () => {
  const { found } = await look({});
  expect(found.map(({ id, subject, status }) => [id, subject, status])).toEqual([
    ['X1', undefined, 'pass'],
    ['X2', undefined, 'pass'],
    ['X3', 'example.org', 'pass'],
    ['X3', 'other.org', 'pass'],
    ['X4', undefined, 'pass'],
    ['X5', undefined, 'pass'],
    ['X6', undefined, 'pass'],
    ['X7', undefined, 'pass'],
  ]);
});

describe('one thing is wrong, and that alone is told', () => {
  const report = {
    FederationOK: false,
    ConnectionErrors: { '[2001:db8::1]:8448': { Message: 'no route to host' } },
    ConnectionReports: {
      '198.51.100.9:8448': { Checks: { AllChecksOK: false, ValidCertificates: false, Name: true } },
    },
  };
  const isOther = (request: WebRequest) => request.path.endsWith('other.org');
  const cases: readonly (readonly [string, Given, readonly string[], RegExp])[] = [
    ['X1', { failing: ['D4@other.org'] }, ['X1 info'], /other.org is not\nD4: D4 is wrong/],
    [
      'X2',
      { homeserver: { [DESTINATION]: json({ failure_ts: 1_700_000_000_000, retry_interval: 3_600_000 }) } },
      ['X2 fail'],
      /since 2023-11-14T22:13:20.000Z, and waits 60 minutes/,
    ],
    [
      'X3',
      { tester: { '*': (request) => json(isOther(request) ? report : { FederationOK: true }) } },
      ['X3@other.org fail'],
      /finds other.org in disorder\n\[2001:db8::1\]:8448: .*no route to host.*\n198.51.100.9:8448: AllChecksOK, ValidC/,
    ],
    [
      'X4',
      {
        bridge: {
          service: { checkAccess: async ({ server }) => ({ server, allowed: false, rule: '*', why: 'blocked' }) },
        },
      },
      ['X4 fail'],
      /rcfed's rules say: blocked/,
    ],
    ['X4', { failing: ['N5'] }, ['X4 fail'], /Rocket.Chat's allow list does not have it/],
    [
      'X5',
      { bridge: { state: { 'm.room.server_acl': { allow: ['*'], deny: ['other.org'] } } } },
      ['X5 fail'],
      /general shuts other.org out/,
    ],
    [
      'X6',
      { bridge: { state: { 'm.room.create': { room_version: '12' } } }, software: 'other.org' },
      ['X6 warn'],
      /version 12, which Rocket.Chat's own federation on other.org does not join/,
    ],
    ['X7', { failing: ['T3@example.org'] }, ['X7 info'], /example.org fails T3: other.org can not reach it/],
  ];
  it.each(cases)('%s', async (_, given, expected, detail) => {
    const { statuses, details, cures } = await look(given);
    expect(statuses).toEqual(expected);
    expect(details).toMatch(detail);
    expect(cures).not.toContain('');
  });
});

it('says nothing of a server that could not be looked at', async () => {
  const { found } = await look({ unseen: true });
  expect(found.filter(({ id }) => id === 'X1' || id === 'X7')).toMatchObject([
    { id: 'X1', status: 'skip', detail: 'it was not looked at: it is a name for tests' },
    { id: 'X7', status: 'skip', detail: 'needs X1: it was not looked at: it is a name for tests' },
  ]);
});

it('--fix lets the homeserver try at once, with the token of its admin and to no other host', async () => {
  const asked: (readonly [string | undefined, string, string | undefined])[] = [];
  const homeserver: Answers = {
    '*': ({ method, path, headers }) => {
      asked.push([method, path, headers?.['Authorization']]);
      return json({});
    },
    [DESTINATION]: json({ failure_ts: 1_700_000_000_000, retry_interval: 1 }),
  };
  const { found } = await look({ homeserver });
  expect(await repairAll(found, () => Promise.resolve(true))).toEqual([
    { id: 'X2', shown: `POST ${DESTINATION}/reset_connection`, problem: undefined },
  ]);
  expect(asked).toEqual([['POST', `${DESTINATION}/reset_connection`, `Bearer ${ADMIN_TOKEN}`]]);
});

it('a homeserver of another kind joins rooms of any version', async () => {
  const { statuses } = await look({ bridge: { state: { 'm.room.create': { room_version: '12' } } } });
  expect(statuses).toEqual([]);
});

it('a homeserver that never had to do with the other has nothing against it', async () => {
  const { found } = await look({ homeserver: { [DESTINATION]: json({ errcode: 'M_NOT_FOUND' }, { status: 404 }) } });
  expect(found.find(({ id }) => id === 'X2')).toMatchObject({
    status: 'pass',
    detail: 'it never had to do with other.org',
  });
});

it('a proxy in front of our homeserver that passes no administration on says nothing about the other', async () => {
  const { found } = await look({ homeserver: { [DESTINATION]: { status: 404, body: '<html>Not Found</html>' } } });
  expect(found.find(({ id }) => id === 'X2')).toMatchObject({
    status: 'skip',
    detail: 'it does not say: 404, a web page',
  });
});

it('a tester that gives no report has found nothing', async () => {
  const { found } = await look({ tester: { '*': json({ error: 'too many requests' }, { status: 429 }) } });
  expect(found.filter(({ id }) => id === 'X3').map(({ status }) => status)).toEqual(['skip', 'skip']);
});

it('FEDERATION_TESTER_HOST names the tester that is asked instead of the public one', async () => {
  const { found } = await look({
    tester: { '*': { status: 500 } },
    env: { FEDERATION_TESTER_HOST: 'https://tester.internal:8000/' },
  });
  expect(found.filter(({ id }) => id === 'X3')).toMatchObject([
    { status: 'pass', detail: 'https://tester.internal:8000/ says so' },
    { status: 'pass' },
  ]);
});

it('is about nothing where no other server is named', async () => {
  const found = await findingsOf(partnerChecks, { setup: bridgeSetup() });
  expect(new Set(found.map(({ id, detail }) => (id === 'X3' ? 'X3' : detail)))).toEqual(
    new Set(['needs --with SERVER', 'X3']),
  );
});
