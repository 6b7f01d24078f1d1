import { expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/core/clock.ts';
import { DeadlinePassed, withDeadline } from '../../../src/lib/core/deadline.ts';

const clock = systemClock;
const never = (): Promise<never> => new Promise(() => {});

test('work in time gives its result, and leaves no timer behind', async () => {
  const timers: AbortSignal[] = [];
  const watched = {
    now: () => clock.now(),
    sleep(ms: number, signal?: AbortSignal) {
      if (signal) timers.push(signal);
      return clock.sleep(ms, signal);
    },
  };
  expect(await withDeadline({ clock: watched, ms: 60_000 }, async () => 'done')).toBe('done');
  await expect(withDeadline({ clock: watched, ms: 60_000 }, () => Promise.reject(new Error('own')))).rejects.toThrow(
    'own',
  );
  expect(timers.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('work that never settles is given up, and told', async () => {
  let told: unknown;
  const work = withDeadline({ clock, ms: 5 }, (signal) => {
    signal.addEventListener('abort', () => (told = signal.reason));
    return never();
  });
  await expect(work).rejects.toBeInstanceOf(DeadlinePassed);
  expect(told).toBeInstanceOf(DeadlinePassed);
});

test('progress gives more time', async () => {
  const result = await withDeadline({ clock, ms: 60 }, async (_signal, extend) => {
    for (let step = 0; step < 8; step += 1) {
      await clock.sleep(15);
      extend();
    }
    return 'slow';
  });
  expect(result).toBe('slow');
});

test('work is called off by its signal, before it starts or later', async () => {
  const off = new AbortController();
  const work = withDeadline({ clock, ms: 60_000, signal: off.signal }, never);
  off.abort(new Error('stopped'));
  await expect(work).rejects.toThrow('stopped');
  let begun = false;
  const late = withDeadline({ clock, ms: 60_000, signal: off.signal }, async () => (begun = true));
  await expect(late).rejects.toThrow('stopped');
  expect(begun).toBe(false);
});
