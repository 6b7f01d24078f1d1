import type { IncomingMessage } from 'node:http';
import { sameAs } from '../core/same-secret.ts';
import type { Secret } from '../core/secret.ts';

export type TokenCheck = 'right' | 'missing' | 'wrong';

/**
 * Whether a request comes from the homeserver; compared in constant time.
 * Spec: Application Service API, "Authorization"; the query parameter is from before v1.4.
 */
export function hsTokenCheck(hsToken: Secret): (request: IncomingMessage, query: URLSearchParams) => TokenCheck {
  const isRight = sameAs(hsToken);
  return (request, query) => {
    const given = bearer(request.headers.authorization) ?? query.get('access_token');
    if (given === null || given === '') return 'missing';
    return isRight(given) ? 'right' : 'wrong';
  };
}

function bearer(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1];
}
