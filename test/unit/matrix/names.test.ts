import fc from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import type { MatrixUserId } from '../../../src/lib/core/ids.ts';
import { cleanName } from '../../../src/lib/matrix/clean-name.ts';
import { ghostDisplayName } from '../../../src/lib/matrix/ghost-name.ts';
import { createLocalNames } from '../../../src/lib/matrix/look-alike.ts';
import { puppetDisplayName } from '../../../src/lib/matrix/puppet-name.ts';
import { LONG_TEXTS, longText } from '../../fixtures/long-texts.ts';

const mallory = '@mallory:evil.example' as MatrixUserId;
const FORGING = [
  ['(', ')', '（', '）', '❨', '﴾', '⁽', '@', '＠', '<', '/', '%', '%3C', '%2f', ' ', ' (example.org)', '@all'],
  ['\u202e', '\u2066', '\u200b', '\u200d', '\u200c', '\0', '\n', '\t', '\u0301', '\u3164', '\ud800'],
  ['👩‍🚀', 'a', 'я'],
].flat();
const hostile = fc.constantFrom(...FORGING);
/** Texts made of what names are forged with, and any others. */
const anyName = fc.oneof(
  fc.array(hostile, { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const RUNS = { numRuns: 10_000 };
/** Nothing that can't be seen or that turns the text around; joiners only between two others. */
const UNSEEN =
  /[\p{Cc}\p{Co}\p{Cs}\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u3164]|^[\u200c\u200d]|[\u200c\u200d]$/u;

/** As `validateNameChars` of Rocket.Chat has it. */
function isTaken(name: string): boolean {
  try {
    return !/[<>\\/]/.test(name) && !/[<>\\/]/.test(decodeURI(name));
  } catch {
    return false;
  }
}

describe('a name that somebody else chose', () => {
  it('is cleaned to at most its length, on one line, with nothing unseen, and no handle', () => {
    fc.assert(
      fc.property(anyName, fc.integer({ min: 1, max: 120 }), (text, length) => {
        const name = cleanName(text, length);
        expect([...name].length).toBeLessThanOrEqual(length);
        expect(name).not.toMatch(UNSEEN);
        expect(name).not.toMatch(/\s\s|^\s|\s$|[\n\r\t]|\p{M}{5}/u);
        expect(name).not.toMatch(/(^|\s)[@＠]/u);
        expect(name.isWellFormed()).toBe(true);
      }),
      RUNS,
    );
  });

  it('stays what it is when it is cleaned again', () => {
    fc.assert(
      fc.property(anyName, fc.integer({ min: 1, max: 120 }), (text, length) => {
        const name = cleanName(text, length);
        expect(cleanName(name, length)).toBe(name);
      }),
      RUNS,
    );
  });

  // Whose cost is not proportional to the length does not end in the time of a test; how it grows is benched.
  it.each(LONG_TEXTS.name)('of %j again and again is cut', (piece) => {
    expect([...cleanName(longText(piece, 2_000_000), 100)].length).toBeLessThanOrEqual(100);
  });

  it('of an ordinary person stays as they write it', () => {
    for (const name of ['Ana-María O’Neill', 'می‌خواهم', 'Зоя', '山田 太郎', '👩‍🚀 Ada', 'bob@corp.example', 'Ṩ̣̈'])
      expect(cleanName(name, 120)).toBe(name);
  });
});

describe('the name of a ghost', () => {
  it.each([
    ['Bob', 'bob', 'Bob'],
    ['  Bob\n\tBuilder ', 'bob', 'Bob Builder'],
    ['\u202eboB', 'bob', 'boB'],
    ['@room', 'bob', 'room'],
    ['\u200b\u3164', 'bob', 'bob'],
    ['', 'bob', 'bob'],
    ['🎉', 'bob', '🎉'],
    ['\u200b', '\u200b', 'somebody'],
  ])('of %j, with the username %j, is %j', (name, username, shown) =>
    expect(ghostDisplayName(name, username)).toBe(shown),
  );

  it('is never empty, and short enough for any homeserver', () => {
    fc.assert(
      fc.property(anyName, anyName, (name, username) => {
        const shown = ghostDisplayName(name, username);
        expect(shown.trim()).not.toBe('');
        expect([...shown].length).toBeLessThanOrEqual(256);
        expect(ghostDisplayName(shown, username)).toBe(shown);
      }),
      RUNS,
    );
  });
});

describe('where a puppet says it is from', () => {
  const shown = (displayName: string): string => puppetDisplayName({ userId: mallory, displayName });

  it.each([
    ['Bob (example.org)', 'Bob [example.org] (evil.example)'],
    ['Bob （example.org）', 'Bob [example.org] (evil.example)'],
    ['Alice (she/her)', 'Alice [she her] (evil.example)'],
    ['Bob (example.org)\u202e', 'Bob [example.org] (evil.example)'],
    ['@all', 'all (evil.example)'],
    ['100 %', '100 ％ (evil.example)'],
    ['%3Cb%3E', '％3Cb％3E (evil.example)'],
    ['50%20', '50%20 (evil.example)'],
    ['\u200b', 'mallory (evil.example)'],
    ['🎉', '🎉 (evil.example)'],
  ])('%j is shown as %j', (name, expected) => expect(shown(name)).toBe(expected));

  it('can’t be forged by any name, and Rocket.Chat takes them all', () => {
    fc.assert(
      fc.property(anyName, (displayName) => {
        const name = shown(displayName);
        expect(name.endsWith(' (evil.example)')).toBe(true);
        expect(name.slice(0, -' (evil.example)'.length)).not.toMatch(/[()（）❨❩﴾﴿⁽⁾₍₎]/u);
        expect(name.length).toBeGreaterThan(' (evil.example)'.length);
        expect([...name].length).toBeLessThanOrEqual(140);
        expect(name).not.toMatch(UNSEEN);
        expect(isTaken(name)).toBe(true);
      }),
      RUNS,
    );
  });

  it('is cut, of 10,000 characters, before the server’s name', () => {
    expect(shown('x'.repeat(10_000))).toMatch(/^x{50,110} \(evil\.example\)$/);
  });
});

describe('a name that looks like a colleague’s', () => {
  const names = createLocalNames();
  names.know([
    { username: 'bob.smith', name: 'Bob Smith' },
    { username: 'anna', name: 'Άννα Παππά' },
    { username: 'zoya', name: 'Зоя Вернадская' },
  ]);

  it.each([
    'Bob Smith',
    'bob smith',
    ' BOB  SMITH ',
    'BobSmith',
    'B0b Smith',
    'Воb Ѕmіth',
    'ＢＯＢ ＳＭＩＴＨ',
    '𝓑𝓸𝓫 𝓢𝓶𝓲𝓽𝓱',
    'Ⓑob Smith',
    'Bób Smíth',
    'Bob Srnith',
    'bob_smith',
    'Anna',
    'ΑΝΝΑ ΠΑΠΠΑ',
    'Άννα Παππά',
    'Зоя Вернадская',
    '3оя'.replace('3', 'З') + ' Вернадская',
  ])('%s does', (name) => expect(names.looksLocal(name)).toBe(true));

  it.each(['Bob', 'Smith', 'Bob Smithers', 'Zoe', '', '🎉', '...'])('%j doesn’t', (name) =>
    expect(names.looksLocal(name)).toBe(false),
  );

  it('shows the whole Matrix id', () => {
    const { looksLocal } = names;
    expect(puppetDisplayName({ userId: mallory, displayName: 'Воb Smith' }, { looksLocal })).toBe(
      'Воb Smith (@mallory:evil.example)',
    );
    expect(
      puppetDisplayName({ userId: '@anna:a.example' as MatrixUserId, displayName: undefined }, { looksLocal }),
    ).toBe('anna (@anna:a.example)');
  });

  it('is forgotten with the colleague', () => {
    const few = createLocalNames();
    expect(few.looksLocal('Bob')).toBe(false);
    few.know([{ username: 'bob', name: 'Bob' }]);
    expect(few.looksLocal('Bob')).toBe(true);
    few.know([]);
    expect(few.looksLocal('Bob')).toBe(false);
  });

  it('is told for any text, and however it is written', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const one = createLocalNames();
        one.know([{ username: 'x', name }]);
        const visible = /[\p{L}\p{N}\p{S}]/u.test(name.toWellFormed().normalize('NFKD'));
        if (visible) expect(one.looksLocal(name)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
