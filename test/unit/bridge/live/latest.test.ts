import { expect, test } from 'vitest';
import { createLatest } from '../../../../src/lib/bridge/live/latest.ts';
import type { Clock } from '../../../../src/lib/core/clock.ts';

/** Sleepers wake when told to. */
function handClock(): { clock: Clock; wake: () => Promise<void> } {
  const sleepers: (() => void)[] = [];
  const clock: Clock = { now: () => 0, sleep: () => new Promise((resolve) => void sleepers.push(resolve)) };
  const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  return {
    clock,
    async wake() {
      await settled();
      for (const resolve of sleepers.splice(0)) resolve();
      await settled();
    },
  };
}

function latestOf(limit = 10) {
  const { clock, wake } = handClock();
  const acted: string[] = [];
  const failed: unknown[] = [];
  const stopping = new AbortController();
  const act = async (value: string): Promise<void> => {
    acted.push(value);
    if (value === 'bad') throw new Error('refused');
  };
  const common = { clock, signal: stopping.signal, everyMs: 1_000, limit };
  const say = createLatest<string>({ ...common, act, failed: (error) => failed.push(error) });
  return { say, wake, acted, failed, stopping };
}

test('the first value counts at once, and of those that follow soon only the last', async () => {
  const { say, wake, acted } = latestOf();
  for (const value of ['one', 'two', 'three']) say('alice', value);
  expect(acted).toEqual(['one']);
  await wake();
  expect(acted).toEqual(['one', 'three']);
  await wake();
  say('alice', 'four');
  expect(acted).toEqual(['one', 'three', 'four']);
});

test('one waits for no other, and one too many is left out', () => {
  const { say, acted } = latestOf(2);
  for (const key of ['alice', 'bob', 'carol']) say(key, key);
  expect(acted).toEqual(['alice', 'bob']);
});

test('a failure is told, and the next value goes on', async () => {
  const { say, wake, acted, failed } = latestOf();
  say('alice', 'bad');
  say('alice', 'good');
  await wake();
  expect(failed).toEqual([new Error('refused')]);
  expect(acted).toEqual(['bad', 'good']);
});

test('after the end nothing more is done', async () => {
  const { say, wake, acted, stopping } = latestOf();
  say('alice', 'one');
  say('alice', 'two');
  stopping.abort();
  await wake();
  expect(acted).toEqual(['one']);
});
