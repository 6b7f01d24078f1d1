import { describe, expect, it } from 'vitest';
import { dispositionFileName } from '../../../src/lib/matrix/content-disposition.ts';

describe('a file name in a header', () => {
  it.each([
    ['attachment', undefined],
    ['', undefined],
    ['attachment; filename=a.txt', 'a.txt'],
    ['inline; FileName="a b.txt"', 'a b.txt'],
    [String.raw`attachment; filename="a \"b\" \\ c.txt"`, 'a "b" \\ c.txt'],
    ["attachment; filename*=utf-8''%C3%A4%20b.txt", 'ä b.txt'],
    ["attachment; filename=x.txt; filename*=UTF-8'en'%E2%82%AC.txt", '€.txt'],
    ["attachment; filename*=utf-8''%E2%82%AC.txt; filename=x.txt", '€.txt'],
    ["attachment; filename*=utf-8''%FF; filename=x.txt", 'x.txt'],
    ["attachment; filename*=iso-8859-1''%E4.txt", undefined],
    ['attachment; filename=""', undefined],
    ['attachment; filename="never closed', undefined],
    ['attachment; x="; filename=evil"; filename=good', 'good'],
  ])('%j is %j', (header, expected) => {
    expect(dispositionFileName(header)).toBe(expected);
  });
});
