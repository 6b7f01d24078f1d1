import { RemoteError } from '../core/remote-error.ts';
import { RcfedError } from '../core/errors.ts';

/** Any failure as the one error that people and programs are shown. */
export const asRcfedError = (error: unknown): RcfedError => {
  if (error instanceof RcfedError) return error;
  if (error instanceof RemoteError) return fromRemote(error);
  // The text of an unexpected error may hold anything, so it is shown only under RCFED_DEBUG.
  return new RcfedError('RCFED_BUG', 'rcfed met a condition it does not handle', { cause: error });
};

const fromRemote = (error: RemoteError): RcfedError => {
  const server = error.side === 'workspace' ? 'The workspace' : 'The homeserver';
  const detail = { why: `${error.message}.`, cause: error };
  switch (error.failure) {
    case 'network':
      return new RcfedError('RCFED_NETWORK', `${server} can't be reached`, detail);
    case 'timeout':
      return new RcfedError('RCFED_TIMEOUT', `${server} does not answer in time`, detail);
    case 'not-json':
      return new RcfedError('RCFED_NOT_JSON', `${server}'s address answers with something that is not its API`, detail);
    case 'refused':
      return error.status === 401 || error.status === 403
        ? new RcfedError('RCFED_NOT_ALLOWED', `${server} does not allow this`, detail)
        : new RcfedError('RCFED_REFUSED', `${server} refuses the request`, detail);
  }
};

/** Line 1 what is wrong and the code, then why, then the cures. */
export const failureAsText = (error: RcfedError): string => {
  const lines = [`Error: ${error.message} [${error.code}]`];
  if (error.why !== undefined) lines.push('', error.why);
  if (error.try.length > 0) lines.push('', 'Try this:', ...error.try.map((cure) => `  ${cure}`));
  return `${lines.join('\n')}\n`;
};

/** The chain of stacks, for RCFED_DEBUG=1 only. */
export const stackOf = (error: unknown): string => {
  const stacks: string[] = [];
  for (let at: unknown = error; at instanceof Error && stacks.length < 8; at = at.cause)
    stacks.push(at.stack ?? at.message);
  return `${stacks.join('\ncaused by ')}\n`;
};
