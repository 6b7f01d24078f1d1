import { expect, it } from 'vitest';
import { refusalText } from '../../../../src/lib/bridge/files/refusal-text.ts';
import { refusalFrom } from '../../../../src/lib/bridge/files/refused.ts';
import { FileTooLarge } from '../../../../src/lib/bridge/files/transfer.ts';
import { RemoteError } from '../../../../src/lib/core/remote-error.ts';

const refused = (code: string | undefined, more: { status?: number; details?: unknown } = {}): RemoteError =>
  new RemoteError({
    side: 'workspace',
    failure: 'refused',
    request: 'POST /upload',
    ...(code === undefined ? {} : { code }),
    ...more,
  });
const tried = { contentType: 'image/png', size: 10, limit: 100 };

it.each([
  [
    'more bytes than were declared',
    new FileTooLarge(undefined, 100),
    { why: 'too-large', size: undefined, limit: 100 },
  ],
  [
    'a size that only its server knows',
    refused('M_TOO_LARGE', { details: { size: 101 } }),
    { why: 'too-large', size: 101, limit: 100 },
  ],
  ['a smaller limit than is told', refused('error-file-too-large'), { why: 'too-large-there', size: 10 }],
  ['the limit of a proxy', refused(undefined, { status: 413 }), { why: 'too-large-there', size: 10 }],
  ['uploads that were turned off', refused('error-file-upload-disabled'), { why: 'uploads-off' }],
  ['a type that is not taken', refused('error-invalid-file-type'), { why: 'type', contentType: 'image/png' }],
  ['any other refusal', refused('error-not-allowed'), undefined],
  ['an error of our own', new Error('no'), undefined],
])('%s is told from what may work another time', (_, error, expected) => {
  expect(refusalFrom(error, tried)).toEqual(expected);
});

it.each([
  [{ why: 'too-large-there', size: 2048 }, '“a.png” (2 KiB) was not sent to Matrix: it is too large for the server.'],
  [{ why: 'too-large-there', size: undefined }, '“a.png” was not sent to Matrix: it is too large for the server.'],
  [{ why: 'missing' }, '“a.png” was not sent to Matrix: its own server does not have it.'],
] as const)('the sender of a file that was refused (%o) is told so', (refusal, text) => {
  expect(refusalText('a.png', refusal, 'homeserver')).toBe(text);
});
