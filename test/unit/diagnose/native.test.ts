import { describe, expect, it } from 'vitest';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { nativeChecks } from '../../../src/lib/diagnose/checks/native.ts';
import { findingsOf } from '../../support/diagnose-parts.ts';
import { expectPrinted } from '../../support/expect-printed.ts';
import { type FakeInternet, fakeInternet, json, service } from '../../support/fake-internet.ts';
import { setupWith } from '../../support/fake-workspace.ts';

const inOrder = {
  Federation_Service_Enabled: true,
  Federation_Service_Domain: 'example.org',
  Federation_Service_Matrix_Signing_Algorithm: 'ed25519',
  Federation_Service_Matrix_Signing_Version: '0',
  Federation_Service_Matrix_Signing_Key: Buffer.alloc(32, 7).toString('base64'),
  Federation_Service_Allow_List: '*.other.org, *.example.net',
  Federation_Service_Join_Encrypted_Rooms: true,
  Federation_Service_Join_Non_Private_Rooms: true,
  Federation_Service_EDU_Process_Presence: false,
};

async function look(change: Readonly<Record<string, unknown>>, delegate: string | undefined = 'example.org:443') {
  const document = delegate === undefined ? { status: 404 } : json({ 'm.server': delegate });
  const found = await findingsOf(nativeChecks, {
    setup: setupWith({ settings: { ...inOrder, ...change } }),
    partner: 'other.org' as ServerName,
    probe: fakeInternet({
      hosts: { 'example.org': ['9.9.9.1'] },
      servers: { '9.9.9.1:443': { '/.well-known/matrix/server': document } },
    }),
  });
  expectPrinted(found);
  const wrong = found.filter(({ status }) => status !== 'pass' && status !== 'skip');
  return {
    statuses: Object.fromEntries(wrong.map(({ id, status }) => [id, status])),
    details: wrong.map(({ detail }) => detail).join('\n'),
    passed: found.filter(({ status }) => status === 'pass').length,
  };
}

it('a set-up that is as it should be has nothing to say', async () => {
  expect(await look({})).toMatchObject({ statuses: {}, passed: 9 });
});

it('where it is off nothing is looked at', async () => {
  expect(await look({ Federation_Service_Enabled: false })).toMatchObject({ statuses: {}, passed: 0 });
});

describe('one thing is wrong, and that alone is told', () => {
  const cases: readonly [string, Readonly<Record<string, unknown>>, Record<string, string>, RegExp][] = [
    ['N2', { Federation_Service_Domain: 'Example.org' }, { N2: 'fail' }, /is "Example.org"/],
    ['N3', { Federation_Service_Matrix_Signing_Key: 'short' }, { N3: 'fail' }, /32 bytes/],
    ['N3', { Federation_Service_Matrix_Signing_Version: 'a b' }, { N3: 'fail' }, /version has other characters/],
    [
      'N3',
      { Federation_Service_Matrix_Signing_Version: `ed25519 a_1 ${'k'.repeat(43)}` },
      { N3: 'fail' },
      /^(?!.*kkk).*version/,
    ],
    ['N4', { Federation_Service_Allow_List: 'other.org' }, { N4: 'warn' }, /other.org also admits notother.org/],
    ['N4', { Federation_Service_Allow_List: '*.other.org,https://x' }, { N4: 'warn' }, /no domains: https:\/\/x/],
    ['N5', { Federation_Service_Allow_List: '*.example.net' }, { N5: 'fail' }, /other.org is not on it/],
    ['N8', { Federation_Service_Join_Encrypted_Rooms: false }, { N8: 'info' }, /encrypted rooms are refused/],
    ['N9', { Federation_Service_EDU_Process_Presence: true }, { N9: 'info' }, /who is online/],
  ];
  it.each(cases)('%s', async (_, change, expected, detail) => {
    const { statuses, details } = await look(change);
    expect(statuses).toEqual(expected);
    expect(details).toMatch(detail);
  });

  it('N6', async () => {
    expect((await look({}, 'old.example.org:443')).statuses).toEqual({ N6: 'fail' });
  });

  it('N6 and N7 take any way that leads to Rocket.Chat for good, and leave the name of another homeserver alone', async () => {
    const led = async (own: string, document: object, services: FakeInternet['services'] = {}) => {
      const found = await findingsOf(nativeChecks, {
        own: own as ServerName,
        setup: setupWith({ settings: inOrder }),
        probe: fakeInternet({
          hosts: { 'example.org': ['9.9.9.1'], 'other.org': ['9.9.9.1'], 'chat.example.org': ['9.9.9.2'] },
          services,
          servers: {
            '9.9.9.1:443': { '/.well-known/matrix/server': document },
            '9.9.9.2:443': { '/_matrix/key/v2/server': json({ server_name: 'example.org' }) },
          },
        }),
      });
      return found.filter(({ status }) => status === 'fail').map(({ id }) => id);
    };
    expect(await led('example.org', json({ 'm.server': 'chat.example.org:443' }))).toEqual([]);
    const record = { '_matrix-fed._tcp.example.org': [service('chat.example.org', 443)] };
    expect(await led('example.org', { status: 404 }, record)).toEqual([]);
    expect(await led('other.org', json({ 'm.server': 'matrix.other.org:443' }))).toEqual([]);
  });

  it('N7', async () => {
    const found = await findingsOf(nativeChecks, {
      setup: setupWith({ settings: inOrder }),
      probe: fakeInternet({ hosts: { 'example.org': ['9.9.9.1'] }, servers: { '9.9.9.1:443': {} } }),
    });
    expect(found.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual(['N7']);
  });
});

it('an entry with a star means the domain and what is below it, one without the end of a name', async () => {
  for (const list of ['*.other.org', 'other.org', 'r.org'])
    expect((await look({ Federation_Service_Allow_List: list })).statuses).not.toHaveProperty('N5');
  expect((await look({ Federation_Service_Allow_List: '*.her.org' })).statuses).toHaveProperty('N5');
});
