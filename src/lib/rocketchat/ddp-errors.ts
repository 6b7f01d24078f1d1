import { RemoteError } from '../core/remote-error.ts';
import { isObject } from './rest-answer.ts';

/** Login answers these when the token is unknown, expired or revoked, or the account is deactivated. */
const TOKEN_REFUSED = new Set(['401', '403', 'error-user-is-not-activated', 'error-not-active']);

/**
 * A DDP error `{error, reason, details}` as ours. A refused token gets status 401, as REST gives it;
 * `details.timeToReset` of the rate limiter becomes `retryAfterMs`.
 */
export function ddpRefusal(request: string, error: unknown): RemoteError {
  const fields = isObject(error) ? error : {};
  const code = typeof fields['error'] === 'number' ? String(fields['error']) : fields['error'];
  const details = isObject(fields['details']) ? fields['details'] : {};
  const refused = request === 'login' && typeof code === 'string' && TOKEN_REFUSED.has(code);
  const wait = details['timeToReset'];
  const reason = fields['reason'] ?? fields['message'];
  return new RemoteError({
    side: 'workspace',
    failure: 'refused',
    request: `DDP ${request}`,
    ...(refused ? { status: 401, code: 'unauthorized' } : {}),
    ...(!refused && typeof code === 'string' ? { code } : {}),
    ...(typeof reason === 'string' ? { answer: reason.slice(0, 500) } : {}),
    ...(typeof wait === 'number' ? { retryAfterMs: wait } : {}),
    ...(fields['details'] === undefined ? {} : { details: fields['details'] }),
  });
}

/** No answer came over DDP, in time or at all. */
export function unanswered(request: string, cause: Error): RemoteError {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
  return new RemoteError({
    side: 'workspace',
    failure: cause.name === 'DeadlinePassed' ? 'timeout' : 'network',
    request: `DDP ${request}`,
    answer: code.slice(0, 500),
    cause,
  });
}
