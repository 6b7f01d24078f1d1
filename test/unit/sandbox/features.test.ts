import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { features } from '../../../src/sandbox/features/all.ts';
import { expectEmpty, expectLike } from '../../../src/sandbox/features/expect.ts';
import { feature, nameOf, nothing } from '../../../src/sandbox/features/feature.ts';
import { runFeatures } from '../../../src/sandbox/features/run-features.ts';
import { sharedRead } from '../../../src/sandbox/features/shared-read.ts';
import type { FeatureStage } from '../../../src/sandbox/features/stage.ts';
import { startFeatureStage } from '../../support/feature-stage.ts';

describe('the table of features', () => {
  test('names each row once, in one line of words', () => {
    const names = features.map(nameOf);
    expect(names).toEqual([...new Set(names)]);
    for (const { feature: name, says, limits } of features) {
      expect([name, says].join('\n')).toMatch(/^[a-z][^\n]*\n[^\n]{10,}$/);
      expect(limits).not.toContain('\n');
    }
  });
});

describe('a row', () => {
  let stage: FeatureStage;
  const { signal } = new AbortController();
  beforeAll(async () => {
    stage = await startFeatureStage('sandbox');
  });
  afterAll(() => stage.strike());
  const says = 'something that never mattered';

  test('that goes wrong says why, and the others are played all the same', async () => {
    const common = { direction: 'to Matrix', says, prepare: nothing } as const;
    const results = await runFeatures(
      stage,
      [
        feature({
          ...common,
          feature: 'never seen',
          change: nothing,
          shown: async ({ matrix, mark }) => `never ${(await matrix.saying(mark)).id}`,
        }),
        feature({
          ...common,
          feature: 'never settled',
          prepare: () => Promise.reject(new Error('it does\n not settle')),
          change: nothing,
          shown: () => Promise.resolve('never'),
        }),
        feature({
          ...common,
          feature: 'seen',
          change: ({ bobSays, mark }) => bobSays(mark),
          shown: async ({ matrix, mark }) => `by ${(await matrix.saying(mark)).sender}`,
        }),
      ],
      { signal, withinMs: 3_000 },
    );
    expect(results).toEqual([
      { feature: 'never seen', direction: 'to Matrix', ok: false, detail: expect.stringMatching(/is not on Matrix$/) },
      { feature: 'never settled', direction: 'to Matrix', ok: false, detail: 'it does not settle' },
      { feature: 'seen', direction: 'to Matrix', ok: true, detail: 'by @rc_bob:sandbox.test' },
    ]);
  });

  test('whose reader gets a thing twice goes wrong, even if it does not look for that', async () => {
    const twice = feature({
      feature: 'twice',
      direction: 'to Rocket.Chat',
      says,
      prepare: nothing,
      async change({ aliceSays, mark }) {
        await aliceSays(mark);
        await aliceSays(mark);
      },
      async shown({ workspace, mark }) {
        const count = (await workspace.messages()).filter(({ text }) => text === mark).length;
        expectLike(count >= 2, true, 'whether both are there');
        return 'all is well';
      },
    });
    const [result] = await runFeatures(stage, [twice], { signal });
    expect(result).toMatchObject({ ok: false, detail: expect.stringMatching(/^This is there twice: /) });
  });
});

describe('what is seen', () => {
  test.each([
    [{ a: { b: 1, more: 2 } }, { a: { b: 1 } }],
    [
      ['one', 'two'],
      [/^o/, 'two'],
    ],
    [{ a: 1 }, { a: 1, gone: undefined }],
  ])('may have more than is expected of it: %j', (actual, expected) => {
    expectLike(actual, expected, 'it');
  });

  test.each([
    [{ a: { b: 1 } }, { a: { b: 2 } }, 'it.a.b is 1 instead of 2'],
    [{ a: 1 }, { a: undefined }, 'it.a is 1 instead of nothing'],
    [['one', 'two'], ['one'], 'it is ["one","two"] instead of ["one"]'],
    [['one'], [/^t/], 'it[0] is "one" instead of /^t/'],
    [undefined, { a: 1 }, 'it is nothing instead of {"a":1}'],
    ['text', { length: 4 }, 'it is "text" instead of {"length":4}'],
  ])('must not differ: %j', (actual, expected, message) => {
    expect(() => expectLike(actual, expected, 'it')).toThrow(new Error(message));
  });

  test('is empty only without keys', () => {
    expectEmpty({}, 'it');
    expect(() => expectEmpty({ a: 1 }, 'it')).toThrow('it is {"a":1} instead of {}');
    expect(() => expectEmpty(undefined, 'it')).toThrow('it is nothing instead of {}');
  });
});

test('a reading that is shared began after everybody who gets it asked', async () => {
  let reads = 0;
  const turns: (() => void)[] = [];
  const read = sharedRead(async () => {
    reads += 1;
    const number = reads;
    await new Promise<void>((resolve) => turns.push(resolve));
    if (number === 2) throw new Error('the second fails');
    return number;
  });
  const first = read();
  await expect.poll(() => turns.length).toBe(1);
  const [second, third] = [read(), read()];
  turns[0]?.();
  expect(await first).toBe(1);
  await expect.poll(() => turns.length).toBe(2);
  turns[1]?.();
  await expect(second).rejects.toThrow('the second fails');
  await expect(third).rejects.toThrow('the second fails');
  const fourth = read();
  await expect.poll(() => turns.length).toBe(3);
  turns[2]?.();
  expect(await fourth).toBe(3);
});
