import { RcfedError } from '../core/errors.ts';

/** Primary result codes of SQLite, https://sqlite.org/rescode.html. */
const PERM = 3;
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const CONSTRAINT = 19;
const NOTADB = 26;

/** The primary result code of an error of node:sqlite; undefined: not one of SQLite's. */
function sqliteCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

export const isBusy = (error: unknown): boolean => sqliteCode(error) === BUSY;

/** Says what a failure of SQLite means for a store; others are answered unchanged. */
export function sqliteFailure(error: unknown, path: string): unknown {
  const why = error instanceof Error ? `SQLite says: ${error.message}.` : '';
  const detail = { why, cause: error };
  switch (sqliteCode(error)) {
    case undefined:
      return error;
    case FULL:
      return new RcfedError('RCFED_STORE_FULL', `No room is left to write the store ${path}.`, detail);
    case CORRUPT:
    case NOTADB:
      return new RcfedError('RCFED_STORE_CORRUPT', `The file ${path} is not an intact store.`, detail);
    case PERM:
    case READONLY:
    case CANTOPEN:
    case IOERR:
      return new RcfedError('RCFED_STORE_UNREADABLE', `The store ${path} cannot be read or written.`, detail);
    case BUSY:
      return new RcfedError('RCFED_STORE_UNAVAILABLE', `The store ${path} is busy: another process writes.`, detail);
    case CONSTRAINT:
      return new RcfedError('RCFED_STORE_CONFLICT', `The store ${path} refuses a row.`, detail);
    default:
      return error;
  }
}
