import { describe, expect, it } from 'vitest';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { federationChecks } from '../../../src/lib/diagnose/checks/federation.ts';
import { findingsOf } from '../../support/diagnose-parts.ts';
import { expectPrinted } from '../../support/expect-printed.ts';
import { type FakeInternet, fakeInternet, json } from '../../support/fake-internet.ts';

const VERSION = '/_matrix/federation/v1/version';
const PROFILE = '/_matrix/federation/v1/query/profile?user_id=%40rcfed%3Aexample.org';
const STATE = '/_matrix/federation/v1/state_ids/!rcfed%2Fprobe%3Aexample.org?event_id=%24x';
const SEND = '/_matrix/federation/v1/send/rcfed';
const ROOMS = '/_matrix/client/v3/publicRooms?limit=1';
const refused = json({ errcode: 'M_UNAUTHORIZED' }, { status: 401 });

const homeserver: FakeInternet['servers'][string] = {
  [VERSION]: json({ server: { name: 'Synapse', version: '1.160.0' } }),
  [PROFILE]: refused,
  [STATE]: refused,
  [SEND]: refused,
  [ROOMS]: json({ chunk: [], total_room_count_estimate: 3 }),
  '*': json({ errcode: 'M_UNRECOGNIZED' }, { status: 404 }),
};

async function look(change: FakeInternet['servers'][string]) {
  const found = await findingsOf(federationChecks, {
    own: 'example.org' as ServerName,
    options: { deep: true, external: false, updates: false, allowPrivate: true },
    probe: fakeInternet({
      hosts: { 'example.org': ['9.9.9.1'] },
      servers: { '9.9.9.1:8448': { ...homeserver, ...change } },
    }),
  });
  expectPrinted(found);
  const wrong = found.filter(({ status }) => status !== 'pass' && status !== 'skip');
  return {
    statuses: Object.fromEntries(wrong.map(({ id, status }) => [id, status])),
    details: wrong.map(({ detail }) => detail).join('\n'),
  };
}

it('a homeserver behind a proxy that passes everything has nothing to say', async () => {
  expect((await look({})).statuses).toEqual({});
});

describe('one thing is wrong, and that alone is told', () => {
  const page = { status: 404, body: '<html>nginx' };
  const cases: readonly [string, FakeInternet['servers'][string], Record<string, string>, RegExp][] = [
    ['F1', { [VERSION]: page }, { F1: 'fail' }, /404, a web page/],
    ['F2', { [PROFILE]: page }, { F2: 'fail' }, /404, a web page instead of 401/],
    ['F2', { [PROFILE]: json({ displayname: 'x' }) }, { F2: 'fail' }, /200 instead of 401/],
    ['F3', { '*': page }, { F3: 'warn' }, /not M_UNRECOGNIZED/],
    ['F4', { [STATE]: page }, { F4: 'fail' }, /decodes it/],
    ['F5', { [SEND]: { status: 413, body: '<html>' } }, { F5: 'warn' }, /413/],
    [
      'F6',
      { [VERSION]: { ...json({ server: { name: 'Synapse', version: '1' } }), durationMs: 3100 } },
      { F6: 'warn' },
      /3.1 seconds/,
    ],
    ['F7', { [ROOMS]: refused }, { F7: 'info' }, /an account there/],
    ['F7', { [ROOMS]: json({ errcode: 'M_FORBIDDEN' }, { status: 403 }) }, { F7: 'info' }, /403 M_FORBIDDEN/],
  ];
  it.each(cases)('%s', async (_, change, expected, detail) => {
    const { statuses, details } = await look(change);
    expect(statuses).toEqual(expected);
    expect(details).toMatch(detail);
  });
});
