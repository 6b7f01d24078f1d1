import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DiagnoseParts } from '../../../src/lib/diagnose/context.ts';
import { machineChecks } from '../../../src/lib/diagnose/checks/machine.ts';
import { repairAll } from '../../../src/lib/diagnose/repair.ts';
import { diagnoseParts, findingsOf, noProbe } from '../../support/diagnose-parts.ts';
import { expectPrinted } from '../../support/expect-printed.ts';
import { adminProfile, setupWith } from '../../support/fake-workspace.ts';

const MINUTE_MS = 60_000;
const nodeOf = (node: string): Pick<DiagnoseParts, 'machine'> => ({
  machine: { ...diagnoseParts().machine, node, engines: '^22.22.2 || ^24.15.0 || >=26' },
});

async function look(given: Partial<DiagnoseParts>) {
  const found = await findingsOf(machineChecks, { setup: setupWith(), ...given });
  expectPrinted(found);
  const wrong = found.filter(({ status }) => status !== 'pass' && status !== 'skip');
  return { statuses: Object.fromEntries(wrong.map(({ id, status }) => [id, status])), wrong };
}

it('a machine that is as it should be has nothing to say', async () => {
  expect((await look({})).statuses).toEqual({});
});

describe('one thing is wrong, and that alone is told', () => {
  const timeAt = (off: number) => setupWith({ info: async () => ({ version: '8.8', serverTime: Date.now() + off }) });
  const incomplete = { ...adminProfile, registration: { path: undefined, asToken: undefined, hsToken: undefined } };
  const inside = { ...adminProfile, workspace: { ...adminProfile.workspace, url: 'http://rocketchat:3000' } };
  const newer = noProbe({
    addresses: async () => [{ address: '9.9.9.9', family: 4 }],
    ask: async () => ({ status: 200, headers: {}, body: '{"version":"1.1.0"}', cut: false, durationMs: 1 }),
  });
  const cases: readonly [string, Partial<DiagnoseParts>, Record<string, string>][] = [
    ['L1', nodeOf('v22.1.0'), { L1: 'fail' }],
    ['L3', { setup: setupWith({}, incomplete) }, { L3: 'fail' }],
    ['L4', { setup: timeAt(2 * MINUTE_MS) }, { L4: 'warn' }],
    ['L4', { setup: timeAt(-10 * MINUTE_MS) }, { L4: 'fail' }],
    ['L5', { env: { HTTPS_PROXY: 'http://one', https_proxy: 'http://two' } }, { L5: 'warn' }],
    ['L5', { env: { HTTPS_PROXY: 'socks://one' } }, { L5: 'warn' }],
    ['L5', { env: { HTTP_PROXY: 'http://proxy:3128' }, setup: setupWith({}, inside) }, { L5: 'warn' }],
    ['L6', { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }, { L6: 'fail' }],
    ['L6', { env: { NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' } }, { L6: 'fail' }],
    [
      'L7',
      { probe: newer, options: { deep: false, external: false, updates: true, allowPrivate: false } },
      { L7: 'info' },
    ],
  ];
  it.each(cases)('%s', async (_, given, expected) => {
    const { statuses, wrong } = await look(given);
    expect(statuses).toEqual(expected);
    expect(wrong[0]?.cure?.text ?? '').not.toBe('');
  });
});

it('what is left out of the proxy already stays so', async () => {
  const inside = { ...adminProfile, workspace: { ...adminProfile.workspace, url: 'http://rocketchat:3000' } };
  const env = { HTTP_PROXY: 'http://proxy:3128', no_proxy: 'db' };
  const { wrong } = await look({ env, setup: setupWith({}, inside) });
  expect(wrong.map(({ cure }) => cure?.commands)).toEqual([['export no_proxy=db,rocketchat']]);
});

it('newer versions of Node count as made for', async () => {
  for (const node of ['v22.22.2', 'v22.30.0', 'v24.15.0', 'v26.0.0', 'v28.1.0'])
    expect((await look(nodeOf(node))).statuses).toEqual({});
  for (const node of ['v22.22.1', 'v23.9.0', 'v24.14.9', 'v25.0.0'])
    expect((await look(nodeOf(node))).statuses).toEqual({ L1: 'fail' });
});

it('a key that others can read is shut away, once somebody agrees', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rcfed-checks-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'the key');
  await writeFile(file, 'secret');
  await chmod(file, 0o644);
  const setup = { ...setupWith(), files: [file, join(folder, 'not-there')] };
  const { statuses, wrong } = await look({ setup });
  expect(statuses).toEqual({ L2: 'fail' });
  expect(await repairAll(wrong, async () => false)).toEqual([]);
  const shown: string[] = [];
  await repairAll(wrong, async (repair) => shown.push(repair.shown) > 0);
  expect(shown).toEqual([`chmod 600 '${file}'`]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await look({ setup })).statuses).toEqual({});
});
