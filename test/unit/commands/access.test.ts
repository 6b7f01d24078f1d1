import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;

beforeAll(async () => {
  lab = await startBridgeLab();
});
afterAll(() => lab.stop());

const run = async (...argv: string[]) => {
  const ended = await lab.run(['federation', 'access', ...argv, '--json']);
  expectSchema(ended.json());
  return { exit: ended.exitCode, ...ended.json<{ data: Record<string, unknown>; error?: { code: string } }>() };
};

it('rules are made, listed, tried and taken back, each once, without a running bridge', async () => {
  expect(await run('block', '*.Bad.org')).toMatchObject({ exit: 0, data: { pattern: '*.bad.org', changed: true } });
  expect(await run('block', '*.bad.org')).toMatchObject({ exit: 0, data: { changed: false } });
  expect(await run('allow', 'good.org')).toMatchObject({ exit: 0, data: { changed: true } });
  expect(await run('list')).toMatchObject({
    data: { own: 'lab.test', allow: ['good.org'], block: ['*.bad.org'], synapse: null },
  });
  const { data } = await run('list', '--synapse');
  expect(data['synapse']).toContain('federation_domain_whitelist:\n  - "lab.test"\n  - "good.org"');
  expect(await run('check', 'good.org')).toMatchObject({ exit: 0, data: { allowed: true, rule: 'good.org' } });
  expect(await run('check', '@eve:a.bad.org')).toMatchObject({ exit: 4, error: { code: 'RCFED_SERVER_BLOCKED' } });
  expect(await run('check', 'elsewhere.org')).toMatchObject({ exit: 4, data: { why: 'not on the allow list' } });
  expect(await run('remove', 'good.org')).toMatchObject({ exit: 0, data: { allow: [], changed: true } });
  expect(await run('remove', 'good.org')).toMatchObject({ exit: 0, data: { changed: false } });
});

it('what is no pattern is refused with its cure', async () => {
  expect(await run('block', '*')).toMatchObject({ exit: 2, error: { code: 'RCFED_ACCESS_PATTERN' } });
  expect(await run('block', 'lab.test')).toMatchObject({ exit: 2, error: { code: 'RCFED_ACCESS_PATTERN' } });
  expect(await run('check', 'no name')).toMatchObject({ exit: 2, error: { code: 'RCFED_SERVER_NAME_INVALID' } });
});

it('people read it as a sentence', async () => {
  const { stdout } = await lab.run(['federation', 'access', 'check', 'a.bad.org']);
  expect(stdout).toBe('a.bad.org is kept out: *.bad.org is blocked.\n');
});
