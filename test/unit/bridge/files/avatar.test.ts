import { describe, expect, test } from 'vitest';
import { asAvatar } from '../../../../src/lib/bridge/files/avatar.ts';
import { picture } from '../../../../src/sandbox/features/sample-media.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('a picture of a person', () => {
  test.each([
    ['a PNG', picture(1, 1), 'image/png', 'image/png'],
    ['a JPEG', bytes('\xff\xd8\xff\xe0 more'), 'image/jpeg', 'image/jpeg'],
    ['a GIF', bytes('GIF89a more'), 'image/gif', 'image/gif'],
    ['a WebP', bytes('RIFF1234WEBPVP8 '), 'image/webp', 'image/webp'],
    ['one that is called another image', picture(1, 1), 'IMAGE/JPEG; charset=x', 'image/png'],
  ])('%s is one', (_what, content, contentType, type) => {
    expect(asAvatar({ bytes: content, contentType })).toEqual({ bytes: content, contentType: type });
  });

  test.each([
    ['an SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
    ['a PNG that is called SVG', picture(1, 1), 'image/svg+xml'],
    ['an SVG that is called PNG', bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/png'],
    ['a page', bytes('<html></html>'), 'image/png'],
    ['a PNG that is called a page', picture(1, 1), 'text/html'],
    ['nothing', bytes(''), 'image/png'],
    ['the first bytes of a PNG', bytes('\x89PNG'), 'image/png'],
    ['sound', bytes('RIFF1234WAVEfmt '), 'image/webp'],
  ])('%s is none', (_what, content, contentType) => {
    expect(asAvatar({ bytes: content, contentType })).toBeUndefined();
  });
});
