import { RcfedError } from '../core/errors.ts';

/** SQLSTATE or system error code of a failure; undefined: it has none. */
function failureCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Deadlock and serialization failure: PostgreSQL rolled the transaction back, running it again helps. */
export const isCollision = (error: unknown): boolean => {
  const cause = error instanceof RcfedError ? error.cause : error;
  return ['40P01', '40001'].includes(failureCode(cause) ?? '');
};

/** pg reports a lost connection in words only. */
const LOST = /connection terminated|connection ended|timeout exceeded when trying to connect|client has encountered/i;

/**
 * Says what a failure of PostgreSQL means for a store; others are answered unchanged. Codes:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html.
 */
export function postgresFailure(error: unknown, shown: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = failureCode(error) ?? '';
  const detail = { why: `PostgreSQL says: ${error.message}.`, cause: error };
  if (code === '53100')
    return new RcfedError('RCFED_STORE_FULL', `No room is left to write the store ${shown}.`, detail);
  if (code.startsWith('XX')) return new RcfedError('RCFED_STORE_CORRUPT', `The store ${shown} is damaged.`, detail);
  if (code.startsWith('23')) return new RcfedError('RCFED_STORE_CONFLICT', `The store ${shown} refuses a row.`, detail);
  if (code === '42501')
    return new RcfedError('RCFED_STORE_UNREADABLE', `The store ${shown} allows too little.`, detail);
  if (isUnavailable(code, error)) {
    return new RcfedError('RCFED_STORE_UNAVAILABLE', `The store ${shown} cannot be reached.`, detail);
  }
  return error;
}

/** Connection, authentication, unknown database, shutdown, too many connections, system errors. */
function isUnavailable(code: string, error: Error): boolean {
  if (/^(08|28|3D|57P|53)/.test(code) || /^E[A-Z]+$/.test(code)) return true;
  return LOST.test(error.message) || error instanceof AggregateError;
}
