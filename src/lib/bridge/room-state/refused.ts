import { RemoteError } from '../../core/remote-error.ts';

/** A server's no to this change, which asking again would not turn; not of an account or a limiter. */
export function isRefused(error: unknown): error is RemoteError {
  if (!(error instanceof RemoteError) || error.failure !== 'refused') return false;
  return error.status === 400 || error.status === 403 || error.status === 413;
}
