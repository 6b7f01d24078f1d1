import fc from '../../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { cleanFileName } from '../../../../src/lib/bridge/files/file-name.ts';

describe('the name of a file', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['  two  words .txt', 'two words .txt'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\photo.png', 'photo.png'],
    ['a/b/', 'file'],
    ['..', 'file'],
    ['...', 'file'],
    ['.bashrc', '.bashrc'],
    ['name.', 'name'],
    ['', 'file'],
    [undefined, 'file'],
    ['line\nbreak\u0000\u007f.txt', 'linebreak.txt'],
    ['annexe\u202efdp.exe', 'annexefdp.exe'],
    ['\u2066hidden\u2069\ufeff.png', 'hidden.png'],
    ['تقرير المبيعات ٢٠٢٤.pdf', 'تقرير المبيعات ٢٠٢٤.pdf'],
    ['می\u200cخواهم.txt', 'می\u200cخواهم.txt'],
    ['報告書.docx', '報告書.docx'],
    ['👩\u200d👩\u200d👧.png', '👩\u200d👩\u200d👧.png'],
    ['half \ud83d.png', 'half \ufffd.png'],
    ['e\u0301te\u0301.txt', '\u00e9t\u00e9.txt'],
    ['a:b*c?"<>|.txt', 'a:b*c?"<>|.txt'],
  ])('%j becomes %j', (name, expected) => {
    expect(cleanFileName(name)).toBe(expected);
  });

  it('of nothing has the extension of its type', () => {
    expect(cleanFileName(undefined, 'image/jpeg; q=1')).toBe('file.jpg');
    expect(cleanFileName('/', 'application/x-unheard-of')).toBe('file');
  });

  it('that is too long loses the end of its stem, never its extension nor half a character', () => {
    const long = cleanFileName(`${'ä'.repeat(300)}.jpeg`);
    expect(long).toBe(`${'ä'.repeat(125)}.jpeg`);
    const family = '👩\u200d👩\u200d👧';
    expect(cleanFileName(`${family.repeat(40)}.png`)).toBe(`${family.repeat(13)}.png`);
    expect(Buffer.byteLength(cleanFileName('x'.repeat(10_000)))).toBe(255);
  });

  it('is whatever it was made of safe, and stays as it is when cleaned again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const cleaned = cleanFileName(name);
        expect(cleaned).not.toMatch(/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(cleaned).not.toMatch(/^\.*$/);
        expect(Buffer.byteLength(cleaned)).toBeLessThanOrEqual(255);
        expect(cleanFileName(cleaned)).toBe(cleaned);
      }),
      { numRuns: 3000 },
    );
  });
});
