import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LONG_TEXTS } from '../fixtures/long-texts.ts';
import { type BuiltPackage, buildPackage, runProcess } from '../support/built-package.ts';
import { repositoryRoot } from '../support/run-command.ts';

const WITHIN_MS = 120_000;

let built: BuiltPackage;
beforeAll(async () => {
  built = await buildPackage();
});
afterAll(() => built.remove());

/** The line of JSON that ends the output. No number is judged here: this machine may be busy. */
async function bench(...args: string[]): Promise<Record<string, unknown>> {
  const env = { HOME: built.root, RCFED_BENCH_BIN: built.bin };
  const { code, stdout, stderr } = await runProcess(process.execPath, [join(repositoryRoot, 'bench/run.ts'), ...args], {
    env,
  });
  expect(code, stderr).toBe(0);
  const [last = '', ...table] = stdout.trimEnd().split('\n').toReversed();
  expect(table.length).toBeGreaterThan(2);
  return JSON.parse(last) as Record<string, unknown>;
}

describe('the bench', () => {
  test('compares the start with that of bare Node', { timeout: WITHIN_MS }, async () => {
    const ratio = expect.any(Number) as number;
    const result = await bench('startup', '--rounds', '1');
    expect(result).toMatchObject({
      bench: 'startup',
      results: [
        { name: 'node empty.mjs', ratio: 1 },
        { name: 'rcfed --version', ratio },
        { name: 'rcfed --help', ratio },
        { name: 'a usage error', ratio },
      ],
    });
  });

  test('compares what long texts cost with what short ones do', { timeout: WITHIN_MS }, async () => {
    const { results } = (await bench('growth', '--rounds', '1')) as { results: { work: string; growth: number }[] };
    expect(new Set(results.map(({ work }) => work))).toEqual(new Set(Object.keys(LONG_TEXTS)));
    for (const { growth } of results) expect(growth).toEqual(expect.any(Number));
  });

  test('compares the bridge with a bare forwarder, both ways', { timeout: WITHIN_MS }, async () => {
    const measured = { perSecond: expect.any(Number) as number, p50: expect.any(Number) as number };
    const way = { bridge: measured, forwarder: measured, addedP50: expect.any(Number) as number };
    expect(await bench('relay', '--messages', '20', '--rounds', '1')).toMatchObject({
      bench: 'relay',
      homeserver: 'sandbox',
      results: [
        { ...way, way: 'toMatrix' },
        { ...way, way: 'toWorkspace' },
      ],
    });
  });

  test("shows the bridge's memory at each tenth", { timeout: WITHIN_MS }, async () => {
    const { steps } = (await bench('memory', '--messages', '20')) as { steps: { messages: number; mb: number }[] };
    expect(steps.map(({ messages }) => messages)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    for (const { mb } of steps) expect(mb).toBeGreaterThan(10);
  });

  test('says what it can do', async () => {
    const { code, stderr } = await runProcess(process.execPath, [join(repositoryRoot, 'bench/run.ts')]);
    expect(code).toBe(2);
    expect(stderr).toContain('startup | growth | relay');
  });
});
