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
