import { RcfedError } from '../core/errors.ts';
import { RemoteError } from '../core/remote-error.ts';
import { asRcfedError } from '../output/failure.ts';

const variables = {
  workspace: {
    url: 'RCFED_WORKSPACE_URL',
    token: 'RCFED_SMOKE_WORKSPACE_USER_ID and RCFED_SMOKE_WORKSPACE_TOKEN',
  },
  homeserver: { url: 'RCFED_HOMESERVER_URL', token: 'RCFED_SMOKE_HOMESERVER_TOKEN' },
} as const;

/**
 * What keeps the test from running. The cures of other commands name the profile, which this one does not have; and
 * its exit code 1 is for messages that did not come.
 */
export function explained(error: unknown): RcfedError {
  const told = asRcfedError(error);
  if (!(error instanceof RemoteError)) return told;
  const { url, token } = variables[error.side];
  const server = error.side === 'workspace' ? 'The workspace' : 'The homeserver';
  const detail = { why: told.why ?? error.message, cause: error };
  if (error.status === 401)
    return new RcfedError('RCFED_NOT_ALLOWED', `${server} does not accept the token of the test's account`, {
      ...detail,
      try: [`Make a new token of the account and set ${token}`],
    });
  if (told.code === 'RCFED_NOT_ALLOWED')
    return new RcfedError(told.code, `${server} does not let the test's account do what the test does`, {
      ...detail,
      try: ['Log in as the account of the test, and try the same by hand.'],
    });
  const tryAgain = [`Check the address: export ${url}=https://…`, 'Try again in a minute.'];
  if (told.code !== 'RCFED_REFUSED') return new RcfedError(told.code, told.message, { ...detail, try: tryAgain });
  const isForNow = error.status === 429 || (error.status ?? 0) >= 500;
  return isForNow
    ? new RcfedError('RCFED_NETWORK', `${server} can't answer now`, { ...detail, try: tryAgain.slice(1) })
    : new RcfedError('RCFED_SMOKE_REFUSED', `${server} refuses what the test does`, detail);
}
