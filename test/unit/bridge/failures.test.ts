import { describe, expect, it } from 'vitest';
import { classify } from '../../../src/lib/bridge/failures.ts';
import { RemoteError } from '../../../src/lib/core/remote-error.ts';

const refusedWith = (status: number, code?: string): RemoteError =>
  new RemoteError({
    side: 'homeserver',
    failure: 'refused',
    request: 'GET /_matrix/client/v1/media/download',
    status,
    ...(code === undefined ? {} : { code }),
  });

describe('a limit of a homeserver', () => {
  const limited = (path: string, retryAfterMs: number): RemoteError =>
    new RemoteError({
      side: 'homeserver',
      failure: 'refused',
      request: `POST ${path}`,
      status: 429,
      code: 'M_LIMIT_EXCEEDED',
      retryAfterMs,
    });

  it('is about one sender where it counts their unfinished uploads, which expire after a day', () => {
    const error = limited('/_matrix/media/v1/create', 24 * 60 * 60 * 1000);
    expect(classify(error, { asPerson: true })).toMatchObject({ about: 'strike', reason: 'M_LIMIT_EXCEEDED' });
  });

  it('is waited out in all other cases', () => {
    for (const error of [limited('/_matrix/media/v1/create', 2_000), limited('/_matrix/client/v3/createRoom', 2_000)])
      expect(classify(error, { asPerson: true })).toMatchObject({ about: 'side', retryAfterMs: 2_000, counts: false });
  });
});

it('a server that asks for years of patience is asked again the same hour', () => {
  for (const side of ['homeserver', 'workspace'] as const) {
    const fields = {
      side,
      failure: 'refused',
      request: 'PUT /send',
      status: 429,
      retryAfterMs: 999_999_999_000,
    } as const;
    const verdict = classify(new RemoteError(fields), { asPerson: true });
    expect(verdict).toMatchObject({ about: 'side', retryAfterMs: 15 * 60 * 1000 });
  }
});

it('what a store holds no more of is about the event that brings it, not about the store', () => {
  const tooLong = Object.assign(new Error('index row size 8064 exceeds maximum 2704'), { code: '54000' });
  expect(classify(tooLong, { asPerson: false })).toMatchObject({ about: 'strike', reason: 'internal' });
});

describe('a 504 of a homeserver', () => {
  it('is about one file where its sender has not sent it yet, and holds up nobody else', () => {
    const verdict = classify(refusedWith(504, 'M_NOT_YET_UPLOADED'), { asPerson: false });
    expect(verdict).toMatchObject({ about: 'strike', reason: 'M_NOT_YET_UPLOADED' });
  });

  it('is about the homeserver in all other cases', () => {
    for (const code of [undefined, 'M_UNKNOWN'])
      expect(classify(refusedWith(504, code), { asPerson: false })).toMatchObject({
        about: 'side',
        side: 'homeserver',
      });
  });
});
