import { RcfedError } from '../core/errors.ts';

/** Why a listener could not be opened, in words, with the next port as a cure. */
export function listenFailure(error: Error, host: string, port: number): RcfedError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'EADDRINUSE') {
    return new RcfedError('RCFED_PORT_IN_USE', `Port ${port} on ${host} is in use by another program.`, {
      try: [`ss -ltnp 'sport = :${port}'`, `rcfed federation run --listen ${host}:${port + 1}`],
      cause: error,
    });
  }
  return new RcfedError('RCFED_LISTEN_FAILED', `Port ${port} on ${host} can't be opened (${code || error.message}).`, {
    cause: error,
  });
}
