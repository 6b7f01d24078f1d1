import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Secret } from '../core/secret.ts';

export type TokenCheck = 'right' | 'missing' | 'wrong';

/**
 * Whether a request comes from the homeserver. Both tokens are hashed first, so that neither their
 * content nor their length can be read from the time a comparison takes.
 * Spec: Application Service API, "Authorization"; the query parameter is from before v1.4.
 */
export function hsTokenCheck(hsToken: Secret): (request: IncomingMessage, query: URLSearchParams) => TokenCheck {
  const expected = sha256(hsToken.reveal());
  return (request, query) => {
    const given = bearer(request.headers.authorization) ?? query.get('access_token');
    if (given === null || given === '') return 'missing';
    return timingSafeEqual(sha256(given), expected) ? 'right' : 'wrong';
  };
}

function bearer(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1];
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
