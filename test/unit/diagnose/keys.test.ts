import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import type { DiagnoseParts } from '../../../src/lib/diagnose/context.ts';
import { keyChecks } from '../../../src/lib/diagnose/checks/keys.ts';
import { canonicalJson } from '../../../src/lib/diagnose/facts/canonical-json.ts';
import { seenKeysIn } from '../../../src/lib/diagnose/seen-keys.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { findingsOf } from '../../support/diagnose-parts.ts';
import { expectPrinted } from '../../support/expect-printed.ts';
import { fakeInternet, json } from '../../support/fake-internet.ts';
import { keyDocument, signingKey } from '../../support/signed-keys.ts';

const NAME = 'example.org';
const KEYS = '/_matrix/key/v2/server';
const HOUR_MS = 60 * 60 * 1000;
const key = signingKey();
const healthy = keyDocument(NAME, [key]);

async function look(first: object, second?: object, given: Partial<DiagnoseParts> = {}) {
  const found = await findingsOf(keyChecks, {
    own: NAME as ServerName,
    probe: fakeInternet({
      hosts: {
        [NAME]: ['9.9.9.1', ...(second === undefined ? [] : ['9.9.9.2'])],
        'matrix-federation.matrix.org': ['9.9.9.9'],
      },
      servers: {
        '9.9.9.1:8448': { [KEYS]: first },
        ...(second === undefined ? {} : { '9.9.9.2:8448': { [KEYS]: second } }),
        '9.9.9.9:443': {
          [`/_matrix/key/v2/query/${NAME}`]: json({ server_keys: [keyDocument(NAME, [signingKey()])] }),
        },
      },
    }),
    ...given,
  });
  expectPrinted(found);
  const wrong = found.filter(({ status }) => status !== 'pass' && status !== 'skip');
  return {
    statuses: Object.fromEntries(wrong.map(({ id, status }) => [id, status])),
    details: wrong.map(({ detail }) => detail).join('\n'),
  };
}

it('keys that are as they should be have nothing to say', async () => {
  expect((await look(json(healthy))).statuses).toEqual({});
});

it('keys of two servers that are looked at at once are both remembered, and compared at the next run', async () => {
  const folder = await temporaryFolder();
  const [own, other] = [NAME as ServerName, 'other.org' as ServerName];
  const first = seenKeysIn(folder);
  await Promise.all([first.remember(own, new Map([['a', '1']])), first.remember(other, new Map([['a', '2']]))]);
  const second = seenKeysIn(folder);
  expect((await second.keys(own))?.get('a')).toBe('1');
  expect((await second.keys(other))?.get('a')).toBe('2');
  await second.remember(own, new Map([['a', 'changed']]));
  expect(
    (await second.keys(own))?.get('a'),
    'a second look of the same run, as after --fix, sees the change as well',
  ).toBe('1');
  expect((await seenKeysIn(folder).keys(own))?.get('a')).toBe('changed');
  const nowhere = seenKeysIn(join(folder, 'server-keys.json', 'below-a-file'));
  await nowhere.remember(own, new Map([['a', '1']]));
  expect(await nowhere.keys(own)).toBeUndefined();
});

describe('one thing is wrong, and that alone is told', () => {
  const other = signingKey();
  const cases: readonly [string, object, Record<string, string>, RegExp][] = [
    ['K1', { status: 404, body: '<html>' }, { K1: 'fail' }, /404, a web page/],
    ['K1', { status: 502, body: '<html>' }, { K1: 'fail' }, /502, a web page/],
    ['K1', { ...json(healthy), headers: { 'content-type': 'text/html' } }, { K1: 'warn' }, /text\/html/],
    ['K2', json(keyDocument('other.org', [key])), { K2: 'fail' }, /calls itself "other.org"/],
    ['K3', json(keyDocument(NAME, [key], { valid_until_ts: Date.now() - 1 })), { K3: 'fail' }, /were valid until/],
    [
      'K3',
      json(keyDocument(NAME, [key], { valid_until_ts: Date.now() + HOUR_MS / 2 })),
      { K3: 'warn' },
      /minutes more/,
    ],
    ['K3', json(keyDocument(NAME, [key], { valid_until_ts: -1e300 })), { K3: 'fail' }, /does not say until when/],
    ['K4', json(keyDocument(NAME, [])), { K4: 'fail' }, /no key/],
    ['K4', json(keyDocument(NAME, [{ ...key, id: 'ed25519:a-b' }])), { K4: 'fail' }, /a-b/],
    ['K5', json({ ...healthy, extra: 'added by a proxy' }), { K5: 'fail' }, /wrong or missing/],
    ['K5', json({ ...healthy, signatures: {} }), { K5: 'fail' }, /wrong or missing/],
    [
      'K6',
      json(keyDocument(NAME, [key], { old_verify_keys: { [key.id]: { key: key.published, expired_ts: 1 } } })),
      { K6: 'warn' },
      /in use as well/,
    ],
    [
      'K6',
      json(
        keyDocument(NAME, [key], {
          old_verify_keys: { 'ed25519:old': { key: other.published, expired_ts: Date.now() + HOUR_MS } },
        }),
      ),
      { K6: 'warn' },
      /has not ended/,
    ],
  ];
  it.each(cases)('%s', async (_, answer, expected, detail) => {
    const { statuses, details } = await look(answer);
    expect(statuses).toEqual(expected);
    expect(details).toMatch(detail);
  });

  it('K7', async () => {
    const { statuses } = await look(json(healthy), json(keyDocument(NAME, [other])));
    expect(statuses).toEqual({ K7: 'fail' });
    expect((await look(json(healthy), json(healthy))).statuses).toEqual({});
  });

  it('K8', async () => {
    const remembered = new Map([[key.id, other.published]]);
    const seen = { keys: () => Promise.resolve(remembered), remember: () => Promise.resolve() };
    expect((await look(json(healthy), undefined, { seen })).statuses).toEqual({ K8: 'fail' });
    remembered.set(key.id, key.published);
    expect((await look(json(healthy), undefined, { seen })).statuses).toEqual({});
  });

  it('K9', async () => {
    const options = { deep: false, external: true, updates: false, allowPrivate: true };
    expect((await look(json(healthy), undefined, { options })).statuses).toEqual({ K9: 'warn' });
  });
});

it('what is signed is written as the specification says', () => {
  const value = { b: [1, 'é', null], a: { '\u{1F600}': true, '\uFF5E': false }, u: undefined };
  expect(canonicalJson(value)).toBe('{"a":{"\uFF5E":false,"\u{1F600}":true},"b":[1,"é",null]}');
});
