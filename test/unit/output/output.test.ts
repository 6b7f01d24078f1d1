import { Writable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { settingsFrom } from '../../../src/cli/settings.ts';
import { closest } from '../../../src/lib/core/closest.ts';
import { type Clock, systemClock } from '../../../src/lib/core/clock.ts';
import { parseDuration } from '../../../src/lib/core/duration.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createProgress, type ProgressMode } from '../../../src/lib/output/progress.ts';
import { createRedactor } from '../../../src/lib/output/redactor.ts';
import { table, tableAsText, tableAsTsv } from '../../../src/lib/output/table.ts';

const names = (...list: string[]) =>
  table(
    [
      { title: 'Name', value: (name: string) => name },
      { title: 'End', value: () => '|' },
    ],
    list,
  );

describe('a table', () => {
  it('stays aligned with wide characters and emoji', () => {
    expect(tableAsText(names('ab', '日本', '👩‍👩‍👧x'))).toBe('NAME  END\nab    |\n日本  |\n👩‍👩‍👧x   |\n');
  });

  it('is cut at the width of the terminal, but never in a pipe', () => {
    const long = names('a'.repeat(100));
    expect(tableAsText(long, 20).split('\n')[1]).toBe(`${'a'.repeat(19)}…`);
    expect(tableAsTsv(long)).toBe(`${'a'.repeat(100)}\t|\n`);
  });

  it('keeps line breaks, tabs and escape sequences of a room name out of the layout', () => {
    expect(tableAsTsv(names('evil\n\troom \u001B[31mred\u001B[0m\u001B]0;title\u0007'))).toBe('evil room red\t|\n');
  });
});

describe('the redactor', () => {
  it('takes the longer of two secrets first, and leaves very short values alone', () => {
    const redactor = createRedactor();
    for (const value of ['secret-1', 'secret-1-and-more', 'a']) redactor.know(new Secret(value));
    expect(redactor.scrub('a secret-1-and-more, a secret-1')).toBe('a [redacted], a [redacted]');
  });

  it('knows a secret with a lone surrogate too', () => {
    const redactor = createRedactor();
    redactor.know(new Secret('secret\uD800'));
    expect(redactor.scrub('secret\uD800')).toBe('[redacted]');
  });
});

describe('progress', () => {
  const run = async (mode: ProgressMode, slow: boolean): Promise<string> => {
    let text = '';
    let wake = (): void => {};
    const clock: Clock = {
      now: () => 0,
      sleep: (ms) => new Promise((resolve) => (wake = () => (expect(ms).toBe(10_000), resolve()))),
    };
    const stderr = { isTTY: false, write: (more: string) => void (text += more) };
    const progress = createProgress({ stderr, mode, clock, scrub: (line) => line });
    await progress.steps([
      {
        title: 'Connect',
        run: async (note) => (
          note('1 of 2'),
          slow ? (wake(), await Promise.resolve(), await Promise.resolve()) : undefined,
          note('2 of 2')
        ),
      },
    ]);
    return text;
  };

  it('is plain lines where there is no terminal', async () => {
    expect(await run('lines', false)).toBe('Connect …\nConnect: 1 of 2\nConnect: 2 of 2\nConnect: done\n');
  });

  it('says after 10 s that it takes longer than usual', async () => {
    expect(await run('lines', true)).toContain('Connect: taking longer than usual\n');
  });

  it('stands still on a terminal while somebody is asked', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let text = '';
    const moves = () => true;
    const raw = Object.assign(
      new Writable({ decodeStrings: false, write: (more: string, _, done) => ((text += more), done()) }),
      {
        isTTY: true,
        columns: 80,
        cursorTo: moves,
        clearLine: moves,
        moveCursor: moves,
      },
    ) as unknown as NodeJS.WriteStream;
    const stderr = { isTTY: true, write: () => {}, raw };
    const progress = createProgress({ stderr, mode: 'live', clock: systemClock, scrub: (line) => line });
    const moved = async (): Promise<string> => {
      text = '';
      await vi.advanceTimersByTimeAsync(1000);
      return text;
    };
    await progress.wait('Looking', async () => {
      expect(await moved()).toContain('Looking');
      expect(await progress.asking(moved)).toBe('');
      expect(await moved()).toContain('Looking');
    });
  });

  it('is silent with --quiet', async () => {
    expect(await run('silent', true)).toBe('');
  });
});

describe('settings', () => {
  const none = {
    json: false,
    quiet: false,
    verbose: false,
    'no-input': false,
    yes: false,
    'no-color': false,
    plain: false,
  };
  const stream = { isTTY: true, write: () => {} };
  const io = { stdin: { isTTY: true, readAll: () => Promise.resolve('') }, stdout: stream, stderr: stream };

  it.each([
    [{}, { plain: false, colour: true, interactive: true }],
    [{ TERM: 'dumb' }, { plain: true, colour: false, interactive: true }],
    [{ NO_COLOR: '1' }, { plain: false, colour: false, interactive: true }],
    [{ NO_COLOR: '' }, { plain: false, colour: true, interactive: true }],
    [{ CI: 'true' }, { plain: false, colour: true, interactive: false }],
    [{ CI: 'false' }, { plain: false, colour: true, interactive: true }],
  ])('follow %j', (env, expected) => {
    expect(settingsFrom(none, { env, io })).toMatchObject(expected);
  });
});

describe('durations', () => {
  it.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['250ms', 250],
  ])('%s', (text, ms) => {
    expect(parseDuration(text, 'timeout')).toBe(ms);
  });
  it.each(['', 'soon', '-1s', '1w', 'Infinity', '9'.repeat(30)])('refuses %j', (text) => {
    expect(() => parseDuration(text, 'timeout')).toThrow('--timeout needs a duration');
  });
});

it('guesses what was meant, but not wildly', () => {
  const known = ['list', 'use', 'add', 'remove', 'show'];
  expect(closest('lst', known)).toEqual(['list']);
  expect(closest('shwo', known)).toEqual(['show']);
  expect(closest('rem', known)).toEqual(['remove']);
  expect(closest('xyz', known)).toEqual([]);
});
