import { expect, test } from 'vitest';
import { capabilitiesOf } from '../../../src/lib/rocketchat/versions.ts';

test.each([
  [
    '6.3',
    {
      syncMessages: 'since',
      fileUpload: 'media-or-upload',
      previewUrls: false,
      secondFactorForNewUsers: false,
      forbiddenIs403: false,
    },
  ],
  [
    '6.13.1',
    {
      syncMessages: 'since',
      fileUpload: 'media-or-upload',
      previewUrls: true,
      secondFactorForNewUsers: false,
      forbiddenIs403: false,
    },
  ],
  [
    '7.0.0',
    {
      syncMessages: 'since',
      fileUpload: 'media',
      previewUrls: true,
      secondFactorForNewUsers: false,
      forbiddenIs403: false,
    },
  ],
  [
    '7.13',
    {
      syncMessages: 'cursor',
      fileUpload: 'media',
      previewUrls: true,
      secondFactorForNewUsers: false,
      forbiddenIs403: false,
    },
  ],
  [
    '8.8.1',
    {
      syncMessages: 'cursor',
      fileUpload: 'media',
      previewUrls: true,
      secondFactorForNewUsers: true,
      forbiddenIs403: false,
    },
  ],
  [
    '9.0.0-rc.1',
    {
      syncMessages: 'cursor',
      fileUpload: 'media',
      previewUrls: true,
      secondFactorForNewUsers: true,
      forbiddenIs403: true,
    },
  ],
])('%s offers what is known of it, without a warning', (version, offered) => {
  expect(capabilitiesOf(version)).toMatchObject({ ...offered, warning: undefined });
});

test('a newer major version is treated as the newest known one, with a warning', () => {
  const { warning, major, minor, ...offered } = capabilitiesOf('11.2');
  const { warning: none, major: _major, minor: _minor, ...newest } = capabilitiesOf('9.0');
  expect(offered).toEqual(newest);
  expect(none).toBeUndefined();
  expect(warning).toContain('11.2');
  expect([major, minor]).toEqual([11, 2]);
});

test.each(['', 'latest', '8', '8.x', '8.8.1.2 ', 'v', '<html>', '99999999.1'])(
  '"%s" is named as no version',
  (version) => {
    expect(() => capabilitiesOf(version)).toThrow(expect.objectContaining({ code: 'RCFED_WORKSPACE_VERSION' }));
  },
);

test('a version older than any known is named as that', () => {
  expect(() => capabilitiesOf('5.4.9')).toThrow(
    expect.objectContaining({ code: 'RCFED_WORKSPACE_VERSION', why: expect.stringContaining('6.0') }),
  );
});
